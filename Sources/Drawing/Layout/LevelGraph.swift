/// One level of the group tree as rows of vertices with segments between neighbouring rows only.
///
/// An edge that skips rows becomes a lane: a vertex in every row between. A value has one lane however many
/// users it has; each leaves the lane in the row above it.
struct LevelGraph {
  enum Kind: Equatable {
    /// A node or a group: its place in the level's items.
    case item(Int)
    case lane
    /// Where the value of a node outside comes in through the frame.
    case entry
    /// Where the value of a node inside goes out.
    case exit
  }

  struct Vertex {
    var kind: Kind
    /// The node whose value passes; -1 for items.
    var source: Int
    var row: Int
    /// Room to both sides of its x.
    var left: Double
    var right: Double
    var height: Double
    /// Whether it is a node of the diagram: arrows end at it.
    var isBox = false

    /// Whether it is a lane with words beside it.
    var speaks = false

    var isLane: Bool { kind == .lane }
  }

  struct Segment {
    var upper: Int
    var lower: Int
    var source: Int
    /// Where it touches, from the x of the vertex.
    var upperOffset: Double
    var lowerOffset: Double
  }

  var vertices: [Vertex] = []
  var segments: [Segment] = []
  /// From left to right.
  var rows: [[Int]] = []

  init(
    _ level: GroupTree.Level, _ plan: LevelPlan, _ children: [LevelLayout?], _ diagram: Diagram,
    _ metrics: LayoutMetrics
  ) {
    let (signals, ranks) = (plan.signals, plan.ranks)
    let exitRow = (ranks.max() ?? 0) + 1
    for (index, item) in level.items.enumerated() {
      switch item {
      case .node(let node):
        let (width, height) = metrics.size(of: diagram.nodes[node])
        let right = max(width / 2, metrics.labelWidth(diagram.nodes[node].label))
        vertices.append(
          Vertex(
            kind: .item(index), source: -1, row: ranks[index], left: width / 2, right: right, height: height,
            isBox: true))
      case .group:
        let (width, height) = children[index].map { ($0.width, $0.height) } ?? (0, 0)
        vertices.append(
          Vertex(
            kind: .item(index), source: -1, row: ranks[index], left: width / 2, right: width / 2,
            height: height))
      }
    }
    for signal in signals {
      add(signal, exitRow: exitRow, label: metrics.labelWidth(diagram.nodes[signal.source].label), children)
    }
    rows = Array(repeating: [], count: (vertices.map(\.row).max() ?? -1) + 1)
    for (index, vertex) in vertices.enumerated() { rows[vertex.row].append(index) }
  }

  private mutating func add(
    _ signal: LevelPlan.Signal, exitRow: Int, label: Double, _ children: [LevelLayout?]
  ) {
    func offset(_ vertex: Int, _ ports: KeyPath<LevelLayout, [Int: Double]>) -> Double {
      guard case .item(let item) = vertices[vertex].kind, let child = children[item] else { return 0 }
      return (child[keyPath: ports][signal.source] ?? 0) - child.width / 2
    }
    var upper: Int
    if let origin = signal.origin {
      upper = origin
    } else {
      upper = vertices.count
      vertices.append(Vertex(kind: .entry, source: signal.source, row: 0, left: 5, right: 5, height: 0))
    }
    var targets = signal.users
    if signal.leaves {
      targets.append(vertices.count)
      vertices.append(
        Vertex(kind: .exit, source: signal.source, row: exitRow, left: 5, right: 5, height: 0))
    }
    let last = targets.map { vertices[$0].row }.max() ?? 0
    let first = vertices[upper].row
    for row in stride(from: first + 1, through: last, by: 1) {
      for target in targets where vertices[target].row == row {
        segments.append(
          Segment(
            upper: upper, lower: target, source: signal.source, upperOffset: offset(upper, \.exits),
            lowerOffset: offset(target, \.entries)))
      }
      guard row < last else { break }
      // A long lane says at its end once more what it carries.
      let speaks = row == last - 1 && row >= first + 2
      let lane = vertices.count
      vertices.append(
        Vertex(
          kind: .lane, source: signal.source, row: row, left: 5, right: speaks ? max(5, label) : 5, height: 0,
          speaks: speaks))
      segments.append(
        Segment(
          upper: upper, lower: lane, source: signal.source, upperOffset: offset(upper, \.exits), lowerOffset: 0))
      upper = lane
    }
  }
}
