/// The horizontal lines between two rows: each value that moves sideways gets a height of its own where it
/// would meet another one.
struct Tracks {
  /// A value on its way through the gap: down from one x, sideways, down at others.
  struct Net {
    var source: Int
    var upper: Int
    var top: Double
    var bottoms: [(x: Double, lower: Int)]
    /// Counted from the top.
    var track = 0

    var bends: Bool { bottoms.contains { abs($0.x - top) >= 0.5 } }
    var span: ClosedRange<Double> {
      let xs = bottoms.map(\.x) + [top]
      return (xs.min() ?? top)...(xs.max() ?? top)
    }
  }

  private(set) var nets: [Net]
  /// How many heights are in use.
  private(set) var count = 0

  /// Lines nearer than this look like one.
  private static let clearance = 7.0

  init(_ nets: [Net]) {
    self.nets = nets
    var waiting = nets.indices.filter { nets[$0].bends }
    var placed: [Int] = []
    while !waiting.isEmpty {
      // The net that loses least by lying above all others.
      let costs = waiting.map { a in
        waiting.reduce(0) { $0 + Self.cost(nets[a], above: nets[$1]) - Self.cost(nets[$1], above: nets[a]) }
      }
      guard let least = costs.indices.min(by: { costs[$0] < costs[$1] }) else { break }
      let net = waiting.remove(at: least)
      let span = nets[net].span
      let wide = (span.lowerBound - Self.clearance)...(span.upperBound + Self.clearance)
      let higher = placed.filter { self.nets[$0].span.overlaps(wide) }
      self.nets[net].track = (higher.map { self.nets[$0].track }.max() ?? -1) + 1
      count = max(count, self.nets[net].track + 1)
      placed.append(net)
    }
  }

  /// Crossings when `a` has the higher line; lying on each other is far worse.
  private static func cost(_ a: Net, above b: Net) -> Int {
    guard a.source != b.source, a.span.overlaps(b.span) else { return 0 }
    var cost = 0
    for bottom in a.bottoms {
      if abs(bottom.x - b.top) < clearance / 2 { cost += 100 }
      if b.span.contains(bottom.x) { cost += 1 }
    }
    return cost + (a.span.contains(b.top) ? 1 : 0)
  }
}
