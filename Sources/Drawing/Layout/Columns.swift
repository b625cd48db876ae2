/// Vertices that share one vertical line: chains drawn straight. Columns are placed as wholes.
struct Columns {
  /// The column of each vertex, and the vertex's x from the column's.
  private(set) var of: [Int]
  private(set) var offset: [Double]
  private(set) var count = 0

  init(_ graph: LevelGraph) {
    let straight = Self.straight(graph)
    of = Array(repeating: -1, count: graph.vertices.count)
    offset = Array(repeating: 0, count: graph.vertices.count)
    for vertex in graph.rows.joined() {
      if let segment = straight[vertex] {
        of[vertex] = of[segment.upper]
        offset[vertex] = offset[segment.upper] + segment.upperOffset - segment.lowerOffset
      } else {
        of[vertex] = count
        count += 1
      }
    }
    joinPorts(graph)
  }

  /// The only way in and the only way out of a frame lie on one line where that bends nothing else, so that
  /// frames stack straight.
  private mutating func joinPorts(_ graph: LevelGraph) {
    guard let first = graph.rows.first, let last = graph.rows.last, first.count == 1, last.count == 1,
      graph.vertices[first[0]].kind == .entry, graph.vertices[last[0]].kind == .exit
    else { return }
    for (free, other) in [(first[0], last[0]), (last[0], first[0])]
    where of.count(where: { $0 == of[free] }) == 1 {
      (of[free], offset[free]) = (of[other], offset[other])
      return
    }
  }

  /// For each vertex the segment that comes down to it vertically.
  private static func straight(_ graph: LevelGraph) -> [LevelGraph.Segment?] {
    var above: [[Int]] = Array(repeating: [], count: graph.vertices.count)
    var below = above
    for (index, segment) in graph.segments.enumerated() {
      below[segment.upper].append(index)
      above[segment.lower].append(index)
    }
    // How many items follow, and precede, without a lane between.
    var down = Array(repeating: 0, count: graph.vertices.count)
    var up = down
    func isDirect(_ segment: LevelGraph.Segment) -> Bool {
      !graph.vertices[segment.upper].isLane && !graph.vertices[segment.lower].isLane
    }
    for row in graph.rows.reversed() {
      for vertex in row {
        let ways = below[vertex].map { graph.segments[$0] }.filter(isDirect)
        down[vertex] = 1 + (ways.map { down[$0.lower] }.max() ?? 0)
      }
    }
    for row in graph.rows {
      for vertex in row {
        let ways = above[vertex].map { graph.segments[$0] }.filter(isDirect)
        up[vertex] = 1 + (ways.map { up[$0.upper] }.max() ?? 0)
      }
    }
    let wantedDown = graph.vertices.indices.map { vertex in
      favourite(below[vertex], graph, isLane: graph.vertices[vertex].isLane) { segment in
        (segment.lower, down[segment.lower])
      }
    }
    let wantedUp = graph.vertices.indices.map { vertex in
      favourite(above[vertex], graph, isLane: graph.vertices[vertex].isLane) { segment in
        (segment.upper, up[segment.upper])
      }
    }
    return withoutCrossings(graph) { index in
      let segment = graph.segments[index]
      return wantedDown[segment.upper] == index && wantedUp[segment.lower] == index
    }
  }

  /// The segment that should be vertical among those on one side of a vertex: the only one, the only one that
  /// is no lane, or of two the one with more behind it. Of equals none, so that they spread evenly.
  private static func favourite(
    _ segments: [Int], _ graph: LevelGraph, isLane: Bool, _ end: (LevelGraph.Segment) -> (vertex: Int, length: Int)
  ) -> Int? {
    if segments.count <= 1 { return segments.first }
    let ends = segments.map { (index: $0, end: end(graph.segments[$0])) }
    let (lanes, others) = (
      ends.filter { graph.vertices[$0.end.vertex].isLane }, ends.filter { !graph.vertices[$0.end.vertex].isLane }
    )
    if isLane { return lanes.count == 1 ? lanes[0].index : nil }
    if others.count == 1 { return others[0].index }
    guard ends.count == 2, others.count == 2 else { return nil }
    let (a, b) = (others[0], others[1])
    return a.end.length == b.end.length ? nil : a.end.length > b.end.length ? a.index : b.index
  }

  /// Vertical segments may not cross each other; lanes come first.
  private static func withoutCrossings(_ graph: LevelGraph, _ isWanted: (Int) -> Bool) -> [LevelGraph.Segment?] {
    var place = Array(repeating: 0, count: graph.vertices.count)
    for row in graph.rows { for (index, vertex) in row.enumerated() { place[vertex] = index } }
    var chosen: [[LevelGraph.Segment]] = Array(repeating: [], count: graph.rows.count)
    var result: [LevelGraph.Segment?] = Array(repeating: nil, count: graph.vertices.count)
    func isLane(_ segment: LevelGraph.Segment) -> Bool {
      graph.vertices[segment.upper].isLane && graph.vertices[segment.lower].isLane
    }
    let wanted = graph.segments.indices.filter(isWanted).map { graph.segments[$0] }
    for segment in wanted.filter(isLane) + wanted.filter({ !isLane($0) }) {
      let row = graph.vertices[segment.upper].row
      let crosses = chosen[row].contains { other in
        (place[other.upper] < place[segment.upper]) != (place[other.lower] < place[segment.lower])
      }
      if crosses { continue }
      chosen[row].append(segment)
      result[segment.lower] = segment
    }
    return result
  }
}
