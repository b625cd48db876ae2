/// Chooses x: columns as near to what they are connected with as the distances in each row allow.
///
/// Minimises Σ w·(difference of the x of a segment's ends)² under the distances: damped Jacobi steps, each
/// projected onto the distances by Hildreth's method (C. Hildreth, A quadratic programming procedure, 1957).
struct Placement {
  private struct Spacing {
    var left: Int
    var right: Int
    var distance: Double
    var force = 0.0
  }

  private static let steps = 240
  private static let damping = 0.7
  private static let sweeps = 6

  /// The x of every vertex, on whole pixels.
  static func solve(_ graph: LevelGraph, _ columns: Columns, _ metrics: LayoutMetrics) -> [Double] {
    let spacings = self.spacings(graph, columns, metrics)
    let order = topological(columns.count, spacings)
    var x = Array(repeating: 0.0, count: columns.count)
    pack(&x, order, spacings)
    relax(&x, graph, columns, spacings)
    x = x.map { $0.rounded() }
    pack(&x, order, spacings)
    return graph.vertices.indices.map { x[columns.of[$0]] + columns.offset[$0] }
  }

  private static func spacings(_ graph: LevelGraph, _ columns: Columns, _ metrics: LayoutMetrics) -> [Spacing] {
    var widest: [Int: Spacing] = [:]
    for row in graph.rows {
      for (a, b) in zip(row, row.dropFirst()) {
        let (left, right) = (graph.vertices[a], graph.vertices[b])
        let gap = left.isLane || right.isLane ? metrics.laneGap : metrics.gap
        let distance = columns.offset[a] + left.right + gap + right.left - columns.offset[b]
        let spacing = Spacing(left: columns.of[a], right: columns.of[b], distance: distance.rounded(.up))
        let key = spacing.left * columns.count + spacing.right
        if widest[key].map({ $0.distance < spacing.distance }) ?? true { widest[key] = spacing }
      }
    }
    return widest.sorted { $0.key < $1.key }.map(\.value)
  }

  private static func topological(_ count: Int, _ spacings: [Spacing]) -> [Int] {
    var next: [[Int]] = Array(repeating: [], count: count)
    var waiting = Array(repeating: 0, count: count)
    for spacing in spacings {
      next[spacing.left].append(spacing.right)
      waiting[spacing.right] += 1
    }
    var order = (0..<count).filter { waiting[$0] == 0 }
    var place = 0
    while place < order.count {
      for other in next[order[place]] {
        waiting[other] -= 1
        if waiting[other] == 0 { order.append(other) }
      }
      place += 1
    }
    return order
  }

  /// Moves columns to the right until every distance is kept.
  private static func pack(_ x: inout [Double], _ order: [Int], _ spacings: [Spacing]) {
    var after: [[Spacing]] = Array(repeating: [], count: x.count)
    for spacing in spacings { after[spacing.left].append(spacing) }
    for column in order {
      for spacing in after[column] { x[spacing.right] = max(x[spacing.right], x[column] + spacing.distance) }
    }
  }

  private static func relax(
    _ x: inout [Double], _ graph: LevelGraph, _ columns: Columns, _ spacings: [Spacing]
  ) {
    var pulls: [[(other: Int, shift: Double, weight: Double)]] = Array(repeating: [], count: x.count)
    for segment in graph.segments {
      let (a, b) = (columns.of[segment.upper], columns.of[segment.lower])
      guard a != b else { continue }
      let shift =
        columns.offset[segment.upper] + segment.upperOffset - columns.offset[segment.lower] - segment.lowerOffset
      let lanes = [segment.upper, segment.lower].count { graph.vertices[$0].isLane }
      let weight = lanes == 0 ? 1.0 : 0.25
      pulls[b].append((a, shift, weight))
      pulls[a].append((b, -shift, weight))
    }
    let mass = pulls.map { $0.reduce(0.02) { $0 + $1.weight } }
    var spacings = spacings
    for _ in 0..<steps {
      var next = x
      for column in x.indices where !pulls[column].isEmpty {
        let sum = pulls[column].reduce((0.0, 0.0)) { total, pull in
          (total.0 + pull.weight * (x[pull.other] + pull.shift), total.1 + pull.weight)
        }
        next[column] += damping * (sum.0 / sum.1 - x[column])
      }
      // Forces of the step before are a good guess for this one.
      for spacing in spacings {
        next[spacing.left] -= spacing.force / mass[spacing.left]
        next[spacing.right] += spacing.force / mass[spacing.right]
      }
      for _ in 0..<sweeps {
        for index in spacings.indices {
          let spacing = spacings[index]
          let missing = spacing.distance - (next[spacing.right] - next[spacing.left])
          let change = max(
            -spacing.force, missing / (1 / mass[spacing.left] + 1 / mass[spacing.right]))
          guard change != 0 else { continue }
          spacings[index].force += change
          next[spacing.left] -= change / mass[spacing.left]
          next[spacing.right] += change / mass[spacing.right]
        }
      }
      x = next
    }
  }
}
