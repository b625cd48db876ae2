import NetIR

/// Keeps what the outputs need, and every input: callers count on their number.
enum RemoveDead {
  static let pass = Pass(
    name: "remove-dead", summary: "drop what no output needs"
  ) { compilation in compilation.graph = removed(from: compilation.graph) }

  static func removed(from old: Graph) -> Graph {
    var needed = [Bool](repeating: false, count: old.nodes.count)
    for output in old.outputs { needed[output.index] = true }
    for id in old.ids.reversed() where needed[id.index] || old[id].op.isInput {
      needed[id.index] = true
      for operand in old[id].operands { needed[operand.index] = true }
    }
    var result = Graph(name: old.name)
    var renamed: [ValueID: ValueID] = [:]
    for id in old.ids where needed[id.index] {
      var node = old[id]
      node.operands = node.operands.compactMap { renamed[$0] }
      renamed[id] = result.append(node)
    }
    result.outputs = old.outputs.compactMap { renamed[$0] }
    return result
  }
}
