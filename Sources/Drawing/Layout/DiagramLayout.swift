/// A diagram with a place for everything, in pixels from the upper left corner.
package struct DiagramLayout: Sendable, Equatable {
  /// The frame around the nodes of a group.
  package struct Frame: Sendable, Equatable {
    package var name: String
    package var rect: Rect
    /// How many frames are around it.
    package var depth: Int
    /// The numbers of the nodes inside, those of inner frames included.
    package var nodes: [Int]
  }

  /// A piece of the way from a node to its users, within one frame: polylines that only go down.
  package struct Route: Sendable, Equatable {
    /// The node whose value it carries.
    package var source: Int
    package var points: [Point]
    /// Whether it ends with an arrowhead; the others go on in another frame.
    package var hasHead: Bool
  }

  /// Words beside an edge, from their left end on the base line.
  package struct Label: Sendable, Equatable {
    package var source: Int
    package var text: String
    package var place: Point
  }

  package var width: Double
  package var height: Double
  /// One box per node of the diagram.
  package var boxes: [Rect]
  package var frames: [Frame]
  package var routes: [Route]
  package var labels: [Label]

  package init(_ diagram: Diagram, metrics: LayoutMetrics = LayoutMetrics()) {
    let tree = GroupTree(diagram)
    let level = LevelLayout(tree.root, diagram, metrics, depth: 0)
    boxes = diagram.nodes.map { _ in Rect(x: 0, y: 0, width: 0, height: 0) }
    for (node, rect) in level.boxes { boxes[node] = rect }
    (width, height) = (level.width, level.height)
    (frames, routes, labels) = (level.frames, level.routes, level.labels)
  }
}

/// Sizes and distances, in pixels.
package struct LayoutMetrics: Sendable {
  package var titleSize = 13.0
  package var lineSize = 11.0
  package var labelSize = 10.0
  package var frameTitleSize = 11.0
  /// Between the words and the border of a box.
  var boxPadding = Point(12, 8)
  var stripHeight = 19.0
  var leastBoxWidth = 92.0
  /// Between neighbours of a row.
  var gap = 26.0
  /// Between a line that passes and its neighbour.
  var laneGap = 16.0
  /// Between two horizontal lines.
  var trackGap = 9.0
  /// From the bottom of a row to its first horizontal line: room for labels.
  var stem = 19.0
  /// From the last horizontal line to the next row: room for arrowheads.
  var landing = 15.0
  /// The same where there are neither labels nor arrowheads.
  var bareStem = 9.0
  var framePadding = 12.0
  /// Room for a frame's name.
  var frameHead = 20.0

  package init() {}

  func titleWidth(_ text: String) -> Double { TextMetrics.width(text, size: titleSize, bold: true) }

  /// Width and height of a node's box.
  func size(of node: Diagram.Node) -> (width: Double, height: Double) {
    let words =
      [titleWidth(node.title)] + node.lines.map { TextMetrics.width($0, size: lineSize) }
      + node.strips.map { strip in
        TextMetrics.width(strip.title, size: lineSize, bold: true)
          + (strip.note.isEmpty ? 0 : 8 + TextMetrics.width(strip.note, size: labelSize))
      }
    let width = max(leastBoxWidth, (words.max() ?? 0) + 2 * boxPadding.x).rounded(.up)
    let body = 2 * boxPadding.y + titleSize + Double(node.lines.count) * lineHeight
    // Even widths keep the middle on a whole pixel.
    return (width + width.truncatingRemainder(dividingBy: 2), body + Double(node.strips.count) * stripHeight)
  }

  package var lineHeight: Double { 15 }

  func labelWidth(_ text: String) -> Double {
    text.isEmpty ? 0 : TextMetrics.width(text, size: labelSize) + 8
  }
}
