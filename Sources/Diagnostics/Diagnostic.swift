/// A span with words under its carets.
package struct Label: Sendable, Hashable {
  package var span: SourceSpan
  package var text: String

  package init(_ span: SourceSpan, _ text: String = "") {
    self.span = span
    self.text = text
  }
}

/// A change to the source that would mend the matter.
package struct Replacement: Sendable, Equatable {
  package var span: SourceSpan
  package var text: String

  package init(span: SourceSpan, text: String) {
    self.span = span
    self.text = text
  }
}

/// One thing that is wrong or doubtful, as data. How it looks is the matter of a ``DiagnosticRenderer``.
package struct Diagnostic: Sendable {
  package enum Severity: String, Sendable { case error, warning }

  /// A fact about another place.
  package struct Related: Sendable {
    package var message: String
    package var span: SourceSpan

    package init(message: String, span: SourceSpan) {
      self.message = message
      self.span = span
    }
  }

  package enum Place: Sendable, Hashable {
    case source(Label)
    /// A file without lines, such as weights or data, or an option of the command line.
    case file(String)
    case none
  }

  package var code: DiagnosticCode
  package var severity: Severity
  /// The headline: lower case, no full stop, stands alone.
  package var message: String
  package var place: Place
  /// Facts, such as the arithmetic behind the headline.
  package var notes: [String]
  package var related: [Related]
  /// Changes that would help.
  package var help: [String]
  package var replacement: Replacement?

  package init(
    _ code: DiagnosticCode, _ message: String, at place: Place, notes: [String] = [],
    related: [Related] = [], help: [String] = [], replacement: Replacement? = nil
  ) {
    self.code = code
    self.severity = code.isWarning ? .warning : .error
    self.message = message
    self.place = place
    self.notes = notes
    self.related = related
    self.help = help
    self.replacement = replacement
  }

  package init(
    _ code: DiagnosticCode, _ message: String, at span: SourceSpan, label: String = "",
    notes: [String] = [], related: [Related] = [], help: [String] = [], replacement: Replacement? = nil
  ) {
    self.init(
      code, message, at: .source(Label(span, label)), notes: notes, related: related, help: help,
      replacement: replacement)
  }
}

/// The error of phases that stop at the first thing wrong: data, weights, artefacts.
package struct DiagnosticError: Error, Sendable {
  package var diagnostic: Diagnostic

  package init(diagnostic: Diagnostic) { self.diagnostic = diagnostic }

  package init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}
