import NetIR

/// The maximum over windows side by side behind a convolution becomes part of it, where its kernel has the pixels of a
/// window in registers and nobody else reads them: what is pooled away is never written.
enum FusePooling {
  static let pass = Pass(
    name: "fuse-pooling", summary: "take maxima over windows where the convolution stores its pixels"
  ) { compilation in
    let catalogue = compilation.options.catalogue
    compilation.graph = compilation.graph.poolingFused { convolution, epilogue in
      convolution.kernel.flatMap { catalogue[$0] }?.canPool(epilogue) ?? false
    }
  }
}

extension Graph {
  /// - Parameter canPool: whether a convolution can be computed with an epilogue that pools.
  package func poolingFused(where canPool: (Node, Epilogue) -> Bool) -> Graph {
    let users = users()
    let outputs = Set(outputs)
    return rewritten { graph, id, node in
      guard let window = node.op.windowsSideBySide, let source = self[id].operands.first,
        users[source.index].count == 1, !outputs.contains(source),
        case .conv2D(let attributes, var epilogue) = self[source].op, epilogue.pool == nil, !epilogue.residual
      else { return graph.append(node) }
      epilogue.pool = window
      // Rounded up, the last windows would have pixels that the convolution does not compute.
      let (whole, pooled) = (epilogue.unpooled(node.shape), self[source].shape)
      guard canPool(self[source], epilogue), whole[2] <= pooled[2], whole[3] <= pooled[3] else {
        return graph.append(node)
      }
      let fused = node.operands[0]
      (graph[fused].op, graph[fused].shape) = (.conv2D(attributes, epilogue), node.shape)
      return fused
    }
  }
}

extension GraphOp {
  /// The window of a pooling whose windows neither overlap nor leave the image.
  fileprivate var windowsSideBySide: Size2D? {
    guard case .pool2D(let pool) = self, pool.mode == .max, pool.stride == pool.window, pool.padding == .none
    else { return nil }
    return pool.window
  }
}
