/// Pictures in rows, with words: a sheet to look at.
package struct PictureSheet: Sendable {
  /// A picture, as the address of a PNG in the text itself, and the lines below it.
  package struct Cell: Sendable {
    package var image: String
    package var caption: [String]

    package init(image: String, caption: [String] = []) { (self.image, self.caption) = (image, caption) }
  }

  package var title: String
  package var subtitle: String
  /// Words over the columns; empty for none.
  package var columnTitles: [String] = []
  package var rows: [[Cell]]
  /// Height and width of the pictures, in their own pixels.
  package var pixels: (height: Int, width: Int)

  package init(title: String, subtitle: String, rows: [[Cell]], pixels: (height: Int, width: Int)) {
    (self.title, self.subtitle, self.rows, self.pixels) = (title, subtitle, rows, pixels)
  }

  /// The longer side of a picture in the drawing.
  package var side = 128.0

  private static let margin = 24.0
  private static let gap = (x: 16.0, y: 18.0)
  private static let lineHeight = 16.0
  private static let top = 84.0

  private var cell: (height: Double, width: Double) {
    let longest = Double(max(1, pixels.height, pixels.width))
    return (Double(pixels.height) / longest * side, Double(pixels.width) / longest * side)
  }

  private var lines: Int { rows.joined().map(\.caption.count).max() ?? 0 }

  private var rowHeight: Double { cell.height + Double(lines) * Self.lineHeight + Self.gap.y }

  private var header: Double { Self.top + (columnTitles.isEmpty ? 0 : 20) }

  /// Of the whole sheet.
  package var size: (width: Double, height: Double) {
    let columns = Double(rows.map(\.count).max() ?? 0)
    let words = [(title, 20.0, true), (subtitle, 13.0, false)].map {
      TextMetrics.width($0.0, size: $0.1, bold: $0.2)
    }
    let width = max(columns * (cell.width + Self.gap.x) - Self.gap.x, words.max() ?? 0)
    return (width + 2 * Self.margin, header + Double(rows.count) * rowHeight - Self.gap.y + Self.margin)
  }

  /// The sheet as SVG; the same text for the same pictures.
  package func svg() -> String {
    var text = SVGPage.head(
      "netc-sheet", title: title, subtitle: subtitle, style: Self.style, width: size.width, height: size.height)
    for (column, words) in columnTitles.enumerated() {
      text += "<text class=\"soft\" x=\"\(x(column))\" y=\"\(Markup.number(Self.top + 10))\">"
      text += "\(Markup.escaped(cut(words)))</text>\n"
    }
    for (row, cells) in rows.enumerated() {
      for (column, cell) in cells.enumerated() { text += drawn(cell, row, column) }
    }
    return text + "</svg>\n"
  }

  private func x(_ column: Int) -> String { Markup.number(Self.margin + Double(column) * (cell.width + Self.gap.x)) }

  private func drawn(_ content: Cell, _ row: Int, _ column: Int) -> String {
    let y = header + Double(row) * rowHeight
    let (width, height) = (Markup.number(cell.width), Markup.number(cell.height))
    let place = "x=\"\(x(column))\" y=\"\(Markup.number(y))\" width=\"\(width)\" height=\"\(height)\""
    var text = "<image \(place) preserveAspectRatio=\"none\" href=\"\(content.image)\"/>\n"
    text += "<rect class=\"edge\" \(place)/>\n"
    for (line, words) in content.caption.enumerated() {
      let below = y + cell.height + Double(line + 1) * Self.lineHeight
      text += "<text class=\"\(line == 0 ? "caption" : "soft")\" x=\"\(x(column))\" y=\"\(Markup.number(below))\">"
      text += "\(Markup.escaped(cut(words)))</text>\n"
    }
    return text
  }

  /// As many letters as fit below a picture.
  private func cut(_ words: String) -> String {
    guard TextMetrics.width(words, size: 12) > cell.width else { return words }
    var words = words
    while words.count > 1, TextMetrics.width(words + "…", size: 12) > cell.width { words.removeLast() }
    return words + "…"
  }

  private static var style: String {
    """
    .netc-sheet text{font-family:\(SVGStyle.fonts);font-size:12px}
    .netc-sheet .heading{font-size:20px;font-weight:700;fill:#1c2430}
    .netc-sheet .soft{fill:#55606e}
    .netc-sheet .caption{fill:#1c2430;font-weight:600}
    .netc-sheet .ground{fill:#ffffff}
    .netc-sheet .edge{fill:none;stroke:#b7c1cd}
    """
  }
}
