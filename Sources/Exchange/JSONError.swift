import Diagnostics

/// Why some bytes are not JSON, and where.
package struct JSONError: Error, Sendable, Equatable {
  /// What is wrong, in words.
  package var message: String
  /// Bytes before the place, from the start of the document.
  package var offset: Int
  /// From 1.
  package var line: Int
  /// In bytes, from 1.
  package var column: Int

  package init(message: String, offset: Int, line: Int, column: Int) {
    self.message = message
    self.offset = offset
    self.line = line
    self.column = column
  }

  /// The error as a diagnostic about a file in which the document starts at byte `start`.
  package func diagnostic(
    _ code: DiagnosticCode, in path: String, document: String, startingAt start: Int = 0, help: [String] = []
  ) -> DiagnosticError {
    FileFault.make(
      code, in: path, "\(document) is not valid JSON: \(message)",
      notes: ["at byte \((start + offset).grouped) of the file"], help: help)
  }
}
