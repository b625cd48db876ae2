/// One JSON object per diagnostic on one line, for programs. The keys and their order are a contract.
package struct JSONRenderer: DiagnosticRenderer {
  private let map: SourceMap

  package init(map: SourceMap) { self.map = map }

  package func render(_ diagnostic: Diagnostic) -> String {
    var file = "null"
    var line = "null"
    var column = "null"
    switch diagnostic.place {
    case .source(let label):
      file = Self.quoted(map[label.span.file].path)
      line = String(label.span.start.line)
      column = String(label.span.start.column)
    case .file(let path): file = Self.quoted(path)
    case .none: break
    }
    let notes = diagnostic.notes + diagnostic.related.map { "\($0.message) (\(map.address($0.span)))" }
    let help = diagnostic.help.isEmpty ? "null" : Self.quoted(diagnostic.help.joined(separator: "\n"))
    let rendered = TextRenderer(map: map, color: false, width: nil).render(diagnostic)
    let pairs = [
      ("code", Self.quoted(diagnostic.code.rawValue)),
      ("severity", Self.quoted(diagnostic.severity.rawValue)),
      ("message", Self.quoted(diagnostic.message)),
      ("file", file), ("line", line), ("column", column),
      ("notes", "[" + notes.map(Self.quoted).joined(separator: ",") + "]"),
      ("help", help),
      ("replacement", diagnostic.replacement.map(Self.object) ?? "null"),
      ("rendered", Self.quoted(rendered)),
    ]
    return Self.object(pairs)
  }

  private static func object(_ replacement: Replacement) -> String {
    let (start, end) = (replacement.span.start, replacement.span.end)
    return object([
      ("line", String(start.line)), ("column", String(start.column)),
      ("end_line", String(end.line)), ("end_column", String(end.column)),
      ("text", quoted(replacement.text)),
    ])
  }

  private static func object(_ pairs: [(key: String, value: String)]) -> String {
    "{" + pairs.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
  }

  /// A JSON string; what a terminal might act on is escaped even where JSON does not ask for it.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if SafeText.escape(for: scalar) == nil {
          result.unicodeScalars.append(scalar)
        } else {
          for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
            let digits = String(unit, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
          }
        }
      }
    }
    return result + "\""
  }
}
