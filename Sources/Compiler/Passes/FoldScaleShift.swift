import NetIR

/// (W·x + b)·s + t = (W·s)·x + (b·s + t): a scale and shift behind a convolution or dense layer moves into
/// its weights, where nobody else reads the unscaled result and nothing was applied to it in between.
enum FoldScaleShift {
  static let pass = Pass(
    name: "fold-scale-shift", summary: "move scales and shifts into the weights of the layer before"
  ) { compilation in
    let users = compilation.graph.users()
    let isConstant = compilation.graph.constants()
    let outputs = Set(compilation.graph.outputs)
    let old = compilation.graph
    var folded = 0
    compilation.graph = try old.rewritten { graph, id, node in
      let source = old[id].operands.first
      guard case .scaleShift(.linear) = node.op, let source, users[source.index].count == 1,
        !outputs.contains(source), let operands = scalable(graph[node.operands[0]]),
        old[id].operands.dropFirst().allSatisfy({ isConstant[$0.index] })
      else { return graph.append(node) }
      folded += 1
      let (scale, shift) = (node.operands[1], node.operands[2])
      let producer = graph[node.operands[0]]
      let weights = try graph.add(.scaleRows, [operands.weights, scale], name: "\(producer.name).W")
      let bias =
        try operands.bias.map { try graph.add(.scaleBias, [$0, scale, shift], name: "\(producer.name).b") }
        ?? shift
      return try graph.add(
        producer.op.withBias, [producer.operands[0], weights, bias], name: producer.name)
    }
    compilation.foldedNorms += folded
  }

  /// The constants of a layer whose result can be scaled by scaling them.
  private static func scalable(_ node: Graph.Node) -> (weights: ValueID, bias: ValueID?)? {
    switch node.op {
    case .conv2D(_, let epilogue), .transposedConv2D(_, let epilogue), .dense(let epilogue):
      guard epilogue.activation == .linear, !epilogue.residual else { return nil }
      return (node.operands[1], epilogue.bias ? node.operands[2] : nil)
    default: return nil
    }
  }
}

extension GraphOp {
  fileprivate var withBias: GraphOp {
    switch self {
    case .conv2D(let attributes, _): .conv2D(attributes, Epilogue(bias: true))
    case .transposedConv2D(let attributes, _): .transposedConv2D(attributes, Epilogue(bias: true))
    case .dense: .dense(Epilogue(bias: true))
    default: self
    }
  }
}
