/// Names the result of a node: the node's place in `Graph.nodes`.
package struct ValueID: Hashable, Sendable, Codable, Comparable {
  package let index: Int

  package init(_ index: Int) { self.index = index }

  package static func < (a: ValueID, b: ValueID) -> Bool { a.index < b.index }
}

/// A directed acyclic graph of primitive ops in execution order: a node's operands come before it.
package struct Graph: Sendable, Codable, Equatable {
  package struct Node: Sendable, Codable, Equatable {
    package var op: GraphOp
    package var operands: [ValueID]
    /// The result's shape, batch included.
    package var shape: [Int]
    /// The layer that it came from; fused nodes carry the first one's name.
    package var name: String
    /// How the result lies in memory; plain until layouts are chosen.
    package var layout: TensorLayout = .plain
    /// The kernel that computes it; nil until kernels are chosen, and for ops that need none.
    package var kernel: String?
    /// Why it is this kernel.
    package var choice: Plan.Choice?
  }

  package var name: String
  package private(set) var nodes: [Node] = []
  package var outputs: [ValueID] = []

  package init(name: String) { self.name = name }

  package subscript(id: ValueID) -> Node {
    get { nodes[id.index] }
    set { nodes[id.index] = newValue }
  }

  package var ids: some Sequence<ValueID> { nodes.indices.lazy.map(ValueID.init) }

  /// The inputs by their index.
  package var inputs: [ValueID] {
    ids.compactMap { id in if case .input(let index, _) = self[id].op { (index, id) } else { nil } }
      .sorted { $0.0 < $1.0 }.map(\.1)
  }

  /// Appends a node, whose shape follows from its operands.
  @discardableResult
  package mutating func add(_ op: GraphOp, _ operands: [ValueID] = [], name: String) throws(GraphProblem)
    -> ValueID
  {
    let shape: [Int]
    do {
      shape = try op.resultShape(operands.map { self[$0].shape })
    } catch {
      throw GraphProblem("\(op.name) of `\(name)`: \(error.message)")
    }
    return append(Node(op: op, operands: operands, shape: shape, name: name))
  }

  /// Appends a node as it is; `verify` finds what is wrong with it.
  package mutating func append(_ node: Node) -> ValueID {
    nodes.append(node)
    return ValueID(nodes.count - 1)
  }

  /// Who reads each value, in order; a node that reads a value twice is listed twice.
  package func users() -> [[ValueID]] {
    var users = [[ValueID]](repeating: [], count: nodes.count)
    for id in ids { for operand in self[id].operands { users[operand.index].append(id) } }
    return users
  }

  /// Whether each value depends on parameters alone.
  package func constants() -> [Bool] {
    var constant = [Bool](repeating: false, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      switch node.op {
      case .input: constant[index] = false
      case .constant, .fill: constant[index] = true
      default: constant[index] = node.operands.allSatisfy { constant[$0.index] }
      }
    }
    return constant
  }

  /// Whether a value depends on parameters alone, of one value.
  package func isConstant(_ id: ValueID) -> Bool {
    switch self[id].op {
    case .constant, .fill: true
    case .input: false
    default: !self[id].operands.isEmpty && self[id].operands.allSatisfy(isConstant)
    }
  }

  /// A copy in which `transform` decides for each node what stands in its place.
  ///
  /// - Parameter transform: is given the new graph, the old id, and the node with its operands already
  ///   renamed; returns the value that users of the old one shall read.
  package func rewritten(
    _ transform: (inout Graph, ValueID, Node) throws -> ValueID
  ) rethrows -> Graph {
    var result = Graph(name: name)
    var renamed: [ValueID] = []
    renamed.reserveCapacity(nodes.count)
    for id in ids {
      var node = self[id]
      node.operands = node.operands.map { renamed[$0.index] }
      renamed.append(try transform(&result, id, node))
    }
    result.outputs = outputs.map { renamed[$0.index] }
    return result
  }
}

/// A graph that breaks a rule: always a bug in netc or a damaged artefact, never a mistake in a spec.
package struct GraphProblem: Error, Sendable, Equatable {
  package let message: String

  package init(_ message: String) { self.message = message }
}
