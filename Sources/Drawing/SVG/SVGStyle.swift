/// The style sheet of a drawing: on paper, and on a dark ground where the viewer prefers one.
///
/// Plain rules without custom properties, since some converters do not know these.
enum SVGStyle {
  static let fonts =
    "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'Liberation Sans',sans-serif"

  static func sheet(_ tints: [Tint], _ metrics: LayoutMetrics) -> String {
    let shared = """
      .netc-drawing text{font-family:\(fonts);font-size:\(Markup.number(metrics.lineSize))px}
      .netc-drawing .node text{text-anchor:middle}
      .netc-drawing .node .name{font-size:\(Markup.number(metrics.titleSize))px;font-weight:600}
      .netc-drawing .node .strip-name{font-weight:600}
      .netc-drawing .strip-note,.netc-drawing .label,.netc-drawing .legend{font-size:\
      \(Markup.number(metrics.labelSize))px}
      .netc-drawing .legend{font-size:11px}
      .netc-drawing .heading{font-size:20px;font-weight:700}
      .netc-drawing .subheading{font-size:12px}
      .netc-drawing .frame text{font-size:\(Markup.number(metrics.frameTitleSize))px;font-weight:600}
      .netc-drawing .line{fill:none;stroke-width:1.5}
      .netc-drawing .label{paint-order:stroke;stroke-width:3px;stroke-linejoin:round}
      .netc-drawing .border{fill:none;stroke-width:1.2}
      .netc-drawing .value:hover .line{stroke-width:3}
      """
    let dark = theme(
      ground: "#14171c", text: "#e6e9ee", soft: "#a3adba", line: "#8a96a5", frame: ("#7f8ea3", "0.09", "#4d5866"),
      strong: "#ffb454", tints.map { ($0, $0.dark) })
    let light = theme(
      ground: "#ffffff", text: "#1c2430", soft: "#55606e", line: "#76818f", frame: ("#42566f", "0.045", "#b7c1cd"),
      strong: "#c2410c", tints.map { ($0, $0.light) })
    return "\(shared)\n\(light)\n@media screen and (prefers-color-scheme:dark){\n\(dark)\n}"
  }

  private static func theme(
    ground: String, text: String, soft: String, line: String,
    frame: (fill: String, opacity: String, line: String), strong: String,
    _ tints: [(Tint, (fill: String, line: String, text: String))]
  ) -> String {
    var rules = [
      ".netc-drawing .ground{fill:\(ground)}",
      ".netc-drawing .heading{fill:\(text)}",
      ".netc-drawing .subheading,.netc-drawing .legend{fill:\(soft)}",
      ".netc-drawing .label{fill:\(soft);stroke:\(ground)}",
      ".netc-drawing .line{stroke:\(line)}",
      ".netc-drawing .head{fill:\(line)}",
      ".netc-drawing .frame rect{fill:\(frame.fill);fill-opacity:\(frame.opacity);stroke:\(frame.line)}",
      ".netc-drawing .frame text{fill:\(soft)}",
      ".netc-drawing .value:hover .line,.netc-drawing .value.on .line{stroke:\(strong)}",
      ".netc-drawing .value:hover .head,.netc-drawing .value.on .head{fill:\(strong)}",
      ".netc-drawing .node.on .border{stroke:\(strong);stroke-width:3}",
    ]
    for (tint, colors) in tints {
      let name = ".netc-drawing .\(tint.rawValue)"
      rules.append("\(name)>.fill{fill:\(colors.fill)}")
      rules.append("\(name)>.border{stroke:\(colors.line)}")
      rules.append("\(name)>text{fill:\(colors.text)}")
    }
    return rules.joined(separator: "\n")
  }
}
