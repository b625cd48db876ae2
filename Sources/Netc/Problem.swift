import Diagnostics
import Driver

/// Something wrong in a spec or a file, with its place and its remedy.
public struct Problem: Error, Sendable, CustomStringConvertible {
  /// The code, such as `N0203`; `netc explain` tells more.
  public let code: String
  public let isWarning: Bool
  public let message: String
  /// The file, when there is one.
  public let file: String?
  /// From 1; nil when the problem has no place in a text.
  public let line: Int?
  public let column: Int?
  public let notes: [String]
  public let help: [String]
  /// As `netc check` prints it, with the source line and a caret.
  public let description: String

  init(_ diagnostic: Diagnostic, _ map: SourceMap) {
    code = diagnostic.code.rawValue
    isWarning = diagnostic.severity == .warning
    message = diagnostic.message
    notes = diagnostic.notes
    help = diagnostic.help
    description = TextRenderer(map: map, color: false, width: 100).render(diagnostic)
    switch diagnostic.place {
    case .source(let label):
      file = map[label.span.file].path
      line = label.span.start.line
      column = label.span.start.column
    case .file(let path): (file, line, column) = (path, nil, nil)
    case .none: (file, line, column) = (nil, nil, nil)
    }
  }
}

/// Everything that is wrong with a spec: all of it, not only the first.
public struct SpecError: Error, Sendable, CustomStringConvertible {
  public let problems: [Problem]

  public var description: String { problems.map(\.description).joined(separator: "\n\n") }
}
