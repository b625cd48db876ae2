import Diagnostics
import Layers
import Testing

@Suite struct NamePatternTests {
  private func pattern(_ text: String) -> NamePattern {
    let start = SourcePosition(line: 1, column: 1)
    var map = SourceMap()
    let file = map.add(SourceFile(path: "net.yaml", bytes: []))
    return NamePattern(text, span: SourceSpan(file: file, start: start, end: start))
  }

  @Test(arguments: [
    ("conv1", "conv1"), ("conv*", "conv1_1"), ("*", ""), ("*", "a/b.W"), ("conv?", "conv1"), ("conv[12]_*", "conv2_7"),
    ("[a-c]x", "bx"), ("[!a-c]x", "dx"), ("[^a]", "b"), ("*a*b*", "xaybz"), ("**a", "a"), ("[x", "[x"), ("a]", "a]"),
    ("[]]", "]"), ("[a-]", "-"), ("ü?", "üß"),
  ])
  func fits(pattern text: String, name: String) { #expect(pattern(text).matches(name)) }

  @Test(arguments: [
    ("conv1", "conv11"), ("conv1", "conv"), ("conv?", "conv"), ("conv[12]_*", "conv3_1"), ("[a-c]x", "dx"),
    ("*a", "ab"), ("", "a"), ("?", ""), ("[!a]", "a"), ("Conv", "conv"), ("*a*b*c", "abab"),
  ])
  func doesNotFit(pattern text: String, name: String) { #expect(!pattern(text).matches(name)) }

  @Test(arguments: [
    ("fire9/squeeze.W", true), ("fire9/squeeze", true), ("fire9", true), ("fire*.b", false), ("fire", false),
    ("fire9/*", true), ("*.W", true), ("squeeze", false),
  ])
  func tensorsAreMeantByTheirLayersAndBlocks(pattern text: String, isMeant: Bool) {
    #expect(pattern(text).matches(tensor: "fire9/squeeze.W") == isMeant)
  }

  /// Many wildcards take no more time than the product of the lengths.
  @Test func staysFast() {
    let stars = String(repeating: "*a", count: 2000) + "b"
    #expect(!pattern(stars).matches(String(repeating: "a", count: 20_000)))
  }
}
