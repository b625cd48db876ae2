/// The look for people: headline, source line, carets, facts and help.
package struct TextRenderer: DiagnosticRenderer {
  /// Source lines are cut to this where no width is given.
  package static let defaultWidth = 100

  private let map: SourceMap
  private let paint: Paint
  private let width: Int?

  /// - Parameters:
  ///   - width: the columns of the terminal, to which notes wrap and long source lines are cut; nil when
  ///     nobody knows.
  package init(map: SourceMap, color: Bool, width: Int?) {
    self.map = map
    self.paint = Paint(isOn: color)
    self.width = width.map { max($0, 40) }
  }

  package var separator: String { "\n\n" }

  package func render(_ diagnostic: Diagnostic) -> String {
    let role: Paint.Role = diagnostic.severity == .error ? .error : .warning
    let gutter = gutterWidth(of: diagnostic)
    let margin = String(repeating: " ", count: gutter)
    let tag = "\(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue)]"
    var lines = [paint(role, tag) + paint(.bold, ": " + SafeText.escaped(diagnostic.message))]
    switch diagnostic.place {
    case .source(let label):
      lines.append(arrow(map.address(label.span), margin))
      lines += snippet(label, role, gutter)
    case .file(let path): lines.append(arrow(SafeText.escaped(path), margin))
    case .none: break
    }
    for note in diagnostic.notes {
      lines += prose(note, lead: paint(.gutter, margin + " =") + " note: ", leadWidth: gutter + 9)
    }
    for related in diagnostic.related {
      lines += prose(related.message, lead: paint(.bold, "note") + ": ", leadWidth: 6)
      lines.append(arrow(map.address(related.span), margin))
    }
    for help in diagnostic.help {
      lines += prose(help, lead: paint(.help, "help") + ": ", leadWidth: 6)
    }
    return lines.joined(separator: "\n")
  }

  /// Two columns at least, more for long line numbers.
  private func gutterWidth(of diagnostic: Diagnostic) -> Int {
    guard case .source(let label) = diagnostic.place else { return 2 }
    return max(2, String(label.span.start.line).count)
  }

  private func arrow(_ place: String, _ margin: String) -> String {
    paint(.gutter, margin + "-->") + " " + place
  }

  private func prose(_ text: String, lead: String, leadWidth: Int) -> [String] {
    let indent = String(repeating: " ", count: leadWidth)
    return TextWrap.lines(text, width: width.map { $0 - leadWidth })
      .enumerated()
      .map { index, line in index == 0 ? lead + line : line.isEmpty ? "" : indent + line }
  }

  /// The source line in its gutter, with carets and label below; nothing if the file has no such line.
  private func snippet(_ label: Label, _ role: Paint.Role, _ gutter: Int) -> [String] {
    let span = label.span
    guard let line = map[span.file].line(span.start.line) else { return [] }
    let room = (width ?? Self.defaultWidth) - gutter - 3
    let window = SnippetLine(line).window(
      from: span.start.column - 1,
      to: span.end.line == span.start.line ? span.end.column - 1 : nil,
      width: room)

    let number = String(span.start.line)
    let padding = String(repeating: " ", count: gutter - number.count)
    let bar = paint(.gutter, String(repeating: " ", count: gutter) + " |")
    var lines = [
      bar, paint(.gutter, padding + number + " |") + (window.text.isEmpty ? "" : " " + window.text),
    ]

    let indent = String(repeating: " ", count: window.caretStart)
    let carets = indent + paint(role, String(repeating: "^", count: window.caretWidth))
    let text = SafeText.escaped(label.text)
    let behind = window.caretStart + window.caretWidth + 1
    if text.isEmpty {
      lines.append(bar + " " + carets)
    } else if behind + DisplayWidth.of(text) <= room {
      lines.append(bar + " " + carets + " " + paint(role, text))
    } else {
      lines.append(bar + " " + carets)
      let parts = TextWrap.lines(label.text, width: room)
      let widest = parts.map(DisplayWidth.of).max() ?? 0
      let left = String(repeating: " ", count: max(0, min(window.caretStart, room - widest)))
      lines += parts.map { bar + " " + left + paint(role, $0) }
    }
    return lines
  }
}
