import NetIR

/// The gradient of a rectifier behind a batch normalisation is known where the normalisation's own gradients are
/// computed: they read what was normalised, and with gamma and beta that tells what was positive. So neither the
/// rectifier's gradient nor its result is stored and read again.
enum FuseNormalization {
  static let pass = Pass(
    name: "fuse-normalization", summary: "apply the gradients of rectifiers where those of normalisations read them"
  ) { compilation in
    let old = compilation.graph
    let users = old.users()
    // By the rectifier's gradient: the gradient of its result, gamma and beta.
    var fused: [ValueID: (g: ValueID, gamma: ValueID, beta: ValueID)] = [:]
    for id in old.ids {
      guard case .gradient(.activation(.rectify)) = old[id].op, !old.outputs.contains(id),
        case .training(.normalize(let epsilon, .rectify)) = old[old[id].operands[1]].op
      else { continue }
      let forward = old[old[id].operands[1]].operands
      let isRead = users[id.index].allSatisfy {
        old.isGradient($0, ofNormalization: forward, epsilon, reading: id)
      }
      if isRead { fused[id] = (old[id].operands[0], forward[1], forward[2]) }
    }
    var renamed = [ValueID?](repeating: nil, count: old.nodes.count)
    compilation.graph = old.rewritten { graph, id, node in
      var node = node
      if let source = old[id].operands.first, let known = fused[source] {
        func new(_ value: ValueID) -> ValueID { renamed[value.index] ?? value }
        switch node.op {
        case .gradient(.normalizeSums(let epsilon, let slices, false)):
          node.op = .gradient(.normalizeSums(epsilon: epsilon, slices: slices, isRectified: true))
          node.operands = [new(known.g)] + node.operands.dropFirst() + [new(known.gamma), new(known.beta)]
        case .gradient(.normalizeData(let epsilon, false)):
          node.op = .gradient(.normalizeData(epsilon: epsilon, isRectified: true))
          node.operands = [new(known.g)] + node.operands.dropFirst() + [new(known.beta)]
        default: break
        }
      }
      let value = graph.append(node)
      renamed[id.index] = value
      return value
    }
  }
}

extension Graph {
  /// Whether a node is a gradient of the normalisation with these operands, with regard to a gradient of its result.
  fileprivate func isGradient(
    _ id: ValueID, ofNormalization forward: [ValueID], _ epsilon: Float, reading g: ValueID
  ) -> Bool {
    let operands = self[id].operands
    switch self[id].op {
    case .gradient(.normalizeSums(epsilon, _, false)): return operands == [g, forward[0], forward[3]]
    case .gradient(.normalizeData(epsilon, false)):
      return operands.dropLast() == [g, forward[0], forward[1], forward[3]]
    default: return false
    }
  }
}
