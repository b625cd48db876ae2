import Diagnostics

/// Says in plain words what libyaml objects to, and points where a reader would look.
struct SyntaxReport {
  let problem: YAMLProblem
  let source: SourceFile
  let id: FileID

  /// Where libyaml stopped, within the file.
  let position: SourcePosition
  /// Where that begins which it was reading.
  let context: SourcePosition?
  /// The line of `position`.
  let line: [Unicode.Scalar]

  init(_ problem: YAMLProblem, _ source: SourceFile, _ id: FileID) {
    self.problem = problem
    self.source = source
    self.id = id
    let raw = problem.byteOffset.map(source.position(ofByte:)) ?? problem.position
    self.position = source.clamped(raw)
    self.context = problem.contextPosition.map(source.clamped)
    self.line = Array((source.line(position.line) ?? "").unicodeScalars)
  }

  var diagnostic: Diagnostic {
    if problem.byteOffset != nil {
      return Diagnostic(
        .badEncoding, "the file is not valid UTF-8", at: point(position), notes: [problem.problem])
    }
    return tab ?? words
  }

  // MARK: - What is there

  /// The scalar at which libyaml stopped; nil at the end of a line.
  var found: Unicode.Scalar? { line.indices.contains(position.column - 1) ? line[position.column - 1] : nil }

  /// Whether `position` is in front of everything in its line.
  var isAtLineStart: Bool {
    found != nil && line.prefix(position.column - 1).allSatisfy { $0 == " " || $0 == "\t" }
  }

  /// Whether nothing but blanks and comments is left behind `position`.
  var isAtEnd: Bool {
    guard problem.position.line <= source.lineCount else { return true }
    return position.line == source.lineCount && position.column > line.count
  }

  var isInFlow: Bool { problem.context.contains("flow") }

  /// One character at a position.
  func point(_ position: SourcePosition) -> SourceSpan {
    SourceSpan(
      file: id, start: position, end: SourcePosition(line: position.line, column: position.column + 1))
  }

  /// From `position` up to the next blank or bracket.
  func word(at position: SourcePosition) -> SourceSpan {
    let scalars = Array((source.line(position.line) ?? "").unicodeScalars)
    let rest = scalars.dropFirst(position.column - 1)
    let length = rest.prefix { !" \t,[]{}".unicodeScalars.contains($0) }.count
    let end = SourcePosition(line: position.line, column: position.column + max(length, 1))
    return SourceSpan(file: id, start: position, end: end)
  }

  func report(
    _ message: String, at span: SourceSpan, _ label: String = "", related: [Diagnostic.Related] = [],
    help: [String] = []
  ) -> Diagnostic {
    Diagnostic(.yamlSyntax, message, at: span, label: label, related: related, help: help)
  }

  func since(_ message: String) -> [Diagnostic.Related] {
    context.map { [Diagnostic.Related(message: message, span: point($0))] } ?? []
  }

  // MARK: - Tabs

  /// A tab that stands where YAML wants spaces. Inside brackets tabs are no indentation.
  private var tab: Diagnostic? {
    let indentation = line.prefix { $0 == " " || $0 == "\t" }
    var column: Int?
    if found == "\t" {
      column = position.column
    } else if !isInFlow, !problem.context.contains("quoted"), let first = indentation.firstIndex(of: "\t") {
      column = first + 1
    }
    guard let column else { return nil }
    let start = SourcePosition(line: position.line, column: column)
    let count = line.dropFirst(column - 1).prefix { $0 == "\t" }.count
    let span = SourceSpan(
      file: id, start: start, end: SourcePosition(line: start.line, column: column + count))
    let isIndentation = column <= indentation.count
    let spaces = String(repeating: "  ", count: count)
    return Diagnostic(
      .tabIndentation,
      isIndentation ? "the line is indented with a tab" : "a tab where only spaces may stand",
      at: span, label: count == 1 ? "a tab" : "\(count) tabs", help: ["use spaces; YAML forbids tabs here"],
      replacement: Replacement(span: span, text: spaces))
  }
}
