import Compiler
import Layers
import NetIR
import Runtime

/// One step of training with given examples and parameters, which changes nothing.
struct SanityStep {
  let graph: TrainingGraph
  let inputs: FloatArrays
  private let outputs: FloatArrays
  private let runner: any TrainingStepRunner

  /// - Parameters:
  ///   - examples: if they are fewer than the network's batch, they are repeated and do not count again.
  ///   - parameters: of the network in its order.
  init(_ work: Trainer.Work, _ backend: any TrainingBackend, _ examples: [Int], _ parameters: [[Float]]) throws {
    let network = work.network
    let batch = network.fixedBatch ?? examples.count
    graph = try TrainingGraph(
      network.lowered(batch: batch).graph, work.task.objectives, trainable: network.trained.map(\.name))
    let values = Dictionary(zip(network.weights.map(\.name), parameters), uniquingKeysWith: { first, _ in first })
    runner = try backend.step(graph) { values[$0] ?? [] }
    inputs = FloatArrays(counts: graph.graph.inputs.map { [graph] in graph.graph[$0].shape.elements })
    outputs = FloatArrays(counts: graph.graph.outputs.map { [graph] in graph.graph[$0].shape.elements })
    let maker = BatchMaker(work.data, work.preprocessing, classes: nil, classWeights: nil, size: batch)
    let made = maker.batch(0, of: examples)
    for (index, values) in made.values.enumerated() { inputs.write(values, to: index) }
    inputs.write(made.weights, to: graph.exampleWeights)
    if let place = graph.classWeights { inputs.write(made.factors, to: place) }
    if let key = graph.key { inputs.write(CounterRandom.words(network.training.seed), to: key) }
    for (name, place) in zip(graph.parameters, graph.parameterInputs) { inputs.write(values[name] ?? [], to: place) }
  }

  /// The graph's outputs.
  func run() throws -> [[Float]] {
    try runner.run(inputs: inputs.read, outputs: outputs.written)
    return (0..<outputs.count).map { outputs.values($0) }
  }
}
