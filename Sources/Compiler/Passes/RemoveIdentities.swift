import NetIR

/// Takes out what does nothing at inference: dropout, and reshapes to the same shape.
enum RemoveIdentities {
  static let pass = Pass(
    name: "remove-identities", summary: "drop dropout, linear activations and reshapes that change nothing"
  ) { compilation in
    compilation.graph = compilation.graph.rewritten { graph, _, node in
      switch node.op {
      case .dropout, .activation(.linear): return node.operands[0]
      case .reshape where graph[node.operands[0]].shape == node.shape: return node.operands[0]
      case .elementwise(let attributes, .linear)
      where node.operands.count == 1 && attributes.coefficients.isEmpty:
        return node.operands[0]
      default: return graph.append(node)
      }
    }
  }
}
