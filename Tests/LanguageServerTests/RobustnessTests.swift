import Exchange
import FileTestSupport
import Testing

@testable import LanguageServer

/// Whatever the text is, every question has an answer of the right form.
@Suite struct RobustnessTests {
  private static let uri = "file:///specs/spec.yaml"

  private func askAll(_ text: String, at offsets: some Sequence<Int>, _ client: inout Client) throws {
    client.open(text)
    let document = DocumentText(text)
    for offset in offsets {
      let position = JSONValue(document.position(of: offset))
      let items = try #require(try client.at("completion", position)["items"]?.arrayValue)
      for item in items {
        #expect(item["textEdit"]?["range"]?["end"] == position)
      }
      _ = try client.at("hover", position)
      _ = try client.at("definition", position)
    }
    let answer = try client.request("textDocument/documentSymbol", ["textDocument": ["uri": .string(Self.uri)]])
    #expect(answer["result"]?.arrayValue != nil)
    _ = try client.diagnostics()
  }

  @Test func everyPlaceOfASpec() throws {
    var client = try Client()
    try askAll(Sample.blocks, at: 0...Sample.blocks.utf8.count, &client)
  }

  @Test func everyBeginningOfASpec() throws {
    var client = try Client()
    let bytes = Array(Sample.blocks.utf8)
    for count in stride(from: 0, to: bytes.count, by: 7) {
      try askAll(String(decoding: bytes[..<count], as: UTF8.self), at: [count], &client)
    }
  }

  @Test func randomMutations() throws {
    var client = try Client()
    var state: UInt64 = 42
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let pieces = [
      "{", "}", "[", "]", ":", "- ", "\n", "\"", "'", "&a ", "*a", "$", "${", "😀", "\t", "|", "#", ",", "\r",
    ]
    for _ in 0..<150 {
      var bytes = Array((random(2) == 0 ? Sample.blocks : Sample.lenet).utf8)
      for _ in 0...random(6) {
        let at = random(bytes.count)
        if random(3) == 0 {
          bytes.removeSubrange(at..<min(at + random(20), bytes.count))
        } else {
          bytes.insert(contentsOf: pieces[random(pieces.count)].utf8, at: at)
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      try askAll(text, at: [random(text.utf8.count), random(text.utf8.count)], &client)
    }
  }

  @Test(arguments: [
    String(repeating: "[", count: 5000), String(repeating: "{a: ", count: 5000), String(repeating: "- ", count: 5000),
    (0..<400).map { String(repeating: " ", count: $0) + "a:\n" }.joined(), String(repeating: "\"", count: 2000),
    String(repeating: "a: &x *x\n", count: 500), "\u{0}\u{1}\u{FFFE}", "\u{E000}", "a: \u{E000}\n", "|", "- |", ">\n",
    "%", "---",
    "layers: &a [*a]", "layers: {", "blocks: {b: {layers: [b]}}\nlayers: [b]", "let: {a: $a}\nlayers: [$a]", "? a\n: b",
  ])
  func hostileTexts(text: String) throws {
    var client = try Client()
    try askAll(text, at: [0, text.utf8.count / 2, text.utf8.count], &client)
  }

  @Test func aLongSpec() throws {
    var client = try Client()
    let layers = (0..<3000).map { "  - Dense: {name: d\($0), num_units: 4}\n" }.joined()
    let text = "layers:\n  - Input: {shape: [null, 4]}\n" + layers
    let clock = ContinuousClock()
    let time = try clock.measure { try askAll(text, at: [text.utf8.count - 3], &client) }
    #expect(time < .seconds(60))
  }
}
