import Layers
import Testing

@Suite struct ExpressionTests {
  private func value(_ text: String) throws -> ExpressionValue {
    try Expression.evaluate(text) { ["width": .int(64), "half": .double(0.5), "project": .bool(true)][$0] }
  }

  @Test(
    arguments: [
      ("1 + 2 * 3", .int(7)), ("(1 + 2) * 3", .int(9)), ("width * 4", .int(256)), ("-width + 1", .int(-63)),
      ("2 - -3", .int(5)), ("6 / 3", .int(2)), ("7 / 2", .double(3.5)), ("7 // 2", .int(3)), ("-7 // 2", .int(-4)),
      ("7 % 3", .int(1)), ("-7 % 3", .int(2)), ("7.5 // 2", .double(3)), ("width * half", .double(32)),
      ("min(3, width, 9)", .int(3)), ("max(3, width)", .int(64)), ("max(1, 2) + min(1, 2)", .int(3)),
      ("1e3", .double(1000)), ("1e-3 * 2", .double(0.002)), ("2e+1 - 1", .double(19)), ("width == 64", .bool(true)),
      ("width != 64", .bool(false)), ("1 < 2", .bool(true)),
      ("2 <= 1", .bool(false)), ("2 >= 2", .bool(true)), ("2 > 2", .bool(false)), ("project", .bool(true)),
      ("project == true", .bool(true)), ("(1 < 2) == project", .bool(true)),
    ] as [(String, ExpressionValue)])
  func evaluates(_ text: String, _ expected: ExpressionValue) throws {
    #expect(try value(text) == expected)
  }

  @Test(arguments: [
    "", "1 +", "(1", "1)", "1 2", "1 / 0", "1 // 0", "1 % 0", "1.0 / 0", "depth", "project + 1", "project < 1", "a.b",
    "min(", "min(1", "min", "2 ** 3", "1 & 2", "__import__(1)", "9223372036854775807 + 1", "9223372036854775807 * 2",
    "1e308 * 10", "1.2.3", "2 ^ 3", "(-9223372036854775807 - 1) / -1",
  ])
  func refuses(_ text: String) {
    #expect(throws: ExpressionError.self) { try value(text) }
  }

  @Test func deepParenthesesAreRefusedNotOverflowed() {
    let deep = String(repeating: "(", count: 100_000) + "1" + String(repeating: ")", count: 100_000)
    #expect(throws: ExpressionError.self) { try value(deep) }
    let minus = String(repeating: "-", count: 100_000) + "1"
    #expect(throws: ExpressionError.self) { try value(minus) }
  }

  @Test func anUnknownNameIsNamed() {
    let error = #expect(throws: ExpressionError.self) { try value("widht * 2") }
    #expect(error?.unknownName == "widht" && error?.place == 0..<5)
  }

  /// In Unicode scalars, at the word to blame.
  @Test(arguments: [
    ("1 + 2 / 0", 6..<7), ("1 + (2 * 3", 9..<10), ("1 + ü é", 4..<5), ("12 @", 3..<4), ("1 1.2.3", 2..<7),
  ])
  func errorsHaveTheirPlace(_ text: String, _ place: Range<Int>) {
    #expect(#expect(throws: ExpressionError.self) { try value(text) }?.place == place)
  }
}
