import NetIR

/// Takes out what does nothing at inference: dropout and noise, and reshapes to the same shape. What is random in
/// training takes its fixed form.
enum RemoveIdentities {
  static let pass = Pass(
    name: "remove-identities", summary: "drop dropout, noise, linear activations and reshapes that change nothing"
  ) { compilation in
    compilation.graph = try compilation.graph.rewritten { graph, _, node in
      switch node.op {
      case .dropout, .gaussianNoise, .activation(.linear): return node.operands[0]
      case .randomizedRectify(let lower, let upper):
        return try graph.add(
          .activation(.leakyRectify(leakiness: 2 / (lower + upper))), node.operands, name: node.name)
      case .reshape where graph[node.operands[0]].shape == node.shape: return node.operands[0]
      case .elementwise(let attributes, .linear)
      where node.operands.count == 1 && attributes.coefficients.isEmpty:
        return node.operands[0]
      default: return graph.append(node)
      }
    }
  }
}
