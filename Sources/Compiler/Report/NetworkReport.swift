import Layers
import NetIR

/// Everything that `netc report` counts. Four numbers of parameters are never mixed: trainable, frozen,
/// state and optimizer slots; a tied parameter counts once.
package struct NetworkReport: Sendable {
  package struct Row: Sendable {
    package var index: Int
    package var name: String
    package var type: String
    package var inputs: [String]
    /// Batch first, nil where it is free.
    package var outputShape: LayerShape
    package var trainable: Int
    package var frozen: Int
    package var state: Int
    /// Of one example.
    package var work: Work
    package var weightBytes: Int
    /// The result in fp32, for the whole batch.
    package var activationBytes: Int
    package var window: Window?
    package var field: ReceptiveField?
    package var capacity: Capacity?
    /// What it becomes, without the arithmetic on parameters.
    package var ops: [GraphOp]

    package var parameters: Int { trainable + frozen }
  }

  /// What is counted here.
  package let network: Network
  package var name: String
  package var batch: Int
  package var rows: [Row]
  package var inferenceArenaBytes: Int
  /// The least that any placement of these tensors could do with.
  package var inferenceArenaBound: Int
  /// nil where the network cannot be trained, or nobody asked.
  package var training: TrainingMemory?
  package var optimizer: Optimizer
  package var image: Size2D?
  package var inputShapes: [LayerShape]
  /// Units of the only output, when it is a vector.
  package var outputUnits: Int?

  package var trainable: Int { rows.reduce(0) { $0 + $1.trainable } }
  package var frozen: Int { rows.reduce(0) { $0 + $1.frozen } }
  package var state: Int { rows.reduce(0) { $0 + $1.state } }
  package var parameters: Int { trainable + frozen }
  package var weightBytes: Int { rows.reduce(0) { $0 + $1.weightBytes } }
  /// Of one example.
  package var work: Work { rows.reduce(Work()) { $0 + $1.work } }

  /// - Parameters:
  ///   - options: the batch, and the target whose plans are measured.
  ///   - countsTraining: whether a step of training is planned, too.
  ///   - trainingLimit: bytes that training should do with.
  package init(
    _ network: Network, _ options: CompileOptions, countsTraining: Bool = true, trainingLimit: Int? = nil
  ) throws {
    self.network = network
    name = network.name
    batch = options.batch
    optimizer = network.optimizer
    image = network.image
    inputShapes = network.inputs.map { network.layers[$0].shape }
    let output = network.layers[network.outputs[0]].shape
    outputUnits = network.outputs.count == 1 && output.count == 2 ? output[1] : nil

    rows = try Self.rows(of: network, batch: options.batch)
    guard let compiled = try Pipeline.compile(network, options) else {
      throw CompileError(.bug, "no plan to report")
    }
    inferenceArenaBytes = compiled.plan.arenaBytes
    inferenceArenaBound = compiled.plan.arenaBound
    training = countsTraining ? try TrainingMemory(of: network, options, limit: trainingLimit) : nil
  }

  /// What can be counted without a plan: a row for each layer.
  ///
  /// - Parameter batch: examples whose results count as memory.
  package static func rows(of network: Network, batch: Int = 1) throws(GraphProblem) -> [Row] {
    let examples = network.fixedBatch ?? 1
    let (graph, nodes) = try network.lowered(batch: examples)
    let isConstant = graph.constants()
    let fields = ReceptiveField.all(of: network)
    let capacities = Capacity.all(of: network)
    return network.layers.enumerated().map { index, layer in
      let own = layer.weights.filter { !$0.isTied }
      func count(_ role: WeightSpec.Role) -> Int {
        own.filter { $0.role == role }.reduce(0) { $0 + $1.shape.elements }
      }
      let work = nodes[index].reduce(Work()) { sum, node in
        let id = ValueID(node)
        return sum + graph[id].op.work(graph[id].operands.map { graph[$0].shape }, result: graph[id].shape)
      }
      let (learned, state) = (count(.trainable), count(.state))
      let frozen = own.filter { $0.role == .trainable && network.training.multiplier(of: $0.name) == 0 }
        .reduce(0) { $0 + $1.shape.elements }
      let input = layer.inputs.first.map { network.layers[$0].shape } ?? []
      return Row(
        index: index, name: layer.name, type: layer.typeName,
        inputs: layer.inputs.map { network.layers[$0].name },
        outputShape: layer.shape, trainable: learned - frozen, frozen: frozen, state: state,
        work: Work(macs: work.macs / examples, flops: work.flops / examples),
        weightBytes: 4 * (learned + state),
        activationBytes: 4 * layer.shape.withBatch(batch).elements,
        window: layer.kind.window(over: input), field: fields[index], capacity: capacities[index],
        ops: nodes[index].filter { !isConstant[$0] }.map { graph[ValueID($0)].op })
    }
  }
}
