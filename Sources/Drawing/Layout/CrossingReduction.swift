/// Finds an order of each row with few crossings: as met when walking down, then barycentre sweeps and swaps
/// of neighbours, as long as they help.
struct CrossingReduction {
  private var graph: LevelGraph
  private var above: [[Int]]
  private var below: [[Int]]
  private var place: [Double]

  private static let sweeps = 12

  /// - Parameter distant: sources whose values enter on the right.
  static func ordered(_ graph: LevelGraph, distant: Set<Int>) -> [[Int]] {
    var work = CrossingReduction(graph)
    work.walk(distant)
    work.sweep()
    work.swapNeighbours()
    return work.graph.rows
  }

  private init(_ graph: LevelGraph) {
    self.graph = graph
    above = Array(repeating: [], count: graph.vertices.count)
    below = above
    place = Array(repeating: 0, count: graph.vertices.count)
    for (index, segment) in graph.segments.enumerated() {
      below[segment.upper].append(index)
      above[segment.lower].append(index)
    }
  }

  private mutating func number() {
    for row in graph.rows { for (index, vertex) in row.enumerated() { place[vertex] = Double(index) } }
  }

  /// Depth first, items before lanes: a branch stays in one column, and lanes come to its right, those that
  /// began first outermost.
  private mutating func walk(_ distant: Set<Int>) {
    var visit = Array(repeating: Int.max, count: graph.vertices.count)
    var count = 0
    let open = graph.rows.flatMap { $0 }.filter { above[$0].isEmpty }
    let far = open.filter { distant.contains(graph.vertices[$0].source) }
    let starts = open.filter { !distant.contains(graph.vertices[$0].source) } + far
    for start in starts where visit[start] == .max {
      var stack = [start]
      while let vertex = stack.popLast() {
        guard visit[vertex] == .max else { continue }
        visit[vertex] = count
        count += 1
        let targets = below[vertex].map { graph.segments[$0].lower }
        stack += targets.filter { graph.vertices[$0].isLane }.reversed()
        stack += targets.filter { !graph.vertices[$0].isLane }.sorted(by: >)
      }
    }
    for row in graph.rows.indices { graph.rows[row].sort { visit[$0] < visit[$1] } }
    number()
  }

  private mutating func sweep() {
    var best = graph.rows
    var fewest = crossings()
    for round in 0..<Self.sweeps where fewest > 0 {
      let down = round.isMultiple(of: 2)
      let rows = down ? Array(graph.rows.indices) : graph.rows.indices.reversed()
      for row in rows {
        let centre = graph.rows[row].map { ($0, barycentre($0, down: down)) }
        graph.rows[row] = centre.enumerated().sorted { a, b in
          (a.element.1, a.offset) < (b.element.1, b.offset)
        }.map(\.element.0)
        for (index, vertex) in graph.rows[row].enumerated() { place[vertex] = Double(index) }
      }
      let now = crossings()
      if now < fewest { (best, fewest) = (graph.rows, now) }
    }
    graph.rows = best
    number()
  }

  private func barycentre(_ vertex: Int, down: Bool) -> Double {
    let ends = down ? above[vertex].map(top) : below[vertex].map(bottom)
    return ends.isEmpty ? place[vertex] : ends.reduce(0, +) / Double(ends.count)
  }

  /// The place of a segment's end, the port within a group counted as a fraction.
  private func top(_ index: Int) -> Double {
    let segment = graph.segments[index]
    return place[segment.upper] + fraction(segment.upperOffset, graph.vertices[segment.upper])
  }

  private func bottom(_ index: Int) -> Double {
    let segment = graph.segments[index]
    return place[segment.lower] + fraction(segment.lowerOffset, graph.vertices[segment.lower])
  }

  private func fraction(_ offset: Double, _ vertex: LevelGraph.Vertex) -> Double {
    0.4 * offset / max(1, vertex.left)
  }

  private func crossings() -> Int {
    var gaps: [[Int]] = Array(repeating: [], count: graph.rows.count)
    for (index, segment) in graph.segments.enumerated() { gaps[graph.vertices[segment.upper].row].append(index) }
    return gaps.reduce(0) { $0 + inversions($1.map { (top($0), bottom($0)) }.sorted { $0 < $1 }.map(\.1)) }
  }

  /// Pairs in the wrong order, by merge sort.
  private func inversions(_ values: [Double]) -> Int {
    guard values.count > 1 else { return 0 }
    var values = values
    var other = values
    var count = 0
    var width = 1
    while width < values.count {
      for start in stride(from: 0, to: values.count, by: 2 * width) {
        let (middle, end) = (min(start + width, values.count), min(start + 2 * width, values.count))
        var (a, b) = (start, middle)
        for slot in start..<end {
          if a < middle, b >= end || values[a] <= values[b] {
            other[slot] = values[a]
            a += 1
          } else {
            other[slot] = values[b]
            count += middle - a
            b += 1
          }
        }
      }
      swap(&values, &other)
      width *= 2
    }
    return count
  }

  private mutating func swapNeighbours() {
    var improved = true
    var rounds = 0
    while improved, rounds < Self.sweeps {
      improved = false
      rounds += 1
      for row in graph.rows.indices {
        for slot in graph.rows[row].indices.dropLast() {
          let (a, b) = (graph.rows[row][slot], graph.rows[row][slot + 1])
          guard between(a, b) > between(b, a) else { continue }
          graph.rows[row].swapAt(slot, slot + 1)
          (place[a], place[b]) = (place[b], place[a])
          improved = true
        }
      }
    }
  }

  /// Crossings among the segments of two neighbours when `a` is the left one.
  private func between(_ a: Int, _ b: Int) -> Int {
    func count(_ left: [Double], _ right: [Double]) -> Int {
      left.reduce(0) { sum, x in sum + right.count { $0 < x } }
    }
    return count(above[a].map(top), above[b].map(top)) + count(below[a].map(bottom), below[b].map(bottom))
  }
}
