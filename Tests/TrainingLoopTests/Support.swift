import CPUBackend
import Compiler
import DataPipeline
import Layers
import NetIR
import NetworkTestSupport
import Runtime
import Training

@testable import TrainingLoop

/// Steps and networks by the interpreter, in double precision.
struct Interpreted: TrainingBackend {
  struct Step: TrainingStepRunner {
    let interpreter: ReferenceInterpreter

    func run(inputs: [UnsafeBufferPointer<Float>], outputs: [UnsafeMutableBufferPointer<Float>]) throws {
      for (result, output) in zip(try interpreter.run(inputs.map { $0.map(Double.init) }), outputs) {
        for (index, value) in result.enumerated() { output[index] = Float(value) }
      }
    }
  }

  struct Forward: Predictor {
    let parameters: (String) -> [Float]
    let graph: (Int) throws -> Graph

    func predict(examples: Int, inputs: [[Float]]) throws -> [[Float]] {
      let interpreter = ReferenceInterpreter(try graph(examples)) { name, _ in parameters(name) }
      return try interpreter.run(inputs.map { $0.map(Double.init) }).map { $0.map(Float.init) }
    }
  }

  var mover: any ParameterMover { ParameterUpdate(pool: ThreadPool.shared(threads: 1)) }

  func step(_ graph: TrainingGraph, constants: @escaping (String) -> [Float]) throws -> any TrainingStepRunner {
    Step(interpreter: ReferenceInterpreter(graph.graph) { name, _ in constants(name) })
  }

  func predictor(_ network: Network, parameters: @escaping (String) -> [Float]) throws -> any Predictor {
    Forward(parameters: parameters) { try network.lowered(batch: $0).graph }
  }

  func exactly(_ graph: Graph, inputs: [[Double]], constants: @escaping (String) -> [Float]) throws -> [[Double]] {
    try ReferenceInterpreter(graph) { name, _ in constants(name) }.run(inputs)
  }

  func predictor(_ graph: Graph, batch: Int, parameters: @escaping (String) -> [Float]) throws -> any Predictor {
    Forward(parameters: parameters) { examples in
      guard examples == batch else { throw GraphProblem("\(examples) examples for a batch of \(batch)") }
      return graph
    }
  }
}

/// Points of the plane in three classes, which a line cannot part: their distance from the centre tells.
enum Rings {
  static let yaml = """
    layers:
      - Input: {shape: [null, 2]}
      - Dense: {name: hidden, num_units: 12, nonlinearity: tanh}
      - Dropout: {p: 0.1}
      - Dense: {name: out, num_units: 3, nonlinearity: softmax}
    train:
      update: {adam: {learning_rate: 0.03}}
      batch_size: 16
      max_epochs: 12
      validation: {split: 0.25}
    """

  static func data(count: Int = 100) -> DataSet {
    var stream = RandomStream(seed: 1, name: "rings")
    var (points, classes): ([Float], [Float]) = ([], [])
    for index in 0..<count {
      let (x, y) = (stream.normal(), stream.normal())
      let length = (x * x + y * y).squareRoot()
      let radius = Double(index % 3) + 0.3 + 0.4 * stream.uniform()
      points += [Float(x / length * radius), Float(y / length * radius)]
      classes.append(Float(index % 3))
    }
    return DataSet(
      inputs: [Examples(shape: [2], count: count, .floats(points))],
      targets: [Examples(shape: [], count: count, .floats(classes))])
  }
}

extension Network {
  func first(seed: UInt64) -> [[Float]] {
    weights.map { weight in
      guard case .initialiser(let initialiser) = weight.source else { return [] }
      return initialiser.sample(shape: weight.shape, fanShape: weight.fanShape, seed: seed, name: weight.name)
    }
  }

  func work(_ raw: DataSet) throws -> Trainer.Work {
    let task = try TrainingTask(self, raw)
    let data = try task.fitted(raw, path: "test")
    let split = Split(
      count: data.count, classes: task.classNumbers(of: data), training.validation, seed: training.seed)
    return Trainer.Work(
      network: self, task: task, data: data, split: split,
      validation: split.valid.isEmpty ? nil : (data, split.valid), preprocessing: [])
  }

  /// A trainer of this network by the interpreter.
  func trainer(_ raw: DataSet, from state: TrainingState? = nil) throws -> Trainer {
    let start = TrainingState(self, parameters: first(seed: training.seed))
    return try Trainer(work(raw), backend: Interpreted(), state: state ?? start)
  }
}

extension Trainer {
  /// Trains so many epochs.
  func epochs(_ count: Int) throws {
    for _ in 0..<count { _ = try epoch(shouldStop: { false }, progress: { _ in }) }
  }
}
