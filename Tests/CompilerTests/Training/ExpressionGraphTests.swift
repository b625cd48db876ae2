import CPUBackend
import NetIR
import NetworkTestSupport
import Testing

@testable import Compiler

/// Objectives that are formulas: their values by hand, and gradients by finite differences.
@Suite struct ExpressionGraphTests {
  private static let difference = LossExpression.difference(.prediction, .target)
  private static let square = LossExpression.power(difference, 2)

  struct Formula: Sendable, CustomTestStringConvertible {
    var name: String
    var expression: LossExpression
    /// The loss of an example: prediction, target, weight.
    var value: @Sendable ([Double], [Double], Double) -> Double
    var testDescription: String { name }

    init(
      _ name: String, _ expression: LossExpression, _ value: @escaping @Sendable ([Double], [Double], Double) -> Double
    ) {
      (self.name, self.expression, self.value) = (name, expression, value)
    }
  }

  private static func mean(_ p: [Double], _ t: [Double], _ body: (Double, Double) -> Double) -> Double {
    zip(p, t).reduce(0) { $0 + body($1.0, $1.1) } / Double(p.count)
  }

  static let formulas: [Formula] = [
    Formula("mean(w * (p - t)^2)", .reduction(.mean, .product(.weight, square))) {
      (p: [Double], t: [Double], w: Double) -> Double in
      w * mean(p, t) { ($0 - $1) * ($0 - $1) }
    },
    // What is left of elements is their mean.
    Formula("(p - t)^2", square) { (p: [Double], t: [Double], _: Double) -> Double in
      mean(p, t) { ($0 - $1) * ($0 - $1) }
    },
    Formula(
      "sum(abs(p - t)) / 4 - 3",
      .difference(
        .quotient(.reduction(.sum, .function(.absolute, difference)), .number(4)), .number(3))
    ) { (p: [Double], t: [Double], _: Double) -> Double in Double(p.count) * mean(p, t) { abs($0 - $1) } / 4 - 3 },
    Formula(
      "max(p - t) - min(p * t)",
      .difference(
        .reduction(.max, difference), .reduction(.min, .product(.prediction, .target)))
    ) { (p: [Double], t: [Double], _: Double) -> Double in
      (zip(p, t).map { $0 - $1 }.max() ?? 0) - (zip(p, t).map { $0 * $1 }.min() ?? 0)
    },
    Formula(
      "mean(max(p, t, 0.2)) + mean(min(p, 0.1))",
      .sum(
        .reduction(.mean, .largest(.largest(.prediction, .target), .number(0.2))),
        .reduction(.mean, .least(.prediction, .number(0.1))))
    ) { (p: [Double], t: [Double], _: Double) -> Double in mean(p, t) { max($0, $1, 0.2) + min($0, 0.1) } },
    Formula(
      "(p - mean(p))^3 / (2 + t) - w * p",
      .difference(
        .quotient(
          .power(.difference(.prediction, .reduction(.mean, .prediction)), 3), .sum(.number(2), .target)),
        .product(.weight, .prediction))
    ) { (p: [Double], t: [Double], w: Double) -> Double in
      let middle = p.reduce(0, +) / Double(p.count)
      return mean(p, t) { ($0 - middle) * ($0 - middle) * ($0 - middle) / (2 + $1) - w * $0 }
    },
    Formula(
      "(p^2 + 1)^-1.5 - 2 / (p^2 + 3)",
      .difference(
        .power(.sum(.power(.prediction, 2), .number(1)), -1.5),
        .quotient(.number(2), .sum(.power(.prediction, 2), .number(3))))
    ) { (p: [Double], t: [Double], _: Double) -> Double in
      mean(p, t) { p, _ in 1 / ((p * p + 1) * (p * p + 1).squareRoot()) - 2 / (p * p + 3) }
    },
    Formula(
      "sqrt(0.1 + mean((p - t)^2)) * p^0",
      .product(
        .function(.squareRoot, .sum(.number(0.1), .reduction(.mean, square))), .power(.prediction, 0))
    ) { (p: [Double], t: [Double], _: Double) -> Double in (0.1 + mean(p, t) { ($0 - $1) * ($0 - $1) }).squareRoot() },
    Formula("-(p + 3)^-2", .negative(.power(.sum(.prediction, .number(3)), -2))) {
      (p: [Double], t: [Double], _: Double) -> Double in
      mean(p, t) { p, _ in -1 / ((p + 3) * (p + 3)) }
    },
  ]

