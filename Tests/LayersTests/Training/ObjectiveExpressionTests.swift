import Diagnostics
import NetIR
import Testing
import YAMLSyntax

@testable import Layers

/// Formulas as trees, and what is wrong with others, at its word.
@Suite struct ObjectiveExpressionTests {
  private func read(_ yaml: String) -> (expression: LossExpression?, bag: DiagnosticBag) {
    var map = SourceMap()
    var bag = DiagnosticBag()
    let id = map.add(SourceFile(path: "net.yaml", bytes: Array(yaml.utf8)))
    guard let node = parseYAML(id, in: map, bag: &bag) else { return (nil, bag) }
    return (ObjectiveExpression.read(node, &bag), bag)
  }

  private struct Misplaced: Error {}

  private static let difference = LossExpression.difference(.prediction, .target)

  @Test(
    arguments: [
      ("mean(w * (p - t)^2)", .reduction(.mean, .product(.weight, .power(difference, 2)))),
      ("mean((prediction - target) ^ 2)", .reduction(.mean, .power(difference, 2))),
      ("abs(p - t)", .function(.absolute, difference)),
      (
        "-t * log(max(p, 1e-7))",
        .product(.negative(.target), .function(.logarithm, .largest(.prediction, .number(1e-7))))
      ),
      ("p - t - 1", .difference(difference, .number(1))),
      ("p / t / 2", .quotient(.quotient(.prediction, .target), .number(2))),
      // A sign is looser than a power, a power goes with what stands behind it.
      ("-p^2", .negative(.power(.prediction, 2))), ("p^-2", .power(.prediction, -2)),
      ("p^2^3", .power(.prediction, 8)), ("2^3 * p", .product(.number(8), .prediction)),
      ("p * (1 + 2 * 3) / 2", .quotient(.product(.prediction, .number(7)), .number(2))),
      ("min(p, t, 3)", .least(.least(.prediction, .target), .number(3))), ("min(p)", .reduction(.min, .prediction)),
      ("sqrt(sum(exp(p)))", .function(.squareRoot, .reduction(.sum, .function(.exponential, .prediction)))),
    ] as [(String, LossExpression)])
  func trees(_ text: String, _ expected: LossExpression) {
    let (expression, bag) = read("\"\(text)\"")
    #expect(expression == expected)
    #expect(bag.isEmpty, "\(bag.sorted.map(\.message))")
  }

  /// - Parameter column: of the word to blame; 1 where it is the whole.
  @Test(
    arguments: [
      ("\"mean((predictoin - target)^2)\"", 8, "`predictoin`"), ("p - t +", 7, "ends too early"),
      ("'p - (t'", 7, "`)` is missing"), ("p - t t", 7, "unexpected `t`"), ("p ^ t", 3, "exp(b * log(a))"),
      ("mean(p, t)", 1, "takes one thing"), ("p * mean", 5, "in parentheses"), ("p / 0", 3, "division by zero"),
      ("p // t", 4, "unexpected `/`"), ("p & t", 3, "`&` is not part"),
      ("t - 1", 1, "does not depend on the prediction"),
      ("p * true", 5, "no number"), ("p * 1e300 * 1e300", 5, "too large"), ("p * $half", 5, "`$` is not part"),
    ])
  func refusals(_ yaml: String, _ column: Int, _ words: String) throws {
    let (expression, bag) = read(yaml)
    #expect(expression == nil)
    let problem = try #require(bag.sorted.first)
    #expect(bag.sorted.count == 1 && problem.code == .badExpression)
    #expect(problem.message.contains(words), "\(problem.message)")
    guard case .source(let label) = problem.place else { throw Misplaced() }
    #expect(label.span.start.column == column, "\(problem.message)")
  }

  @Test func aSlipHasASuggestion() throws {
    let problem = try #require(read("mean((p - tagret)^2)").bag.sorted.first)
    guard case .source(let label) = problem.place else { throw Misplaced() }
    #expect(label.text == "did you mean `target`?")
  }

  @Test func aNestIsRefusedNotOverflowed() {
    let deep = String(repeating: "(", count: 10_000) + "p" + String(repeating: ")", count: 10_000)
    #expect(read(deep).bag.sorted.map(\.code) == [.badExpression])
  }
}
