import NetIR

/// A graph cut into parts of so many nodes in their order, each a graph of its own: what it takes from parts before it
/// are its inputs, what others take from it, or somebody wants to see, its outputs.
struct GraphPieces {
  struct Piece {
    var graph: Graph
    /// What its inputs and outputs are in the whole.
    var inputs: [ValueID] = []
    var outputs: [ValueID] = []
  }

  private(set) var pieces: [Piece] = []
  private let whole: Graph
  private let isConstant: [Bool]

  init(_ whole: Graph, nodes count: Int, showing shown: Set<ValueID>) {
    self.init(whole, showing: shown) { place, _ in place / count }
  }

  /// - Parameter part: the number of a node's part, from its place among those that are computed and its name in the whole.
  init(_ whole: Graph, showing shown: Set<ValueID>, part: (Int, ValueID) -> Int) {
    (self.whole, isConstant) = (whole, whole.constants())
    let computed = whole.ids.filter { id in
      if case .input = whole[id].op { false } else { !isConstant[id.index] }
    }
    let users = whole.users()
    let parts = Dictionary(grouping: computed.enumerated(), by: { part($0.offset, $0.element) })
    for members in parts.sorted(by: { $0.key < $1.key }).map({ $0.value.map(\.element) }) {
      let inside = Set(members)
      var piece = Piece(graph: Graph(name: "\(whole.name), from node \(members[0].index)"))
      var places: [ValueID: ValueID] = [:]
      for id in members {
        var node = whole[id]
        node.operands = node.operands.map { place(of: $0, in: &piece, &places, inside) }
        places[id] = piece.graph.append(node)
      }
      piece.outputs = members.filter { id in
        shown.contains(id) || whole.outputs.contains(id) || users[id.index].contains { !inside.contains($0) }
      }
      piece.graph.outputs = piece.outputs.compactMap { places[$0] }
      if !piece.outputs.isEmpty { pieces.append(piece) }
    }
  }

  /// Where a value of the whole lies in a piece; a constant is made anew, another one becomes an input.
  private func place(
    of id: ValueID, in piece: inout Piece, _ places: inout [ValueID: ValueID], _ inside: Set<ValueID>
  ) -> ValueID {
    if let known = places[id] { return known }
    var node = whole[id]
    if isConstant[id.index] {
      node.operands = node.operands.map { place(of: $0, in: &piece, &places, inside) }
    } else {
      precondition(!inside.contains(id), "operands come before what reads them")
      node.op = .input(index: piece.inputs.count, shape: node.shape)
      node.operands = []
      piece.inputs.append(id)
    }
    let added = piece.graph.append(node)
    places[id] = added
    return added
  }
}