  private static let batch = 3
  private static let yaml = """
    - Input: {shape: [null, 4]}
    - Dense: {num_units: 6, nonlinearity: tanh}
    - Dense: {num_units: 5, nonlinearity: linear}
    """

  private static func net(_ formulas: Objective...) -> TrainingCase {
    TrainingCase(name: "formula", yaml: yaml, objectives: formulas)
  }

  @Test(arguments: formulas) func isWhatItSays(_ formula: Formula) throws {
    let step = try Self.net(Objective(formula.expression, weight: 2)).step(batch: Self.batch)
    try step.graph.verify()
    #expect((step.classWeights != nil) == formula.name.contains("w"))
    let inputs = step.noise()
    let checked = FiniteDifferences(graph: step.graph, inputs: inputs)
    let values = try checked.run(inputs)
    let (prediction, target) = (values[step.predictionOutputs.lowerBound], inputs[step.targets.lowerBound])
    let loss = (0..<Self.batch).reduce(0.0) { sum, example in
      let elements = example * 5..<(example + 1) * 5
      let weight = step.classWeights.map { inputs[$0][example] } ?? 1
      return sum + 2 * formula.value(Array(prediction[elements]), Array(target[elements]), weight) / Double(Self.batch)
    }
    // Numbers of a graph are floats.
    #expect(abs(values[0][0] - loss) < 1e-6 * max(1, abs(loss)), "\(values[0][0]) is not \(loss)")
    for (place, name) in step.parameters.enumerated() {
      let gradient = values[step.gradientOutputs.lowerBound + place]
      try checked.compare(gradient, input: step.parameterInputs.lowerBound + place, of: name)
    }
  }

  /// exp and log, against the loss that has a name.
  @Test func crossEntropyAsAFormula() throws {
    let softmax = LossExpression.quotient(
      .function(.exponential, .prediction), .reduction(.sum, .function(.exponential, .prediction)))
    let formula = LossExpression.negative(.reduction(.sum, .product(.target, .function(.logarithm, softmax))))
    let named = try Self.net(Objective(.softmaxCrossEntropy(smoothing: 0), hasClassTargets: false)).step(batch: 3)
    let written = try Self.net(Objective(formula)).step(batch: 3)
    let (a, b) = (try run(named), try run(written))
    for (x, y) in zip(a.joined(), b.joined()) { #expect(abs(x - y) < 1e-12) }
  }

  /// A formula of a named loss's words has its loss and gradients.
  @Test func squaredErrorAsAFormula() throws {
    let (named, written) = (
      try Self.net(Objective(.squaredError)).step(batch: 3),
      try Self.net(Objective(.reduction(.mean, Self.square))).step(batch: 3)
    )
    let (a, b) = (try run(named), try run(written))
    #expect(a.count == b.count)
    for (x, y) in zip(a.joined(), b.joined()) { #expect(abs(x - y) <= 1e-15) }
  }

  /// Beside a formula that has the weights in it, another objective is multiplied by them.
  @Test func weightsCountOnce() throws {
    let yaml = """
      outputs: [a, b]
      layers:
        - Input: {name: x, shape: [null, 4]}
        - Dense: {name: a, num_units: 3, nonlinearity: linear}
        - Dense: {name: b, incoming: x, num_units: 2, nonlinearity: linear}
      """
    let weighted = Objective(.reduction(.mean, .product(.weight, Self.square)))
    func loss(_ second: Objective) throws -> Double {
      let step = try TrainingCase(name: "two", yaml: yaml, objectives: [weighted, second]).step(batch: 3)
      return try run(step)[0][0]
    }
    #expect(abs(try loss(Objective(.squaredError)) - loss(weighted)) < 1e-12)
  }

  private func run(_ step: TrainingGraph) throws -> [[Double]] {
    try ReferenceInterpreter(step.graph, parameter: NoiseWeights.values).run(step.noise())
  }
}
