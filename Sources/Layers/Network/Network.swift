import Diagnostics
import NetIR

/// A spec that was understood: every name resolved, every shape known.
package struct Network: Sendable {
  package struct Layer: Sendable {
    package var name: String
    package var typeName: String
    package var kind: any LayerKind
    /// Places in `Network.layers`, all before this one.
    package var inputs: [Int]
    package var shape: LayerShape
    package var weights: [Weight]
    package var span: SourceSpan
    /// Its parameters are in the weights that the spec or its base names.
    package var takesSpecWeights: Bool
  }

  package struct Weight: Sendable {
    /// The tensor's name; a tied one has the name of the layer that owns it.
    package var name: String
    package var suffix: String
    package var shape: [Int]
    package var source: WeightSource
    package var role: WeightSpec.Role
    package var isRegularized: Bool
    /// Whether it is another layer's: it counts there.
    package var isTied: Bool
    /// The shape in weight files.
    package var storedShape: [Int]
    /// The shape whose fans an initialiser takes.
    package var fanShape: [Int]
  }

  package var name: String
  /// In execution order: as written, except that inputs come before their users.
  package var layers: [Layer]
  package var outputs: [Int]
  package var classes: [String]
  package var preprocessing: [PreprocessingStep]
  package var optimizer: Optimizer
  package var training = TrainingSettings()
  package var data = DataSettings()

  /// Whether raw data cannot be prepared without statistics of training examples.
  package var needsStatistics: Bool {
    preprocessing.contains { if case .statistic = $0 { true } else { false } }
  }

  /// The inputs in the order of the spec.
  package var inputs: [Int] { layers.indices.filter { layers[$0].kind is Input } }

  /// Every parameter tensor once, in order.
  package var weights: [Weight] { layers.flatMap { $0.weights.filter { !$0.isTied } } }

  /// Writes the network as a graph of primitive ops for batches of `batch` examples.
  ///
  /// - Returns: the graph, and for each layer the nodes that it became.
  package func lowered(batch: Int) throws(GraphProblem) -> (graph: Graph, nodes: [Range<Int>]) {
    var lowering = Lowering(graph: Graph(name: name), batch: batch)
    var values: [ValueID] = []
    var nodes: [Range<Int>] = []
    for layer in layers {
      lowering.layer = layer.name
      lowering.weightNames = Dictionary(
        layer.weights.map { ($0.suffix, $0.name) }, uniquingKeysWith: { first, _ in first })
      let start = lowering.graph.nodes.count
      let value = try layer.kind.lower(layer.inputs.map { values[$0] }, into: &lowering)
      guard fits(lowering.shape(value), layer.shape) else {
        throw GraphProblem(
          "`\(layer.name)` lowers to \(lowering.shape(value)), its shape rule says \(layer.shape.full)")
      }
      values.append(value)
      nodes.append(start..<lowering.graph.nodes.count)
    }
    lowering.graph.outputs = outputs.map { values[$0] }
    return (lowering.graph, nodes)
  }

  /// Whether a value has the shape of its layer. A free first size may be any: after a Reshape or a Flatten to
  /// one axis it is no longer the batch alone.
  private func fits(_ shape: [Int], _ expected: LayerShape) -> Bool {
    shape.count == expected.count && zip(shape, expected).allSatisfy { $1 == nil || $0 == $1 }
  }

  /// The batch that the spec fixes; nil when it is free.
  package var fixedBatch: Int? { inputs.first.flatMap { layers[$0].shape.first ?? nil } }
}
