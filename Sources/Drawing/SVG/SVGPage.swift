/// What charts and sheets have in common: a page with a heading, and a line about what is to be seen.
enum SVGPage {
  /// Everything before what is drawn; `</svg>` ends the page.
  ///
  /// - Parameter kind: the class that the page's style counts on.
  static func head(
    _ kind: String, title: String, subtitle: String, style: String, width: Double, height: Double
  ) -> String {
    let (w, h, name) = (Markup.number(width), Markup.number(height), Markup.escaped(title))
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" class="\(kind)" role="img" \
      aria-label="\(name)" width="\(w)" height="\(h)" viewBox="0 0 \(w) \(h)">
      <title>\(name)</title>
      <style>
      \(style)
      </style>
      <rect class="ground" width="\(w)" height="\(h)"/>
      <text class="heading" x="24" y="40">\(name)</text>
      <text class="soft" x="24" y="60">\(Markup.escaped(subtitle))</text>

      """
  }
}
