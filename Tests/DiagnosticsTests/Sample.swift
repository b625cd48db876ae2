import Diagnostics

/// A map of one file, and spans in it.
struct Sample {
  var map = SourceMap()
  let id: FileID

  init(_ path: String, _ text: String) {
    id = map.add(SourceFile(path: path, bytes: Array(text.utf8)))
  }

  /// A span within a line.
  func span(_ line: Int, _ start: Int, _ end: Int) -> SourceSpan {
    SourceSpan(
      file: id, start: SourcePosition(line: line, column: start),
      end: SourcePosition(line: line, column: end))
  }

  /// The plain text look.
  func text(_ diagnostic: Diagnostic, width: Int? = nil) -> String {
    TextRenderer(map: map, color: false, width: width).render(diagnostic)
  }

  /// The source line and the line of carets of a diagnostic at a span.
  func snippet(_ span: SourceSpan, label: String = "", width: Int? = nil) -> [String] {
    let lines = text(Diagnostic(.wrongType, "x", at: span, label: label), width: width).split(separator: "\n")
    return lines.dropFirst(3).map(String.init)
  }
}
