import NetIR

/// Layouts on a GPU, whose kernels count in strides: images are NHWC, except those that somebody reads or writes as
/// plain numbers, which whoever makes them writes plainly. No value is ever converted.
///
/// With precision bf16 or fp16 all that steps hand on is stored so, but not the logits that a softmax reads, and what callers see.
struct DeviceLayouts {
  private let graph: Graph
  private let options: CompileOptions
  private let isTraining: Bool

  init(_ compilation: Compilation) {
    graph = compilation.graph
    options = compilation.options
    isTraining = compilation.isTraining
  }

  func run() throws -> Graph {
    let isConstant = graph.constants()
    let staysPlain = valuesThatStayPlain()
    let staysFloat = valuesThatStayFloat()
    var packer = DeviceWeightPacker(options)
    var result = try graph.rewritten { result, id, node in
      var node = node
      if !isConstant[id.index] {
        node.layout.block = node.shape.count == 4 && !staysPlain[id.index] ? TensorLayout.allChannels : 1
        node.layout.storage = staysFloat[id.index] ? .float32 : storage(of: node, in: result)
        if node.op.hasWeights { node.operands[1] = try packer.packed(node.operands[1], for: node, in: &result) }
      }
      return result.append(node)
    }
    try separateOutputs(&result)
    return result
  }

  /// - Parameter node: whose operands have their layouts; nobody asks for its result as fp32.
  private func storage(of node: Graph.Node, in graph: Graph) -> StorageType {
    if case .reshape = node.op { return graph[node.operands[0]].layout.storage }
    guard isTraining, options.precision != .fp32 else { return options.precision.storage }
    return trainingStorage(of: node, in: graph)
  }

  /// Products are of numbers of the plan's precision; what follows them takes what it gets. Sums over a batch, filters'
  /// gradients and losses are fp32.
  private func trainingStorage(of node: Graph.Node, in graph: Graph) -> StorageType {
    switch node.op {
    case .conv2D, .gradient(.convolutionData): return options.precision.storage
    // A weighted sum of losses, or its gradient.
    case .dense:
      return node.shape == [1, 1] || graph[node.operands[0]].shape[1] == 1 ? .float32 : options.precision.storage
    case .training(.moments), .training(.joinMoments), .training(.loss), .gradient(.loss), .gradient(.channelSum),
      .gradient(.batchSum), .gradient(.normalizeSums), .gradient(.convolutionWeights):
      return .float32
    default:
      let storage = options.precision.storage
      return node.operands.contains { graph[$0].layout.storage == storage } ? storage : .float32
    }
  }

  /// Beside what everybody reads or writes plainly, weights and their gradients.
  private func valuesThatStayPlain() -> [Bool] {
    var plain = graph.valuesThatStayPlain()
    for id in graph.ids {
      let node = graph[id]
      if node.op.hasWeights { plain[node.operands[1].index] = true }
      if case .gradient(.convolutionWeights) = node.op { plain[id.index] = true }
    }
    return plain
  }

  private func valuesThatStayFloat() -> [Bool] {
    var float = [Bool](repeating: false, count: graph.nodes.count)
    let users = isTraining ? graph.users() : []
    for output in graph.outputs { float[output.index] = true }
    for id in graph.ids.reversed() {
      switch graph[id].op {
      case .input: float[id.index] = true
      case .softmax:
        float[id.index] = true
        float[graph[id].operands[0].index] = true
      case .reshape where float[id.index]: float[graph[id].operands[0].index] = true
      // Parts of a gradient, of a parameter that serves several layers.
      case .elementwise where isTraining && float[id.index]:
        for operand in graph[id].operands where users[operand.index].count == 1 { float[operand.index] = true }
      default: break
      }
    }
    return float
  }

  /// Each of the caller's buffers is written by one step, and none is an input under another name.
  private func separateOutputs(_ graph: inout Graph) throws {
    var written: Set<ValueID> = []
    for (index, output) in graph.outputs.enumerated() {
      let root = GraphViews(graph).root(of: output)
      guard graph[root].op.isInput || !written.insert(root).inserted else { continue }
      let copy = try graph.add(.copy, [output], name: "\(graph[output].name) as output \(index)")
      SelectKernels.select(copy, in: &graph, options)
      written.insert(copy)
      graph.outputs[index] = copy
    }
  }
}
