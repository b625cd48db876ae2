import Diagnostics
import Testing

struct SuggestionTests {
  @Test(
    arguments: [
      ("num_filter", "num_filters"), ("numfilters", "num_filters"), ("Num-Filters", "num_filters"),
      ("nmu_filters", "num_filters"), ("filtre_size", "filter_size"), ("strid", "stride"), ("padd", "pad"),
      ("zzz", nil), ("x", nil), ("", nil), ("dap", nil), ("pda", "pad"),
    ] as [(String, String?)])
  func nearWords(_ word: String, _ expected: String?) {
    #expect(Suggestion.best(for: word, among: ["num_filters", "filter_size", "stride", "pad"]) == expected)
  }

  @Test func tiesGoByTheAlphabet() {
    #expect(Suggestion.best(for: "conv3", among: ["conv2", "conv1", "conv4"]) == "conv1")
    #expect(Suggestion.best(for: "conv3", among: []) == nil)
    #expect(Suggestion.best(for: "W", among: ["b", "p"]) == nil)
    #expect(Suggestion.best(for: "w", among: ["b", "W"]) == "W")
  }

  @Test func wordsThatAreCutShort() {
    #expect(Suggestion.best(for: "Upscale", among: ["Scale", "Upscale2D"]) == "Upscale2D")
    #expect(Suggestion.best(for: "conv", among: ["Conv2D"]) == "Conv2D")
    #expect(Suggestion.best(for: "co", among: ["Conv"]) == nil)
    #expect(Suggestion.best(for: "con", among: ["Conv2D"]) == nil)
  }

  @Test func hugeWordsAreCheap() {
    let word = String(repeating: "a", count: 1_000_000)
    #expect(Suggestion.best(for: word, among: ["abc", word + "b"]) == nil)
  }

  @Test func hints() {
    let words = ["stride", "pad"]
    let near = Suggestion.unknown(word: "strde", among: words)
    #expect(near == .init(label: "did you mean `stride`?", help: [], suggestion: "stride"))
    let far = Suggestion.unknown(word: "colour", among: words)
    #expect(far == .init(label: "", help: ["expected one of `pad`, `stride`"], suggestion: nil))
    #expect(Suggestion.unknown(word: "colour", among: ["pad"]).help == ["expected `pad`"])
    #expect(Suggestion.unknown(word: "colour", among: []).help == [])
    let many = Suggestion.unknown(word: "colour", among: (10..<40).map { "k\($0)" })
    #expect(many.help.first?.hasSuffix("`k21` and 18 more") == true)
  }
}
