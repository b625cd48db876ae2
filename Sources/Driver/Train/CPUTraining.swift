import CPUBackend
import Compiler
import Layers
import NetIR
import Runtime
import Training
import TrainingLoop

/// Steps and networks on this CPU.
struct CPUTraining: TrainingBackend {
  let threads: Int
  let numerics: Numerics
  /// Of steps of training.
  var precision = Precision.fp32
  /// What the training of a network may take, asked for when a step is planned: the examples are in memory then.
  var memory: (network: Network, limit: () -> MemoryLimit?)?
  /// Of what judges a network.
  var judgingPrecision = Precision.fp32
  /// Told of a step that no plan can be made of.
  let note: (String) -> Void
  /// Of a plan for validation.
  static let predictionBatch = 64

  var mover: any ParameterMover { ParameterUpdate(pool: ThreadPool.shared(threads: threads)) }

  func step(_ graph: TrainingGraph, constants: @escaping (String) -> [Float]) throws -> any TrainingStepRunner {
    let batch = graph.graph.inputs.first.flatMap { graph.graph[$0].shape.first } ?? 1
    do {
      var options = options(batch: batch)
      options.precision = precision
      let limit = memory?.limit()
      if let memory, let limit {
        options.arenaLimit = TrainingMemory.arenaLimit(of: graph, memory.network, total: limit.bytes)
      }
      guard let compiled = try Pipeline.compile(graph, options) else {
        throw CompileError(.bug, "the pipeline stopped early")
      }
      if let memory, let words = try limit?.checked(compiled, graph, memory.network, options) {
        note("note: \(words)\n")
      }
      return PlannedStep(executable: try executable(compiled, constants))
    } catch let error as CompileError where error.reason == .unsupported {
      note("note: \(error.message); steps go through the graph one operation at a time, which is slow\n")
      return InterpretedStep(interpreter: ReferenceInterpreter(graph.graph) { name, _ in constants(name) })
    }
  }

  func predictor(_ network: Network, parameters: @escaping (String) -> [Float]) throws -> any Predictor {
    let batch = network.fixedBatch ?? Self.predictionBatch
    return PlannedPredictor(
      executable: try executable(try CompilerFront.compile(network, options(batch: batch)), parameters))
  }

  func exactly(_ graph: Graph, inputs: [[Double]], constants: @escaping (String) -> [Float]) throws -> [[Double]] {
    try ReferenceInterpreter(graph) { name, _ in constants(name) }.run(inputs)
  }

  func predictor(_ graph: Graph, batch: Int, parameters: @escaping (String) -> [Float]) throws -> any Predictor {
    var options = options(batch: batch)
    options.microbatch = batch
    guard let compiled = try Pipeline.compile(graph, options) else {
      throw CompileError(.bug, "the pipeline stopped early")
    }
    return PlannedPredictor(executable: try executable(compiled, parameters))
  }

  private func options(batch: Int) -> CompileOptions {
    CompileOptions(
      batch: batch, precision: judgingPrecision, numerics: numerics, target: HostCPU.current.target,
      catalogue: KernelTable.catalogue)
  }

  private func executable(
    _ compiled: CompiledNetwork, _ parameters: @escaping (String) -> [Float]
  ) throws -> CPUExecutable {
    let constants = try CompilerFront.pack(compiled) { name, _ in parameters(name) }
    return try CPUExecutable(compiled.plan, constants: constants, pool: ThreadPool.shared(threads: threads))
  }
}

/// A step as a plan.
private struct PlannedStep: TrainingStepRunner {
  let executable: CPUExecutable

  func run(inputs: [UnsafeBufferPointer<Float>], outputs: [UnsafeMutableBufferPointer<Float>]) throws {
    executable.run(inputs: inputs, outputs: outputs)
  }
}

/// A step by the interpreter.
private struct InterpretedStep: TrainingStepRunner {
  let interpreter: ReferenceInterpreter

  func run(inputs: [UnsafeBufferPointer<Float>], outputs: [UnsafeMutableBufferPointer<Float>]) throws {
    let results = try interpreter.run(inputs.map { $0.map(Double.init) })
    for (result, output) in zip(results, outputs) {
      for (index, value) in result.enumerated() { output[index] = Float(value) }
    }
  }
}

/// A network as a plan.
struct PlannedPredictor: Predictor {
  let executable: CPUExecutable

  func predict(examples: Int, inputs: [[Float]]) throws -> [[Float]] {
    executable.run(examples: examples, inputs: inputs)
  }
}
