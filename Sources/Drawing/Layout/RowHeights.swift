/// The y of each row of a level.
struct RowHeights {
  private(set) var tops: [Double] = []
  private(set) var bottoms: [Double] = []
  /// The first horizontal line below each row.
  private(set) var lines: [Double] = []
  private(set) var height = 0.0

  /// - Parameter tracks: horizontal lines below each row.
  init(_ graph: LevelGraph, _ tracks: [Int], hasFrame: Bool, _ metrics: LayoutMetrics) {
    let kinds = graph.rows.map { row in row.map { graph.vertices[$0].kind } }
    var y = hasFrame && kinds.first?.contains(.entry) == false ? metrics.frameHead + 8 : 0
    for (row, vertices) in graph.rows.enumerated() {
      let tallest = vertices.map { graph.vertices[$0].height }.max() ?? 0
      tops.append(y)
      if kinds[row].contains(.entry) {
        // Lines that come in bend below the frame's name.
        y += metrics.frameHead - metrics.bareStem
      } else {
        y += tallest
      }
      bottoms.append(y)
      // Words need room below boxes and lanes that speak, arrowheads above boxes.
      let speaks = vertices.contains { graph.vertices[$0].isBox || graph.vertices[$0].speaks }
      let stem = speaks ? metrics.stem : metrics.bareStem
      lines.append(y + stem)
      guard row + 1 < graph.rows.count else { continue }
      let lands = graph.rows[row + 1].contains { graph.vertices[$0].isBox }
      y += stem + Double(max(0, tracks[row] - 1)) * metrics.trackGap + (lands ? metrics.landing : metrics.bareStem)
    }
    let hasExits = kinds.last?.contains(.exit) ?? false
    height = y + (hasFrame && !hasExits ? metrics.framePadding : 0)
  }

  /// Items stand in the middle of their row.
  func top(of vertex: LevelGraph.Vertex) -> Double {
    let (top, bottom) = (tops[vertex.row], bottoms[vertex.row])
    return top + ((bottom - top - vertex.height) / 2).rounded(.down)
  }
}
