import Compiler
import Drawing
import NetIR

/// The receptive field of every convolution over the input, as nested rectangles around its middle.
struct HTMLReportFields {
  let report: NetworkReport

  private static let side = 420.0

  func rendered() -> String {
    guard let image = report.image else { return "" }
    let fields = report.rows.filter { $0.window?.kind == .convolution && $0.field != nil }.sorted {
      $0.index < $1.index
    }
    guard !fields.isEmpty else { return "" }
    return """
      <section aria-labelledby="fields"><h2 id="fields">Receptive fields</h2>
      <figure>\(drawing(fields, image))
      <figcaption id="field-words">\(caption(fields, image))</figcaption></figure></section>
      """
  }

  /// Fields that are larger than the image show up to half as much again.
  private func drawing(_ rows: [NetworkReport.Row], _ image: Size2D) -> String {
    let largest = rows.compactMap(\.field).reduce(Size2D(1)) { most, field in
      Size2D(max(most.height, field.size.height), max(most.width, field.size.width))
    }
    let shown = Size2D(
      max(image.height, min(largest.height, image.height * 3 / 2)),
      max(image.width, min(largest.width, image.width * 3 / 2)))
    let scale = (Self.side - 12) / Double(max(shown.height, shown.width))
    let (width, height) = (Double(shown.width) * scale + 12, Double(shown.height) * scale + 12)
    func rect(_ size: Size2D, _ attributes: String, _ content: String = "") -> String {
      let (w, h) = (Double(size.width) * scale, Double(size.height) * scale)
      let place = "x=\"\(Markup.number((width - w) / 2))\" y=\"\(Markup.number((height - h) / 2))\""
      let size = "width=\"\(Markup.number(w))\" height=\"\(Markup.number(h))\""
      return "<rect \(attributes) \(place) \(size)>\(content)</rect>"
    }
    // The largest first: smaller ones stay within reach of the pointer.
    let ordered = rows.sorted { a, b in (area(b), b.index) < (area(a), a.index) }
    let rects = ordered.map { row in
      let size = row.field.map(\.size) ?? Size2D(1)
      let step = row.field.map { ", a step of \($0.jump.crossed)" } ?? ""
      let words = "\(row.name): \(size.crossed) of \(image.crossed)\(step)"
      return rect(
        size, "class=\"field\" data-row=\"\(row.index)\" data-words=\"\(Markup.escaped(words))\"",
        "<title>\(Markup.escaped(words))</title>")
    }
    return "<svg class=\"fields\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
      + "aria-label=\"Receptive fields over the input\" viewBox=\"0 0 \(Markup.number(width)) \(Markup.number(height))\" "
      + "width=\"\(Markup.number(width))\" height=\"\(Markup.number(height))\">"
      + "\(rect(image, "class=\"image\""))\(rects.joined())</svg>"
  }

  private func area(_ row: NetworkReport.Row) -> Int { row.field.map { $0.size.height * $0.size.width } ?? 0 }

  private func caption(_ rows: [NetworkReport.Row], _ image: Size2D) -> String {
    guard let last = rows.last, let field = last.field else { return "" }
    let whole = field.size.height >= image.height && field.size.width >= image.width
    return "The filled square is the input, \(image.crossed). <code>\(Markup.escaped(last.name))</code>, the last "
      + "convolution, sees \(field.size.crossed): \(whole ? "the whole image" : "a part of the image")."
  }
}
