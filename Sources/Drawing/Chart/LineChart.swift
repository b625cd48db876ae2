import Glibc

/// Panels of lines over a common axis of whole numbers, such as the epochs of a training.
package struct LineChart: Sendable {
  package struct Line: Sendable {
    package var name: String
    /// One for each place of the axis; nil where there is none.
    package var values: [Double?]

    package init(_ name: String, _ values: [Double?]) { (self.name, self.values) = (name, values) }
  }

  package struct Panel: Sendable {
    package var title: String
    package var lines: [Line]
    /// How a number is written at the axis.
    package var format: @Sendable (Double) -> String

    package init(_ title: String, _ lines: [Line], format: @escaping @Sendable (Double) -> String = LineChart.plain) {
      (self.title, self.lines, self.format) = (title, lines, format)
    }
  }

  package var title: String
  package var subtitle: String
  /// What the horizontal axis counts.
  package var axis: String
  /// The number of the first place.
  package var first: Int
  package var panels: [Panel]
  /// A place that is marked in every panel.
  package var mark: (place: Int, name: String)?

  package init(title: String, subtitle: String, axis: String, first: Int = 1, panels: [Panel]) {
    (self.title, self.subtitle, self.axis, self.first, self.panels) = (title, subtitle, axis, first, panels)
  }

  private static let size = (width: 420.0, height: 210.0)
  private static let gap = (x: 44.0, y: 78.0)
  private static let margin = (left: 66.0, top: 96.0, right: 28.0, bottom: 48.0)

  /// Three figures, without a power of ten where it can be.
  package static func plain(_ value: Double) -> String {
    guard value != 0 else { return "0" }
    let exponent = Int(log10(abs(value)).rounded(.down))
    guard (-3...4).contains(exponent) else {
      let mantissa = value / pow(10, Double(exponent))
      return trimmed(mantissa, 1) + "e" + String(exponent)
    }
    return trimmed(value, max(0, 2 - exponent))
  }

  package static func percent(_ value: Double) -> String { trimmed(100 * value, 1) + " %" }

  private static func trimmed(_ value: Double, _ digits: Int) -> String {
    let scale = pow(10, Double(digits))
    let number = Int((abs(value) * scale).rounded())
    var text = "\(number / Int(scale))"
    if digits > 0 {
      var rest = String(number % Int(scale))
      rest = String(repeating: "0", count: digits - rest.count) + rest
      while rest.last == "0" { rest.removeLast() }
      if !rest.isEmpty { text += "." + rest }
    }
    return (value < 0 && number != 0 ? "−" : "") + text
  }

  /// The chart as SVG; the same text for the same numbers.
  package func svg() -> String {
    let columns = panels.count > 1 ? 2 : 1
    let rows = (panels.count + columns - 1) / columns
    let width =
      Self.margin.left + Self.margin.right + Double(columns) * Self.size.width + Double(columns - 1)
      * (Self.gap.x + Self.margin.left / 2)
    let height =
      Self.margin.top + Self.margin.bottom + Double(rows) * Self.size.height + Double(max(0, rows - 1)) * Self.gap.y
    var text = SVGPage.head(
      "netc-chart", title: title, subtitle: subtitle, style: Self.style, width: width, height: height)
    for (place, panel) in panels.enumerated() {
      let x = Self.margin.left + Double(place % columns) * (Self.size.width + Self.gap.x + Self.margin.left / 2)
      let y = Self.margin.top + Double(place / columns) * (Self.size.height + Self.gap.y)
      text += "<g transform=\"translate(\(Markup.number(x)) \(Markup.number(y)))\">\n\(drawn(panel))</g>\n"
    }
    return text + "</svg>\n"
  }

  // MARK: A panel

  private func drawn(_ panel: Panel) -> String {
    let (width, height) = Self.size
    let count = panel.lines.map(\.values.count).max() ?? 0
    let values = panel.lines.flatMap(\.values).compactMap { $0 }.filter(\.isFinite)
    let ticks = Self.ticks(values.min() ?? 0, values.max() ?? 1)
    let (low, high) = (ticks.first ?? 0, ticks.last ?? 1)
    func x(_ place: Int) -> Double { count > 1 ? Double(place) / Double(count - 1) * width : width / 2 }
    func y(_ value: Double) -> Double { height - (value - low) / (high - low) * height }
    var text = "<text class=\"title\" x=\"0\" y=\"-14\">\(Markup.escaped(panel.title))</text>\n"
    for tick in ticks {
      let place = Markup.number(y(tick))
      text += "<path class=\"grid\" d=\"M0 \(place)H\(Markup.number(width))\"/>"
      text += "<text class=\"soft end\" x=\"-8\" y=\"\(Markup.number(y(tick) + 4))\">"
      text += "\(Markup.escaped(panel.format(tick)))</text>\n"
    }
    for place in Self.places(count) {
      text += "<text class=\"soft middle\" x=\"\(Markup.number(x(place)))\" y=\"\(Markup.number(height + 18))\">"
      text += "\(first + place)</text>\n"
    }
    text += "<text class=\"soft end\" x=\"\(Markup.number(width))\" y=\"\(Markup.number(height + 34))\">"
    text += "\(Markup.escaped(axis))</text>\n"
    if let mark, mark.place >= first, mark.place < first + count {
      let place = Markup.number(x(mark.place - first))
      text += "<path class=\"mark\" d=\"M\(place) 0V\(Markup.number(height))\"/>\n"
    }
    for (index, line) in panel.lines.enumerated() {
      var (path, isDown) = ("", false)
      for (place, value) in line.values.enumerated() {
        guard let value, value.isFinite else {
          isDown = false
          continue
        }
        path += "\(isDown ? "L" : "M")\(Markup.number(x(place))) \(Markup.number(y(value)))"
        isDown = true
      }
      text += "<path class=\"line c\(index)\" d=\"\(path)\"/>\n"
      // A point alone makes no line.
      if line.values.count == 1, let value = line.values[0], value.isFinite {
        text +=
          "<circle class=\"dot c\(index)\" cx=\"\(Markup.number(x(0)))\" cy=\"\(Markup.number(y(value)))\" r=\"3\"/>\n"
      }
    }
    return text + legend(panel, width)
  }

  private func legend(_ panel: Panel, _ width: Double) -> String {
    guard panel.lines.count > 1 else { return "" }
    var (text, x) = ("", width)
    for (index, line) in panel.lines.enumerated().reversed() {
      x -= TextMetrics.width(line.name, size: 12)
      text += "<text class=\"soft\" x=\"\(Markup.number(x))\" y=\"-14\">\(Markup.escaped(line.name))</text>"
      x -= 26
      text += "<path class=\"line c\(index)\" d=\"M\(Markup.number(x)) -18H\(Markup.number(x + 20))\"/>\n"
      x -= 14
    }
    return text
  }

  /// Four to seven round numbers from below the least value to above the largest.
  static func ticks(_ low: Double, _ high: Double) -> [Double] {
    let range = high > low ? high - low : max(abs(high), 1e-12)
    let (low, high) = high > low ? (low, high) : (low - range / 2, high + range / 2)
    let rough = (high - low) / 4
    let power = pow(10, log10(rough).rounded(.down))
    let step = ([1, 2, 2.5, 5, 10].first { $0 * power >= rough } ?? 10) * power
    let start = (low / step).rounded(.down)
    let end = (high / step).rounded(.up)
    return (0...max(1, Int(end - start))).map { (start + Double($0)) * step }
  }

  /// At most eight places of the axis, at equal distances.
  private static func places(_ count: Int) -> [Int] {
    guard count > 1 else { return count == 1 ? [0] : [] }
    let step = ([1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000].first { (count - 1) / $0 <= 7 }) ?? (count / 7)
    return Array(stride(from: 0, to: count, by: step))
  }

  private static let style = """
    .netc-chart text{font-family:\(SVGStyle.fonts);font-size:12px}
    .netc-chart .heading{font-size:20px;font-weight:700}
    .netc-chart .title{font-size:13px;font-weight:600}
    .netc-chart .end{text-anchor:end}
    .netc-chart .middle{text-anchor:middle}
    .netc-chart .line{fill:none;stroke-width:1.8;stroke-linejoin:round}
    .netc-chart .grid{fill:none;stroke-width:1}
    .netc-chart .mark{fill:none;stroke-width:1;stroke-dasharray:3 3}
    .netc-chart .ground{fill:#ffffff}
    .netc-chart .heading,.netc-chart .title{fill:#1c2430}
    .netc-chart .soft{fill:#55606e}
    .netc-chart .grid{stroke:#e3e7ec}
    .netc-chart .mark{stroke:#76818f}
    .netc-chart .line.c0{stroke:#2f74c8}.netc-chart .dot.c0{fill:#2f74c8}
    .netc-chart .line.c1{stroke:#c2410c}.netc-chart .dot.c1{fill:#c2410c}
    .netc-chart .line.c2{stroke:#2f9a76}.netc-chart .dot.c2{fill:#2f9a76}
    @media screen and (prefers-color-scheme:dark){
    .netc-chart .ground{fill:#14171c}
    .netc-chart .heading,.netc-chart .title{fill:#e6e9ee}
    .netc-chart .soft{fill:#a3adba}
    .netc-chart .grid{stroke:#2b323c}
    .netc-chart .mark{stroke:#8a96a5}
    .netc-chart .line.c0{stroke:#5b9be6}.netc-chart .dot.c0{fill:#5b9be6}
    .netc-chart .line.c1{stroke:#ffb454}.netc-chart .dot.c1{fill:#ffb454}
    .netc-chart .line.c2{stroke:#46b892}.netc-chart .dot.c2{fill:#46b892}
    }
    """
}
