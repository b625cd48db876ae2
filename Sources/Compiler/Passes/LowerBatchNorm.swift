import NetIR

/// At inference a batch normalisation is x·s + t with s = γ/√(σ² + ε) and t = β − μ·s, both constants.
enum LowerBatchNorm {
  static let pass = Pass(
    name: "lower-batch-norm", summary: "turn batch normalisation into a scale and a shift per channel"
  ) { compilation in
    compilation.graph = try compilation.graph.rewritten { graph, _, node in
      guard case .batchNorm(let epsilon) = node.op else { return graph.append(node) }
      let (x, gamma, beta) = (node.operands[0], node.operands[1], node.operands[2])
      let (mean, variance) = (node.operands[3], node.operands[4])
      let scale = try graph.add(
        .normScale(epsilon: epsilon), [gamma, variance], name: "\(node.name).scale")
      let shift = try graph.add(.normShift, [beta, mean, scale], name: "\(node.name).shift")
      return try graph.add(.scaleShift(.linear), [x, scale, shift], name: node.name)
    }
  }
}
