import FileTestSupport
import Testing

/// However a network is spelled, its canonical text is one.
@Suite struct RespellingTests {
  private static let specs = Repository.names(in: "specs", suffix: ".yaml").filter { $0 != "keypoints.yaml" }

  /// The canonical text of a spec without its comments, which brackets and columns may depend on.
  private func bare(_ spec: String) throws -> (text: String, path: String) {
    let path = "\(Repository.root)/specs/\(spec)"
    let lines = try #require(TestFile.text(path)).split(separator: "\n").compactMap { line -> Substring? in
      guard let hash = line.firstIndex(of: "#") else { return line }
      let code = line[..<hash]
      return code.allSatisfy { $0 == " " } ? nil : code
    }
    return (Formatted(lines.joined(separator: "\n") + "\n", path: path).text, path)
  }

  @Test(arguments: specs)
  func everySpellingComesToOneText(spec: String) throws {
    let (text, path) = try bare(spec)
    #expect(text.count > 100)
    for seed in 0..<UInt64(8) {
      var respeller = try #require(Respeller(text, seed: seed))
      let ugly = respeller.spec()
      #expect(ugly != text)
      let formatted = Formatted(ugly, path: path)
      #expect(formatted.text == text, "seed \(seed):\n\(ugly)")
      if seed < 2 { #expect(try formatted.faults(path: path) == [], "seed \(seed):\n\(ugly)") }
    }
  }

  @Test(arguments: specs)
  func commentsSurvive(spec: String) throws {
    let (text, path) = try bare(spec)
    for seed in 100..<UInt64(104) {
      var respeller = try #require(Respeller(text, seed: seed))
      let ugly = Respeller.decorated(respeller.spec(), seed: seed)
      let formatted = Formatted(ugly, path: path)
      #expect(try formatted.faults(path: path) == [], "seed \(seed):\n\(ugly)")
      #expect(formatted.text.comments == ugly.comments, "seed \(seed):\n\(ugly)")
      #expect(!ugly.comments.isEmpty)
    }
  }
}
