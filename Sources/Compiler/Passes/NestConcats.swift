import NetIR

/// concat(a, b, c) where concat(a, b) exists as well becomes concat(concat(a, b), c): a value can lie in one larger
/// tensor, and that one in the next.
enum NestConcats {
  static let pass = Pass(
    name: "nest-concats", summary: "take over what another concatenation has joined already"
  ) { compilation in
    var known: [Parts: ValueID] = [:]
    var parts: [ValueID: Parts] = [:]
    compilation.graph = compilation.graph.rewritten { graph, _, node in
      guard case .concat(let axis) = node.op else { return graph.append(node) }
      /// What the first operands are made of, concatenations along the same axis taken apart.
      func first(_ count: Int) -> Parts {
        Parts(
          axis: axis,
          values: node.operands.prefix(count).flatMap { operand in
            if let inner = parts[operand], inner.axis == axis { inner.values } else { [operand] }
          })
      }
      let all = first(node.operands.count)
      if let same = known[all] { return same }
      var node = node
      for count in stride(from: node.operands.count - 1, to: 1, by: -1) {
        guard let joined = known[first(count)] else { continue }
        node.operands.replaceSubrange(..<count, with: [joined])
        break
      }
      let result = graph.append(node)
      (known[all], parts[result]) = (result, all)
      return result
    }
  }

  private struct Parts: Hashable {
    var axis: Int
    var values: [ValueID]
  }
}
