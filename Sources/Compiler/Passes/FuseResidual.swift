import NetIR

/// conv(x) + y, where nobody else reads conv(x), becomes a convolution that adds y as it stores.
enum FuseResidual {
  static let pass = Pass(
    name: "fuse-residual", summary: "add the shortcut of a residual block where the convolution stores"
  ) { compilation in
    let old = compilation.graph
    let users = old.users()
    let isConstant = old.constants()
    let outputs = Set(old.outputs)
    compilation.graph = try old.rewritten { graph, id, node in
      guard case .elementwise(let attributes, .linear) = node.op, attributes.kind == .sum,
        attributes.coefficients.isEmpty, node.operands.count == 2, node.operands[0] != node.operands[1]
      else { return graph.append(node) }
      // The later of the two branches is taken: its residual is there when it runs.
      for place in [0, 1].sorted(by: { node.operands[$0] > node.operands[$1] }) {
        let original = old[id].operands[place]
        let (branch, other) = (graph[node.operands[place]], node.operands[1 - place])
        guard users[original.index].count == 1, !outputs.contains(original), other < node.operands[place],
          !isConstant[old[id].operands[1 - place].index], graph[other].shape == node.shape,
          let op = branch.op.withResidual
        else { continue }
        return try graph.add(op, branch.operands + [other], name: branch.name)
      }
      return graph.append(node)
    }
  }
}

extension GraphOp {
  fileprivate var withResidual: GraphOp? {
    switch self {
    case .conv2D(let attributes, var epilogue) where epilogue.activation == .linear && !epilogue.residual:
      epilogue.residual = true
      return .conv2D(attributes, epilogue)
    case .dense(var epilogue) where epilogue.activation == .linear && !epilogue.residual:
      epilogue.residual = true
      return .dense(epilogue)
    default: return nil
    }
  }
}
