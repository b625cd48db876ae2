/// A directed graph to be drawn: boxes with words in them, arrows, and named groups around boxes.
///
/// It knows nothing of networks. Nodes are numbered by their place; every edge goes from a lower number to a
/// higher one, so there are no cycles. All edges of a node carry the same thing, hence one label per node.
package struct Diagram: Sendable, Equatable {
  /// One box, maybe with strips that hang below it without an arrow.
  package struct Node: Sendable, Equatable {
    /// Names of the groups around it, the outermost first.
    package var groups: [String]
    package var title: String
    package var lines: [String]
    package var tint: Tint
    package var strips: [Strip]
    /// The words beside every edge that leaves the node.
    package var label: String
    /// Whether its value leaves the drawing at the bottom.
    package var isOutput: Bool
    /// What a pointer that rests on the box is told.
    package var hint: String

    package init(
      groups: [String] = [], title: String, lines: [String] = [], tint: Tint = .other, strips: [Strip] = [],
      label: String = "", isOutput: Bool = false, hint: String = ""
    ) {
      (self.groups, self.title, self.lines, self.tint) = (groups, title, lines, tint)
      (self.strips, self.label, self.isOutput, self.hint) = (strips, label, isOutput, hint)
    }
  }

  /// A small step right behind another one, drawn as a strip of its box.
  package struct Strip: Sendable, Equatable {
    package var title: String
    package var note: String
    package var tint: Tint

    package init(title: String, note: String = "", tint: Tint) {
      (self.title, self.note, self.tint) = (title, note, tint)
    }
  }

  package struct Edge: Sendable, Hashable {
    package var from: Int
    package var to: Int

    package init(from: Int, to: Int) { (self.from, self.to) = (from, to) }
  }

  package var title: String
  package var subtitle: String
  package var nodes: [Node]
  package private(set) var edges: [Edge]

  /// - Parameter edges: those that do not go from a lower to a higher number of a node are dropped, and so is
  ///   the second of two equal ones.
  package init(title: String, subtitle: String = "", nodes: [Node] = [], edges: [Edge] = []) {
    (self.title, self.subtitle, self.nodes) = (title, subtitle, nodes)
    var seen: Set<Edge> = []
    self.edges = edges.filter { edge in
      edge.from >= 0 && edge.from < edge.to && edge.to < nodes.count && seen.insert(edge).inserted
    }
  }

  /// The tints that occur, in the order of `Tint.allCases`.
  package var tints: [Tint] {
    let used = Set(nodes.flatMap { [$0.tint] + $0.strips.map(\.tint) })
    return Tint.allCases.filter(used.contains)
  }
}
