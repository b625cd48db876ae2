import Compiler
import GPUBackend
import Layers
import NetIR
import Runtime
import Training
import TrainingLoop

/// Steps and networks on a GPU. What learns stays there while an epoch runs.
struct GPUTraining: TrainingBackend {
  let machine: GPUMachine
  /// For what is computed in double precision.
  let host: CPUTraining
  /// Where kernels of steps are chosen by their times: who is told of them.
  var tuningConsole: Console?
  /// Of a plan for validation.
  private static let predictionBatch = 64

  var mover: any ParameterMover { host.mover }
  var scalesLoss: Bool { host.precision == .fp16 }

  func step(_ graph: TrainingGraph, constants: @escaping (String) -> [Float]) throws -> any TrainingStepRunner {
    let (compiled, _) = try compiled(graph, constants)
    return DeviceStep(executable: try executable(compiled, constants))
  }

  func engine(_ work: StepWork, constants: @escaping (String) -> [Float]) throws -> any StepEngine {
    let (compiled, engines) = try compiled(work.graph, constants)
    let evaluator = ConstantEvaluator(compiled.portable) { name, _ in constants(name) }
    let executable = try TrainingExecutable(
      compiled.plan, TrainingRoles(work), on: machine, engines: engines, preprocessing: work.preprocessing
    ) { index in
      try evaluator.value(of: compiled.plan.constants[index].source)
    }
    return DeviceEngine(executable)
  }

  func predictor(_ network: Network, parameters: @escaping (String) -> [Float]) throws -> any Predictor {
    let batch = network.fixedBatch ?? Self.predictionBatch
    return DevicePredictor(
      executable: try executable(
        try CompilerFront.compile(network, options(batch: batch)), parameters, takesBytes: true))
  }

  func predictor(_ graph: Graph, batch: Int, parameters: @escaping (String) -> [Float]) throws -> any Predictor {
    guard let compiled = try Pipeline.compile(graph, options(batch: batch)) else {
      throw CompileError(.bug, "the pipeline stopped early")
    }
    return DevicePredictor(executable: try executable(compiled, parameters))
  }

  func exactly(_ graph: Graph, inputs: [[Double]], constants: @escaping (String) -> [Float]) throws -> [[Double]] {
    try host.exactly(graph, inputs: inputs, constants: constants)
  }

  private func compiled(_ step: TrainingGraph, _ constants: @escaping (String) -> [Float]) throws
    -> (CompiledNetwork, LibraryEngines)
  {
    let batch = step.graph.inputs.first.flatMap { step.graph[$0].shape.first } ?? 1
    var options = options(batch: batch)
    options.precision = host.precision
    return try GPUStepCompiler(machine: machine, tuning: tuningConsole.map { ($0, { name, _ in constants(name) }) })
      .compiled(step, options)
  }

  private func options(batch: Int) -> CompileOptions {
    var options = CompileOptions(
      batch: batch, numerics: host.numerics, target: machine.device.target, catalogue: machine.catalogue)
    options.microbatch = batch
    return options
  }

  private func executable(
    _ compiled: CompiledNetwork, _ parameters: @escaping (String) -> [Float], takesBytes: Bool = false
  ) throws -> GPUExecutable {
    let evaluator = ConstantEvaluator(compiled.portable) { name, _ in parameters(name) }
    return try GPUExecutable(compiled.plan, on: machine, takesBytes: takesBytes) { index in
      try evaluator.value(of: compiled.plan.constants[index].source)
    }
  }
}

/// A step whose inputs and outputs are all the caller's.
private struct DeviceStep: TrainingStepRunner {
  let executable: GPUExecutable

  func run(inputs: [UnsafeBufferPointer<Float>], outputs: [UnsafeMutableBufferPointer<Float>]) throws {
    try executable.run(inputs: inputs, outputs: outputs)
  }
}

/// Steps whose parameters stay on a device.
private final class DeviceEngine: StepEngine {
  private let executable: TrainingExecutable
  let depth = TrainingExecutable.depth
  var deviceBytes: Int? { executable.memory.need }
  var takesBytes: Bool { executable.takesBytes }

  init(_ executable: TrainingExecutable) { self.executable = executable }

  func load(_ state: LearningState) throws {
    try executable.load(
      TrainingExecutable.State(
        parameters: state.parameters, slots: state.slots, statistics: state.statistics.map { [$0.mean, $0.variance] },
        firstLoss: state.firstLoss.map { Float($0) }, lossScale: state.lossScale))
  }

  func start(_ order: StepOrder) throws {
    try executable.start(
      inputs: order.inputs, bytes: order.bytes, rule: order.rule, rate: order.rate, number: order.number)
  }

  func finish() throws -> StepOutcome {
    let outcome = try executable.finish()
    return StepOutcome(
      loss: Double(outcome.outputs[0][0]), isLost: outcome.isHalted, isSkipped: outcome.isSkipped,
      predictions: Array(outcome.outputs.dropFirst()))
  }

  func state() throws -> LearningState {
    let state = try executable.state()
    return LearningState(
      parameters: state.parameters, slots: state.slots,
      statistics: state.statistics.map { LearningState.Statistics(mean: $0[0], variance: $0[1]) },
      firstLoss: state.firstLoss.map { Double($0) }, lossScale: state.lossScale)
  }

  func norms() throws -> [(weight: Double, gradient: Double)] {
    func norm(_ values: [Float]) -> Double { values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() }
    let gradients = try executable.gradients()
    return zip(try executable.state().parameters, gradients).map { (norm($0), norm($1)) }
  }
}

extension TrainingRoles {
  /// The loss comes first of what is fetched, then predictions.
  init(_ work: StepWork) {
    let graph = work.graph
    self.init(
      parameters: work.parameters.enumerated().map { index, parameter in
        Parameter(
          input: graph.parameterInputs.lowerBound + index, gradient: graph.gradientOutputs.lowerBound + index,
          penalty: parameter.penalty, multiplier: parameter.multiplier, units: parameter.units)
      },
      statistics: zip(graph.momentsOutputs, work.statistics).map {
        Statistics(moments: $0, alpha: $1.alpha, count: $1.count)
      },
      loss: graph.lossOutput, fetched: [graph.lossOutput] + graph.predictionOutputs, rule: work.rule,
      valueLimit: work.clipping.value, normLimit: work.clipping.norm, unitLimit: work.clipping.maxNorm,
      divergence: Divergence.limit, scaling: graph.lossScale.map { Scaling(input: $0) })
  }
}
