/// One level of the groups laid out: its own boxes and frames, and those of the levels inside, from its upper
/// left corner.
struct LevelLayout {
  var width = 0.0
  var height = 0.0
  var boxes: [(node: Int, rect: Rect)] = []
  var frames: [DiagramLayout.Frame] = []
  var routes: [DiagramLayout.Route] = []
  var labels: [DiagramLayout.Label] = []
  /// The x at the frame's top where the value of an outer node comes in.
  var entries: [Int: Double] = [:]
  /// The x at the frame's bottom where the value of an inner node goes out.
  var exits: [Int: Double] = [:]

  /// - Parameter distant: nodes outside whose values come a long way; they come in on the right.
  init(
    _ level: GroupTree.Level, _ diagram: Diagram, _ metrics: LayoutMetrics, depth: Int, distant: Set<Int> = []
  ) {
    let plan = LevelPlan(level, diagram)
    let children = level.items.enumerated().map { index, item -> LevelLayout? in
      guard case .group(let inner) = item else { return nil }
      return LevelLayout(inner, diagram, metrics, depth: depth + 1, distant: plan.distant(for: index))
    }
    var graph = LevelGraph(level, plan, children, diagram, metrics)
    guard !graph.rows.isEmpty else { return }
    graph.rows = CrossingReduction.ordered(graph, distant: distant)
    let x = Placement.solve(graph, Columns(graph), metrics)
    let frame = depth > 0 ? level.name : nil
    let (shift, width) = Self.horizontal(graph, x, frame, metrics)
    self.width = width
    let places = x.map { $0 + shift }
    let gaps = Self.gaps(graph, places)
    let rows = RowHeights(graph, gaps.map(\.count), hasFrame: frame != nil, metrics)
    height = rows.height
    for (index, item) in level.items.enumerated() {
      let vertex = graph.vertices[index]
      let corner = Point(places[index] - vertex.left, rows.top(of: vertex))
      switch item {
      case .node(let node):
        let box = Rect(x: corner.x, y: corner.y, width: 2 * vertex.left, height: vertex.height)
        boxes.append((node, box))
        let words = diagram.nodes[node]
        if !words.label.isEmpty, words.isOutput || graph.segments.contains(where: { $0.upper == index }) {
          labels.append(
            .init(source: node, text: words.label, place: Point(box.midX + 5, box.maxY + metrics.labelSize + 2)))
        }
      case .group: if let child = children[index] { insert(child, at: corner) }
      }
    }
    route(graph, gaps, rows, places, diagram, metrics, isRoot: frame == nil)
    if let frame {
      frames.insert(
        .init(name: frame, rect: Rect(x: 0, y: 0, width: width, height: height), depth: depth - 1, nodes: level.nodes),
        at: 0)
    }
  }

  private mutating func insert(_ child: LevelLayout, at corner: Point) {
    boxes += child.boxes.map { ($0.node, $0.rect.moved(by: corner)) }
    for var frame in child.frames {
      frame.rect = frame.rect.moved(by: corner)
      frames.append(frame)
    }
    for var route in child.routes {
      route.points = route.points.map { $0 + corner }
      routes.append(route)
    }
    for var label in child.labels {
      label.place = label.place + corner
      labels.append(label)
    }
  }

  /// How far everything moves to the right, and the width; a frame's name stays clear of the lines that come in.
  private static func horizontal(
    _ graph: LevelGraph, _ x: [Double], _ frame: String?, _ metrics: LayoutMetrics
  ) -> (shift: Double, width: Double) {
    var least = graph.vertices.indices.map { x[$0] - graph.vertices[$0].left }.min() ?? 0
    var most = graph.vertices.indices.map { x[$0] + graph.vertices[$0].right }.max() ?? 0
    if let frame {
      least -= metrics.framePadding
      most += metrics.framePadding
      let title = TextMetrics.width(frame, size: metrics.frameTitleSize, bold: true) + 2 * metrics.framePadding
      let entries = graph.vertices.indices.filter { graph.vertices[$0].kind == .entry }.map { x[$0] }
      if let first = entries.min() { least = min(least, first - title) }
      most = max(most, least + title)
    }
    least.round(.down)
    let width = (most - least).rounded(.up)
    return (-least, width + width.truncatingRemainder(dividingBy: 2))
  }

  // MARK: Lines

  /// The nets between each row and the next.
  private static func gaps(_ graph: LevelGraph, _ x: [Double]) -> [Tracks] {
    let ends = Ports(graph, x)
    return graph.rows.indices.map { row in
      var nets: [Tracks.Net] = []
      var place: [Int: Int] = [:]
      for (index, segment) in graph.segments.enumerated() where graph.vertices[segment.upper].row == row {
        let bottom = (x: ends.bottom[index], lower: segment.lower)
        // A value has one vertex in each row, so the source tells the net.
        if let known = place[segment.source] {
          nets[known].bottoms.append(bottom)
        } else {
          place[segment.source] = nets.count
          nets.append(
            .init(
              source: segment.source, upper: segment.upper, top: x[segment.upper] + segment.upperOffset,
              bottoms: [bottom]))
        }
      }
      return Tracks(nets)
    }
  }

  private mutating func route(
    _ graph: LevelGraph, _ gaps: [Tracks], _ rows: RowHeights, _ x: [Double], _ diagram: Diagram,
    _ metrics: LayoutMetrics, isRoot: Bool
  ) {
    for (row, gap) in gaps.enumerated() {
      for net in gap.nets {
        let upper = graph.vertices[net.upper]
        let start =
          switch upper.kind {
          case .item: rows.top(of: upper) + upper.height
          default: rows.tops[row]
          }
        let line = rows.lines[row] + Double(net.track) * metrics.trackGap
        for bottom in net.bottoms {
          let lower = graph.vertices[bottom.lower]
          let end: Double
          var hasHead = false
          switch lower.kind {
          case .item:
            end = rows.top(of: lower)
            hasHead = lower.isBox
          case .exit:
            end = height
            hasHead = isRoot
          default: end = rows.tops[lower.row]
          }
          var points = [Point(net.top, start), Point(bottom.x, end)]
          if abs(net.top - bottom.x) >= 0.5 {
            points.insert(contentsOf: [Point(net.top, line), Point(bottom.x, line)], at: 1)
          }
          routes.append(.init(source: net.source, points: points, hasHead: hasHead))
        }
      }
    }
    for (index, vertex) in graph.vertices.enumerated() {
      switch vertex.kind {
      case .entry: entries[vertex.source] = x[index]
      case .exit: exits[vertex.source] = x[index]
      case .lane where vertex.speaks:
        let place = Point(x[index] + 5, rows.bottoms[vertex.row] + metrics.labelSize - 2)
        labels.append(.init(source: vertex.source, text: diagram.nodes[vertex.source].label, place: place))
      default: break
      }
    }
  }
}
