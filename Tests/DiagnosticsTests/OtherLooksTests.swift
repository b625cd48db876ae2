import Diagnostics
import Foundation
import Testing

/// The short and the JSON look.
struct OtherLooksTests {
  private let sample = Sample("specs/a \"b\".yaml", "key: \u{1B}value\n")

  private var full: Diagnostic {
    Diagnostic(
      .unknownParameter, "unknown \"key\"\n\u{1B}[0m\u{9B}😀", at: sample.span(1, 1, 4), label: "here",
      notes: ["a\tnote"], related: [.init(message: "there", span: sample.span(1, 6, 7))],
      help: ["one", "two"], replacement: Replacement(span: sample.span(1, 1, 4), text: "keys"))
  }

  @Test func shortLines() {
    let short = ShortRenderer(map: sample.map)
    #expect(
      short.render(full)
        == "specs/a \"b\".yaml:1:1: error: unknown \"key\"\\n\\u{1B}[0m\\u{9B}😀 [N0103]")
    #expect(
      short.render([
        Diagnostic(.damagedIdx, "d", at: .file("t.gz")), Diagnostic(.unusedLayer, "u", at: .none),
      ])
        == "t.gz: error: d [N0509]\nwarning: u [W0301]\n")
    #expect(short.render([]) == "")
  }

  @Test func jsonIsValidAndComplete() throws {
    let line = JSONRenderer(map: sample.map).render(full)
    #expect(!line.contains("\n"))
    #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x9B })
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(object["message"] as? String == full.message)
    #expect(object["file"] as? String == "specs/a \"b\".yaml")
    #expect(object["line"] as? Int == 1)
    #expect(object["column"] as? Int == 1)
    #expect(object["notes"] as? [String] == ["a\tnote", "there (specs/a \"b\".yaml:1:6)"])
    #expect(object["help"] as? String == "one\ntwo")
    #expect(object["rendered"] as? String == sample.text(full))
    let replacement = try #require(object["replacement"] as? [String: Any])
    #expect(replacement["end_column"] as? Int == 4)
    #expect(replacement["text"] as? String == "keys")
  }

  @Test func jsonKeysInOrder() {
    let json = JSONRenderer(map: sample.map)
    #expect(
      json.render(Diagnostic(.unusedLayer, "m", at: .none)) == #"""
        {"code":"W0301","severity":"warning","message":"m","file":null,"line":null,"column":null,"notes":[],"help":null,"replacement":null,"rendered":"warning[W0301]: m"}
        """#)
    #expect(json.render(full).contains(#""replacement":{"line":1,"column":1,"end_line":1,"end_column":4,"#))
  }

  @Test func escapesBeyondTheBasicPlane() {
    let line = JSONRenderer(map: sample.map).render(Diagnostic(.unusedLayer, "\u{E0041}", at: .none))
    #expect(line.contains(#""message":"\udb40\udc41""#))
  }
}
