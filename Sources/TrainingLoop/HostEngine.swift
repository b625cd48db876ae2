import Compiler
import NetIR
import Runtime
import Training

/// Takes steps on this machine, one at a time: a runner computes gradients, a mover follows them.
final class HostEngine: StepEngine {
  let depth = 1
  let deviceBytes: Int? = nil
  private let work: StepWork
  private let runner: any TrainingStepRunner
  private let mover: any ParameterMover
  private let inputs, outputs: FloatArrays
  /// What the rule remembers, of each parameter in turn.
  private let slots: FloatArrays
  private let parts: [UpdatePart]
  private var statistics: [LearningState.Statistics] = []
  private var firstLoss: Double?
  private var outcome: StepOutcome?

  init(_ work: StepWork, _ runner: any TrainingStepRunner, _ mover: any ParameterMover) {
    (self.work, self.runner, self.mover) = (work, runner, mover)
    let graph = work.graph
    func arrays(_ values: [ValueID]) -> FloatArrays {
      FloatArrays(counts: values.map { graph.graph[$0].shape.reduce(1, *) })
    }
    let (inputs, outputs) = (arrays(graph.graph.inputs), arrays(graph.graph.outputs))
    let kept = work.rule.slots
    let slots = FloatArrays(counts: graph.parameterInputs.flatMap { [Int](repeating: inputs[$0].count, count: kept) })
    parts = work.parameters.enumerated().map { index, parameter in
      UpdatePart(
        parameter: inputs[graph.parameterInputs.lowerBound + index],
        gradient: UnsafeBufferPointer(outputs[graph.gradientOutputs.lowerBound + index]),
        slots: (0..<kept).map { slots[index * kept + $0] }, penalty: parameter.penalty,
        multiplier: parameter.multiplier)
    }
    (self.inputs, self.outputs, self.slots) = (inputs, outputs, slots)
  }

  func load(_ state: LearningState) {
    for (input, values) in zip(work.graph.parameterInputs, state.parameters) { inputs.write(values, to: input) }
    for (index, values) in state.slots.joined().enumerated() { slots.write(values, to: index) }
    (statistics, firstLoss) = (state.statistics, state.firstLoss)
  }

  func start(_ order: StepOrder) throws {
    for (index, values) in order.inputs { inputs.write(values, to: index) }
    try runner.run(inputs: inputs.read, outputs: outputs.written)
    let loss = Double(outputs[work.graph.lossOutput][0])
    let isLost = !Divergence.isGood(loss, first: firstLoss)
    if !isLost {
      firstLoss = firstLoss ?? loss
      update(order)
    }
    outcome = StepOutcome(
      loss: loss, isLost: isLost, predictions: work.graph.predictionOutputs.map { outputs.values($0) })
  }

  func finish() -> StepOutcome {
    defer { outcome = nil }
    guard let outcome else { preconditionFailure("no step was started") }
    return outcome
  }

  func state() -> LearningState {
    LearningState(
      parameters: parts.map { Array($0.parameter) }, slots: parts.map { $0.slots.map { Array($0) } },
      statistics: statistics, firstLoss: firstLoss)
  }

  func norms() -> [(weight: Double, gradient: Double)] {
    parts.map { (Norm.of(UnsafeBufferPointer($0.parameter)), Norm.of($0.gradient)) }
  }

  /// Moves parameters, in place, and running statistics.
  private func update(_ order: StepOrder) {
    var bounds = GradientBounds(limit: work.clipping.value ?? .infinity)
    if let most = work.clipping.norm {
      bounds = bounds.bounding(norm: mover.totalNorm(of: parts, limit: bounds.limit), to: most)
    }
    mover.apply(order.rule, to: parts, step: order.number, rate: order.rate, bounds: bounds)
    if let limit = work.clipping.maxNorm {
      for (part, parameter) in zip(parts, work.parameters) {
        if let units = parameter.units { MaxNorm.apply(to: part.parameter, units: units, limit: limit) }
      }
    }
    for (index, output) in work.graph.momentsOutputs.enumerated() {
      let (alpha, count) = (work.statistics[index].alpha, work.statistics[index].count)
      var (mean, variance) = (statistics[index].mean, statistics[index].variance)
      RunningStatistics.follow(&mean, &variance, moments: outputs.values(output), count: count, alpha: alpha)
      statistics[index] = LearningState.Statistics(mean: mean, variance: variance)
    }
  }
}

/// Euclidean norms.
enum Norm {
  static func of(_ values: UnsafeBufferPointer<Float>) -> Double {
    values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}
