import CPUBackend
import Compiler
import Layers
import NetIR
import Runtime
import TrainingLoop

/// Steps and networks on this CPU.
struct CPUTraining: TrainingBackend {
  let threads: Int
  let numerics: Numerics
  /// Of a plan for validation.
  private static let predictionBatch = 64

  func step(_ graph: TrainingGraph, constants: @escaping (String) -> [Float]) throws -> any TrainingStepRunner {
    InterpretedStep(interpreter: ReferenceInterpreter(graph.graph) { name, _ in constants(name) })
  }

  func predictor(_ network: Network, parameters: @escaping (String) -> [Float]) throws -> any Predictor {
    let options = CompileOptions(
      batch: network.fixedBatch ?? Self.predictionBatch, numerics: numerics, target: HostCPU.current.target,
      catalogue: KernelTable.catalogue)
    let compiled = try CompilerFront.compile(network, options)
    let constants = try CompilerFront.pack(compiled, values: { name, _ in parameters(name) })
    return PlannedPredictor(
      executable: try CPUExecutable(
        compiled.plan, constants: constants, pool: ThreadPool.shared(threads: threads)))
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

private struct PlannedPredictor: Predictor {
  let executable: CPUExecutable

  func predict(examples: Int, inputs: [[Float]]) throws -> [[Float]] {
    executable.run(examples: examples, inputs: inputs)
  }
}
