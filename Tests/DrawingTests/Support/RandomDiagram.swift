import Drawing

/// Reproducible numbers (SplitMix64, Steele et al. 2014).
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension Diagram {
  /// Any acyclic graph, with groups that paths may leave and enter again.
  static func random(_ seed: Int) -> Diagram {
    var dice = Dice(seed)
    let count = Int.random(in: 1...24, using: &dice)
    let nodes = (0..<count).map { index in
      let groups = (0..<Int.random(in: 0...3, using: &dice)).map { _ in "g\(Int.random(in: 0...2, using: &dice))" }
      let lines = (0..<Int.random(in: 0...3, using: &dice)).map { "line \($0) of \(index)" }
      let strips = (0..<Int.random(in: 0...2, using: &dice)).map { Strip(title: "s\($0)", tint: .activation) }
      return Node(
        groups: groups, title: "node \(index)", lines: lines, tint: Tint.allCases.randomElement(using: &dice) ?? .other,
        strips: strips, label: "\(index)×28×28", isOutput: Int.random(in: 0..<5, using: &dice) == 0)
    }
    var edges: [Edge] = []
    for to in nodes.indices.dropFirst() {
      for _ in 0..<Int.random(in: 0...3, using: &dice) {
        edges.append(Edge(from: Int.random(in: 0..<to, using: &dice), to: to))
      }
    }
    return Diagram(title: "random \(seed)", subtitle: "a test", nodes: nodes, edges: edges)
  }

  /// Nodes without groups, connected as said.
  static func plain(_ count: Int, _ edges: [(Int, Int)]) -> Diagram {
    Diagram(
      title: "plain", nodes: (0..<count).map { Node(title: "n\($0)", label: "8×8×8") },
      edges: edges.map { Edge(from: $0.0, to: $0.1) })
  }
}
