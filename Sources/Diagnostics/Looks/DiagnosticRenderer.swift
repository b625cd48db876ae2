/// A look of diagnostics.
package protocol DiagnosticRenderer: Sendable {
  /// One diagnostic, without a line break at the end.
  func render(_ diagnostic: Diagnostic) -> String

  /// What stands between two diagnostics.
  var separator: String { get }
}

extension DiagnosticRenderer {
  package var separator: String { "\n" }

  /// All of them, ending with a line break; empty if there are none.
  package func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.isEmpty ? "" : diagnostics.map { render($0) }.joined(separator: separator) + "\n"
  }
}

extension SourceMap {
  /// `path:line:column`, safe to print.
  func address(_ span: SourceSpan) -> String {
    "\(SafeText.escaped(self[span.file].path)):\(span.start.line):\(span.start.column)"
  }
}
