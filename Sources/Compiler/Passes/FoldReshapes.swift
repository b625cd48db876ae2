import NetIR

/// A reshape of a reshape is one reshape, and a reshape of a constant has nothing to wait for.
enum FoldReshapes {
  static let pass = Pass(
    name: "fold-reshapes", summary: "join chains of reshapes"
  ) { compilation in
    compilation.graph = compilation.graph.rewritten { graph, _, node in
      guard case .reshape = node.op else { return graph.append(node) }
      var node = node
      while case .reshape = graph[node.operands[0]].op { node.operands = graph[node.operands[0]].operands }
      return graph[node.operands[0]].shape == node.shape ? node.operands[0] : graph.append(node)
    }
  }
}
