import Exchange
import FileTestSupport
import Testing

@Suite struct JSONParserTests {
  @Test(
    arguments: [
      ("null", nil), (" true\n", true), ("false", false), ("0", 0), ("-1", -1),
      ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
      ("9223372036854775808", .double(0x1p63)), ("1.0", 1.0), ("-0.5e-2", -0.005), ("1E2", 100.0),
      ("1e+2", 100.0),
      ("\"\"", ""), (#""a\"\\\/\b\f\n\r\té\u00e9\ud83d\ude00""#, "a\"\\/\u{8}\u{C}\n\r\téé😀"),
      ("[]", []), ("[1, [2], {}]", [1, [2], [:]]), (#"{"b":1,"a":{"c":null}}"#, ["b": 1, "a": ["c": nil]]),
      ("5e-324", .double(0x1p-1074)), (#""\u0000""#, "\u{0}"),
    ] as [(String, JSONValue)])
  func accepts(text: String, value: JSONValue) throws {
    #expect(try JSONValue(parsing: text) == value)
  }

  @Test(arguments: [
    ("", 0), (" ", 1), ("nul", 0), ("nulll", 4), ("tru", 0), ("01", 0), ("-", 1), ("+1", 0), (".5", 0),
    ("1.", 2), ("1e", 2), ("1e+", 3), ("0x1", 1), ("NaN", 0), ("Infinity", 0), ("1e999", 0), ("[1,]", 3),
    ("[1 2]", 3), ("[", 1), ("]", 0), ("{", 1), ("{1:2}", 1), (#"{"a"}"#, 4), (#"{"a":}"#, 5),
    (#"{"a":1,}"#, 7), (#"{"a":1 "b":2}"#, 7), (#"{"a":1,"a":2}"#, 7), ("\"", 0), ("\"a", 0), ("\"\n\"", 1),
    (#""\x""#, 1), (#""\u12"#, 1), (#""\u12g4""#, 1), (#""\ud800""#, 1), (#""\ud800\u0041""#, 1),
    (#""\udc00""#, 1), (#""\ud800\"#, 1), ("\"\\", 1), ("// x\n1", 0), ("'a'", 0), ("1 2", 2), ("{} x", 3),
    ("\u{FEFF}1", 0), (#"{"\u0061":1,"a":2}"#, 12),
  ])
  func refuses(text: String, offset: Int) {
    #expect {
      try JSONValue(parsing: text)
    } throws: {
      ($0 as? JSONError)?.offset == offset
    }
  }

  @Test(
    arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0xEF], [0]]
      as [[UInt8]])
  func refusesBytesThatAreNoText(bytes: [UInt8]) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
  }

  @Test func placesAreLinesAndColumns() {
    #expect(throws: JSONError(message: "expected a value, found `x`", offset: 8, line: 3, column: 2)) {
      try JSONValue(parsing: "[1,\n2,\n x]")
    }
  }

  @Test func theDepthIsBounded() throws {
    let deepest = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    _ = try JSONValue(parsing: deepest)
    #expect(throws: JSONError.self) { try JSONValue(parsing: "[" + deepest + "]") }
    #expect(throws: JSONError.self) {
      try JSONValue(parsing: [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))
    }
    let objects = String(repeating: #"{"a":"#, count: 129)
    #expect(throws: JSONError.self) { try JSONValue(parsing: objects) }
  }

  @Test(arguments: [2, 16, 17, 40]) func keysComeOnce(count: Int) throws {
    let members = (0..<count).map { #""k\#($0)":\#($0)"# }
    #expect(try JSONValue(parsing: "{\(members.joined(separator: ","))}").objectValue?.count == count)
    for twice in [0, count / 2, count - 1] {
      #expect(throws: JSONError.self) {
        try JSONValue(parsing: "{\((members + [#""k\#(twice)":0"#]).joined(separator: ","))}")
      }
    }
  }

  /// Whether they stand at the start, in the middle or at the end.
  @Test func escapesAmongPlainText() throws {
    #expect(try JSONValue(parsing: #""\nab\tcd\u00e9""#) == .string("\nab\tcdé"))
    #expect(try JSONValue(parsing: #""ab\"""#) == .string("ab\""))
    #expect(try JSONValue(parsing: #"["\\\\","é"]"#) == [.string(#"\\"#), "é"])
  }

  @Test func survivesDamage() {
    let text = #"{"a":[1,-2.5e3,true],"b":{"c":"\u00e9\n😀"},"d":null}"#
    for copy in Mutations.truncations(Array(text.utf8)) {
      #expect(throws: JSONError.self) { try JSONValue(parsing: copy) }
    }
    for copy in Mutations.corruptions(Array(text.utf8)) {
      if let value = try? JSONValue(parsing: copy) {
        #expect((try? JSONValue(parsing: value.serialised())) == value)
      }
    }
  }
}
