import Compiler
import Layers
import NetIR

/// A small network with what it is trained for: its step as a graph, and numbers to run it with.
package struct TrainingCase: Sendable, CustomStringConvertible {
  package var name: String
  package var yaml: String
  package var objectives: [Objective]
  package var description: String { name }

  package init(
    name: String, yaml: String, objectives: [Objective] = [Objective(.crossEntropy(smoothing: 0))]
  ) {
    (self.name, self.yaml, self.objectives) = (name, yaml, objectives)
  }

  /// All parameters learn.
  package func step(batch: Int, scalesLoss: Bool = false) throws -> TrainingGraph {
    try TrainingGraph(
      Networks.of(yaml).lowered(batch: batch).graph, objectives, trainable: Networks.of(yaml).trained.map(\.name),
      scalesLoss: scalesLoss)
  }
}

extension TrainingGraph {
  /// Noise; classes where targets are classes, else what is not negative; weights of 1/N, those of classes apart; some
  /// key.
  package func noise() -> [[Double]] {
    graph.inputs.enumerated().map { index, id in
      let (shape, name) = (graph[id].shape, graph[id].name)
      if index == key { return [1, 2, 3, 4] }
      if index == exampleWeights { return [Double](repeating: 1 / Double(shape[0]), count: shape[0]) }
      if index == classWeights { return (0..<shape[0]).map { 0.5 + 0.25 * Double($0 % 4) } }
      if parameterInputs.contains(index) { return NoiseWeights.values(name, shape).map(Double.init) }
      let noise = Noise.doubles(shape.elements, seed: UInt64(index) + 3)
      guard targets.contains(index) else { return noise }
      let prediction = graph[graph.outputs[predictionOutputs.lowerBound + index - targets.lowerBound]].shape
      guard shape.count < prediction.count else { return noise.map { abs($0) } }
      return (0..<shape.elements).map { Double($0 * 7 % prediction[1]) }
    }
  }
}
