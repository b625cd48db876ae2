import Compiler
import Layers
import NetIR
import Training

/// Runs the graph of a training step, whose inputs and outputs have their order.
package protocol TrainingStepRunner {
  /// - Parameters:
  ///   - inputs: plain fp32 in C order, the same memory at each call.
  ///   - outputs: the same for the outputs.
  func run(inputs: [UnsafeBufferPointer<Float>], outputs: [UnsafeMutableBufferPointer<Float>]) throws
}

/// Runs a network as it is at inference.
package protocol Predictor {
  /// - Parameters:
  ///   - examples: how many.
  ///   - inputs: `examples` × the size of one example, per input.
  /// - Returns: `examples` × the size of one result, per output.
  func predict(examples: Int, inputs: [[Float]]) throws -> [[Float]]

  /// Whether it prepares bytes itself.
  var takesBytes: Bool { get }

  /// As the other one, of the only input as bytes that nothing has prepared. Only where `takesBytes`.
  func predict(examples: Int, bytes: [UInt8]) throws -> [[Float]]
}

extension Predictor {
  package var takesBytes: Bool { false }
  package func predict(examples: Int, bytes: [UInt8]) throws -> [[Float]] { preconditionFailure("it takes floats") }
}

/// What a trainer has steps and networks run by.
package protocol TrainingBackend {
  var mover: any ParameterMover { get }
  /// Whether its engines multiply the loss by a number of their own before its gradient is taken.
  var scalesLoss: Bool { get }
  /// - Parameter constants: the numbers of parameters that do not learn, by their names.
  func step(_ graph: TrainingGraph, constants: @escaping (String) -> [Float]) throws -> any TrainingStepRunner
  /// - Parameter parameters: of every name, running statistics included.
  func predictor(_ network: Network, parameters: @escaping (String) -> [Float]) throws -> any Predictor
  /// Runs a graph in double precision.
  ///
  /// - Parameter constants: the numbers of its parameters, by their names.
  func exactly(_ graph: Graph, inputs: [[Double]], constants: @escaping (String) -> [Float]) throws -> [[Double]]
  /// Of a graph for inference, which was lowered for so many examples.
  func predictor(_ graph: Graph, batch: Int, parameters: @escaping (String) -> [Float]) throws -> any Predictor
  /// - Parameter constants: the numbers of parameters that do not learn, by their names.
  func engine(_ work: StepWork, constants: @escaping (String) -> [Float]) throws -> any StepEngine
}

extension TrainingBackend {
  package var scalesLoss: Bool { false }

  /// What takes steps. Whoever keeps what learns elsewhere than in this machine's memory brings an engine of its own.
  package func engine(_ work: StepWork, constants: @escaping (String) -> [Float]) throws -> any StepEngine {
    HostEngine(work, try step(work.graph, constants: constants), mover)
  }
}
