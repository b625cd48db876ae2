/// Writes a diagram as SVG: heading, legend, frames, lines, boxes; everything behind comes first.
package struct SVGWriter: Sendable {
  package var diagram: Diagram
  package var layout: DiagramLayout
  /// For a page that has a heading and a ground of its own.
  package var isInline: Bool

  private let metrics = LayoutMetrics()
  private static let margin = 24.0
  private static let corner = 7.0
  private static let headLength = 8.0

  package init(_ diagram: Diagram, isInline: Bool = false) {
    (self.diagram, self.isInline) = (diagram, isInline)
    layout = DiagramLayout(diagram)
  }

  /// Width and height of the whole picture, in pixels.
  package var size: (width: Double, height: Double) {
    let title = TextMetrics.width(diagram.title, size: 20, bold: true)
    let words = isInline ? 0 : max(title, TextMetrics.width(diagram.subtitle, size: 12))
    // A narrow drawing has its legend on several lines.
    let width = max(layout.width, min(640, legend(width: 640).width), words) + 2 * Self.margin
    return (width.rounded(.up), (top(width) + layout.height + Self.margin).rounded(.up))
  }

  private func top(_ width: Double) -> Double {
    let heading = isInline ? 0 : 34 + (diagram.subtitle.isEmpty ? 0 : 20)
    return Self.margin + Double(heading) + legend(width: width - 2 * Self.margin).height + 14
  }

  package func written() -> String {
    let (width, height) = size
    let (w, h) = (Markup.number(width), Markup.number(height))
    let title = Markup.escaped(diagram.title)
    var text = isInline ? "" : "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    text += "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"netc-drawing\" role=\"img\" aria-label=\"\(title)\" "
    text += "width=\"\(w)\" height=\"\(h)\" viewBox=\"0 0 \(w) \(h)\">\n"
    text += "<title>\(title)</title>\n"
    text += "<style>\n\(SVGStyle.sheet(diagram.tints, metrics))\n</style>\n"
    if !isInline { text += "<rect class=\"ground\" width=\"\(w)\" height=\"\(h)\"/>\n" }
    text += heading(width)
    let left = ((width - layout.width) / 2).rounded(.down)
    text += "<g transform=\"translate(\(Markup.number(left)) \(Markup.number(top(width))))\">\n"
    for frame in layout.frames { text += self.frame(frame) }
    text += values()
    for (index, node) in diagram.nodes.enumerated() { text += box(node, index, layout.boxes[index]) }
    return text + "</g>\n</svg>\n"
  }

  // MARK: Heading and legend

  private func heading(_ width: Double) -> String {
    var text = ""
    var y = Self.margin
    if !isInline {
      y += 18
      text += line("heading", Self.margin, y, diagram.title)
      if !diagram.subtitle.isEmpty {
        y += 20
        text += line("subheading", Self.margin, y, diagram.subtitle)
      }
      y += 16
    }
    for item in legend(width: width - 2 * Self.margin).items {
      let (x, top) = (Self.margin + item.x, y + item.y)
      let place = "x=\"\(Markup.number(x))\" y=\"\(Markup.number(top))\" width=\"14\" height=\"14\" rx=\"4\""
      text += "<g class=\"\(item.tint.rawValue)\"><rect class=\"fill\" \(place)/>"
      text += "<rect class=\"border\" \(place)/></g>"
      text += line("legend", x + 20, top + 11, item.tint.word)
    }
    return text
  }

  private func legend(width: Double) -> (
    items: [(tint: Tint, x: Double, y: Double)], width: Double, height: Double
  ) {
    var items: [(tint: Tint, x: Double, y: Double)] = []
    var (x, y, widest) = (0.0, 0.0, 0.0)
    for tint in diagram.tints {
      let length = 20 + TextMetrics.width(tint.word, size: 11) + 14
      if x > 0, x + length > width { (x, y) = (0, y + 20) }
      items.append((tint, x, y))
      x += length
      widest = max(widest, x)
    }
    return (items, widest, items.isEmpty ? 0 : y + 14)
  }

  // MARK: Frames, lines and boxes

  private func frame(_ frame: DiagramLayout.Frame) -> String {
    let title = line("", frame.rect.minX + 10, frame.rect.minY + 15, frame.name)
    return "<g class=\"frame\"><rect \(place(frame.rect)) rx=\"10\"/>\(title)</g>\n"
  }

  /// All lines of a node's value in one group, so that a pointer lights them up together.
  private func values() -> String {
    let routes = Dictionary(grouping: layout.routes, by: \.source)
    let labels = Dictionary(grouping: layout.labels, by: \.source)
    var text = ""
    for source in diagram.nodes.indices {
      guard let mine = routes[source] else { continue }
      let lines = mine.map { path($0.hasHead ? shortened($0.points) : $0.points) }.joined()
      let heads = mine.filter(\.hasHead).compactMap(\.points.last).map { end in
        let (x, y) = (end.x, end.y - Self.headLength)
        return "M\(Markup.number(x - 4)) \(Markup.number(y))h8L\(Markup.number(x)) \(Markup.number(end.y - 1))z"
      }
      text += "<g class=\"value\" data-layer=\"\(source)\"><path class=\"line\" d=\"\(lines)\"/>"
      if !heads.isEmpty { text += "<path class=\"head\" d=\"\(heads.joined())\"/>" }
      for label in labels[source] ?? [] { text += line("label", label.place.x, label.place.y, label.text) }
      text += "</g>\n"
    }
    return text
  }

  private func shortened(_ points: [Point]) -> [Point] {
    var points = points
    if let last = points.indices.last { points[last].y -= Self.headLength - 1 }
    return points
  }

  /// A polyline with round corners.
  private func path(_ points: [Point]) -> String {
    guard let first = points.first, let last = points.last else { return "" }
    func pair(_ point: Point) -> String { "\(Markup.number(point.x)) \(Markup.number(point.y))" }
    var text = "M\(pair(first))"
    for (index, corner) in points.enumerated().dropFirst().dropLast() {
      let (before, after) = (points[index - 1], points[index + 1])
      let radius = min(Self.corner, length(before, corner) / 2, length(corner, after) / 2)
      let (start, end) = (toward(before, from: corner, radius), toward(after, from: corner, radius))
      text += "L\(pair(start))Q\(pair(corner)) \(pair(end))"
    }
    return text + "L\(pair(last))"
  }

  /// Of a line along an axis.
  private func length(_ a: Point, _ b: Point) -> Double { abs(a.x - b.x) + abs(a.y - b.y) }

  private func toward(_ target: Point, from point: Point, _ distance: Double) -> Point {
    let whole = length(point, target)
    guard whole > 0 else { return point }
    let part = distance / whole
    return Point(point.x + (target.x - point.x) * part, point.y + (target.y - point.y) * part)
  }

  private func box(_ node: Diagram.Node, _ index: Int, _ rect: Rect) -> String {
    var text = "<g class=\"node \(node.tint.rawValue)\" data-layer=\"\(index)\">"
    if !node.hint.isEmpty { text += "<title>\(Markup.escaped(node.hint))</title>" }
    text += "<rect class=\"fill\" \(place(rect)) rx=\"\(Markup.number(Self.corner))\"/>"
    let stripsTop = rect.maxY - Double(node.strips.count) * metrics.stripHeight
    let words = metrics.titleSize + Double(node.lines.count) * metrics.lineHeight
    var y = rect.minY + ((stripsTop - rect.minY - words) / 2) + metrics.titleSize - 2
    text += line("name", rect.midX, y, node.title)
    for words in node.lines {
      y += metrics.lineHeight
      text += line("", rect.midX, y, words)
    }
    for (place, strip) in node.strips.enumerated() {
      let top = stripsTop + Double(place) * metrics.stripHeight
      text += self.strip(strip, rect, top: top, isLast: place == node.strips.count - 1)
    }
    return text + "<rect class=\"border\" \(place(rect)) rx=\"\(Markup.number(Self.corner))\"/></g>\n"
  }

  private func strip(_ strip: Diagram.Strip, _ rect: Rect, top: Double, isLast: Bool) -> String {
    let (x, y, w, h) = (rect.minX, top, rect.width, metrics.stripHeight)
    func n(_ value: Double) -> String { Markup.number(value) }
    let radius = isLast ? Self.corner : 0
    let shape =
      "M\(n(x)) \(n(y))h\(n(w))v\(n(h - radius))q0 \(n(radius)) \(n(-radius)) \(n(radius))h\(n(2 * radius - w))"
      + "q\(n(-radius)) 0 \(n(-radius)) \(n(-radius))z"
    let note = strip.note.isEmpty ? "" : "<tspan class=\"strip-note\" dx=\"6\">\(Markup.escaped(strip.note))</tspan>"
    return "<g class=\"\(strip.tint.rawValue)\"><path class=\"fill\" d=\"\(shape)\"/>"
      + "<text x=\"\(n(rect.midX))\" y=\"\(n(y + 13.5))\"><tspan class=\"strip-name\">\(Markup.escaped(strip.title))"
      + "</tspan>\(note)</text></g>"
  }

  private func place(_ rect: Rect) -> String {
    "x=\"\(Markup.number(rect.minX))\" y=\"\(Markup.number(rect.minY))\" width=\"\(Markup.number(rect.width))\" "
      + "height=\"\(Markup.number(rect.height))\""
  }

  private func line(_ style: String, _ x: Double, _ y: Double, _ words: String) -> String {
    let name = style.isEmpty ? "" : " class=\"\(style)\""
    return "<text\(name) x=\"\(Markup.number(x))\" y=\"\(Markup.number(y))\">\(Markup.escaped(words))</text>"
  }
}
