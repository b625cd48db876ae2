import Diagnostics
import YAMLSyntax

/// The lines of a file as Unicode scalars, so that places can be cut out without walking a line each time.
struct SourceText {
  private let lines: [[Unicode.Scalar]]

  init(_ source: SourceFile) {
    lines = (1...source.lineCount).map { Array((source.line($0) ?? "").unicodeScalars) }
  }

  var lineCount: Int { lines.count }

  /// The place behind the last character.
  var end: SourcePosition { SourcePosition(line: lines.count, column: (lines.last?.count ?? 0) + 1) }

  /// A line, 1-based; empty beyond the file.
  func line(_ number: Int) -> ArraySlice<Unicode.Scalar> {
    lines.indices.contains(number - 1) ? lines[number - 1][...] : []
  }

  func isBlank(_ number: Int) -> Bool { line(number).allSatisfy { $0 == " " || $0 == "\t" } }

  /// The text between two places of one line; nil where they lie in different lines.
  func text(_ start: SourcePosition, _ end: SourcePosition) -> String? {
    guard start.line == end.line, start.column <= end.column else { return nil }
    let scalars = line(start.line)
    let from = min(start.column - 1, scalars.count)
    return String(scalars[from..<min(end.column - 1, scalars.count)])
  }
}

extension String {
  init(_ scalars: ArraySlice<Unicode.Scalar>) {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    self.init(view)
  }
}
