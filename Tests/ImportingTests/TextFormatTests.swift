import Testing

@testable import Importing

@Suite struct TextFormatTests {
  private func parse(_ text: String) throws -> TextMessage { try TextFormatParser.parse(Array(text.utf8)) }

  /// A message in one line, so that two can be compared.
  private func shown(_ message: TextMessage) -> String {
    message.fields.map { field in
      switch field.value {
      case .message(let inner): "\(field.name){\(shown(inner))}"
      case .word(let word): "\(field.name)=\(word)"
      case .text(let bytes): "\(field.name)=<\(String(decoding: bytes, as: UTF8.self))>"
      }
    }.joined(separator: " ")
  }

  @Test(arguments: [
    ("", ""), ("# a comment\n\n", ""), ("a: 1", "a=1"), ("a:1 b:2", "a=1 b=2"), ("a: 1, b: 2; c: 3", "a=1 b=2 c=3"),
    ("a { b: 1 }", "a{b=1}"), ("a: { b: 1 } # end", "a{b=1}"), ("a < b: 1 >", "a{b=1}"), ("a {}", "a{}"),
    ("a: -1.5e-3", "a=-1.5e-3"), ("a: - 1", "a=-1"), ("a: .5f", "a=.5f"), ("a: 0x1F", "a=0x1F"), ("a: MAX", "a=MAX"),
    ("a: [1, 2, 3]", "a=1 a=2 a=3"), ("a: []", ""), ("a [{ b: 1 }, { b: 2 }]", "a{b=1} a{b=2}"),
    ("a: \"x # y\"", "a=<x # y>"), ("a: 'it' \"'s\"", "a=<it's>"), ("a: \"\\x41\\102\\n\\\\\\\"\"", "a=<AB\n\\\">"),
    ("\u{FEFF}a: 1", "a=1"), ("a:\r\n 1\r\n", "a=1"),
  ])
  func isRead(_ text: String, _ expected: String) throws {
    #expect(shown(try parse(text)) == expected)
  }

  @Test(arguments: [
    ("a", "expected `:` or `{` behind `a`, not the end of the file", 1..<1),
    ("a: ", "`a` has no value", 3..<3), ("a: }", "expected a value for `a`, not `}`", 3..<4),
    ("a { b: 1", "this message is never closed", 2..<3), ("a: 1 }", "expected the name of a field, not `}`", 5..<6),
    ("a { b: 1 >", "expected the name of a field, not `>`", 9..<10),
    ("a: \"x", "this text has no closing quote", 3..<5), ("a: \"x\ny\"", "this text has no closing quote", 3..<5),
    ("a: \"\\q\"", "an unknown escape in a text", 4..<6), ("a: [1, 2", "the list of `a` is never closed", 8..<8),
    ("a: [1 2]", "expected `,` or `]`, not `2`", 6..<7), ("a [1]", "`a` needs a colon before its list", 3..<4),
    ("1: 2", "expected the name of a field, not `1`", 0..<1),
  ])
  func faultsSayWhere(_ text: String, _ message: String, _ place: Range<Int>) {
    let fault = #expect(throws: TextFault.self) { try parse(text) }
    #expect(fault == TextFault(message: message, place: place))
  }

  @Test func depthIsBounded() {
    let text = String(repeating: "a {", count: 100_000)
    let fault = #expect(throws: TextFault.self) { try parse(text) }
    #expect(fault?.message == "messages lie more than 64 deep here")
  }

  @Test func valuesHaveTypes() throws {
    let message = try parse("n: 5 n: 6 f: 1e-2f t: 'x' b: true w: MAX h: 0x10 whole: 3.0")
    var reader = FieldReader(message, "it", 0..<1)
    #expect(reader.integers("n") == [5, 6] && reader.integer("n") == 6 && reader.integer("h") == 16)
    #expect(reader.integer("whole") == 3)
    #expect(reader.number("f") == 0.01 && reader.text("t") == "x" && reader.flag("b") == true)
    #expect(reader.word("w") == "MAX" && reader.number("none") == nil)
    #expect(reader.finish().isEmpty)
    var wrong = FieldReader(message, "it", 0..<1)
    #expect(wrong.integer("t") == nil && wrong.text("n") == nil && wrong.flag("n") == nil)
    let found = wrong.finish().map(\.message)
    #expect(found.contains("`t` has to be a whole number") && found.contains("netc does not know `f` of it"))
  }
}
