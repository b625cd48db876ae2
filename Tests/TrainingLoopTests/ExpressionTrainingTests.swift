import Compiler
import DataPipeline
import NetIR
import NetworkTestSupport
import Testing

@testable import TrainingLoop

/// Training with an objective that is a formula.
@Suite struct ExpressionTrainingTests {
  private func yaml(_ train: String) -> String {
    """
    layers:
      - Input: {shape: [null, 2]}
      - Dense: {name: hidden, num_units: 6, nonlinearity: tanh}
      - Dense: {name: out, num_units: 3, nonlinearity: softmax}
    train:
      update: {adam: {learning_rate: 0.03}}
      batch_size: 16
      validation: {split: 0.25}
      \(train)
    """
  }

  private func trained(_ train: String) throws -> Trainer {
    let trainer = try Networks.of(yaml(train)).trainer(Rings.data())
    try trainer.epochs(3)
    return trainer
  }

  private func expectAlike(_ a: Trainer, _ b: Trainer) throws {
    for (x, y) in zip(a.state.parameters.joined(), b.state.parameters.joined()) { #expect(abs(x - y) < 1e-4) }
    #expect(a.state.history.count == 3)
    for (x, y) in zip(a.state.history, b.state.history) {
      #expect(abs(x.trainLoss - y.trainLoss) < 1e-5)
      #expect(abs(try #require(x.validLoss) - (try #require(y.validLoss))) < 1e-5)
      #expect(x.trainAccuracy == y.trainAccuracy && x.validAccuracy == y.validAccuracy)
    }
  }

  /// Numbers of classes become rows, so that a formula may compare them with probabilities.
  @Test func crossEntropy() throws {
    try expectAlike(
      trained("objective: categorical_crossentropy"),
      trained("objective: {expression: \"-sum(t * log(p))\"}"))
  }

  /// Weights of classes stand where the formula has them, and else before it.
  @Test(arguments: ["-w * sum(t * log(p))", "-sum(t * log(p))"])
  func classWeights(_ formula: String) throws {
    try expectAlike(
      trained("class_weights: [1, 2, 0.5]\n  objective: categorical_crossentropy"),
      trained("class_weights: [1, 2, 0.5]\n  objective: {expression: {of: \"\(formula)\"}}"))
  }

  @Test func valuesByHand() {
    let (p, t): ([Float], [Float]) = ([1, 2, 4], [0, 2, 1])
    func value(_ expression: LossExpression) -> Double {
      expression.value(prediction: p[...], target: t[...], weight: 0.5)
    }
    let difference = LossExpression.difference(.prediction, .target)
    #expect(value(.product(.weight, .power(difference, 2))) == 5.0 / 3)
    #expect(value(.reduction(.sum, .function(.absolute, difference))) == 4)
    #expect(value(.reduction(.max, .negative(difference))) == 0 && value(.reduction(.min, difference)) == 0)
    #expect(value(.quotient(.largest(.target, .number(1)), .least(.prediction, .number(2)))) == (1 + 1 + 0.5) / 3)
    #expect(value(.function(.squareRoot, .reduction(.max, .prediction))) == 2)
    #expect(value(.sum(.function(.exponential, .number(0)), .function(.logarithm, .number(1)))) == 1)
    #expect(value(.function(.sign, difference)) == 2.0 / 3 && value(.function(.reciprocal, .weight)) == 2)
    #expect(value(.function(.power(0.5), .number(9))) == 3)
  }

  @Test func targetsMustFit() throws {
    let network = try Networks.of(yaml("objective: {expression: \"mean((p - t)^2)\"}"))
    let data = DataSet(
      inputs: [Examples(shape: [2], count: 1, .floats([1, 2]))],
      targets: [Examples(shape: [2], count: 1, .floats([1, 2]))])
    #expect(throws: (any Error).self) { try TrainingTask(network, data) }
  }
}
