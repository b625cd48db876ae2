/// Where each segment ends at its lower vertex: several arrows at one box stand side by side, in the order in
/// which they come.
struct Ports {
  /// The x of each segment's lower end.
  private(set) var bottom: [Double]

  private static let gap = 15.0
  /// Kept free at the corners of a box.
  private static let margin = 10.0
  /// A bend smaller than this is not worth it.
  private static let snap = 14.0
  private static let leastGap = 8.0

  init(_ graph: LevelGraph, _ x: [Double]) {
    bottom = graph.segments.map { x[$0.lower] + $0.lowerOffset }
    var arriving: [[Int]] = Array(repeating: [], count: graph.vertices.count)
    for (index, segment) in graph.segments.enumerated() { arriving[segment.lower].append(index) }
    for (vertex, segments) in arriving.enumerated() where graph.vertices[vertex].isBox {
      let centre = x[vertex]
      let half = graph.vertices[vertex].left - Self.margin
      let tops = segments.map { index in
        (index: index, x: x[graph.segments[index].upper] + graph.segments[index].upperOffset)
      }.sorted { ($0.x, $0.index) < ($1.x, $1.index) }
      let ports = Self.snapped(
        Self.spread(tops.map(\.x), centre: centre, half: half), to: tops.map(\.x), within: centre - half...centre + half
      )
      for (top, port) in zip(tops, ports) { bottom[top.index] = port }
    }
  }

  /// Evenly around the middle; a line that comes from straight above keeps the middle.
  private static func spread(_ tops: [Double], centre: Double, half: Double) -> [Double] {
    let count = tops.count
    if let middle = tops.firstIndex(where: { abs($0 - centre) < 0.5 }) {
      let most = max(middle, count - 1 - middle)
      let step = min(gap, half / Double(max(1, most)))
      return tops.indices.map { centre + Double($0 - middle) * step }
    }
    let step = min(gap, 2 * half / Double(max(1, count - 1)))
    return tops.indices.map { centre + (Double($0) - Double(count - 1) / 2) * step }
  }

  /// Moves a port to the line above it where that keeps order and distance.
  private static func snapped(_ ports: [Double], to tops: [Double], within box: ClosedRange<Double>) -> [Double] {
    var ports = ports
    for index in ports.indices where abs(ports[index] - tops[index]) < snap && box.contains(tops[index]) {
      let isFree = ports.indices.allSatisfy { other in
        if other == index { return true }
        return other < index ? tops[index] - ports[other] >= leastGap : ports[other] - tops[index] >= leastGap
      }
      if isFree { ports[index] = tops[index] }
    }
    return ports
  }
}
