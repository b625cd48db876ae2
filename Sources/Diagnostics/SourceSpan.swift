/// A place between two characters of a file: line and column 1-based, the column in Unicode scalars.
package struct SourcePosition: Hashable, Comparable, Sendable {
  package var line: Int
  package var column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  package static func < (left: SourcePosition, right: SourcePosition) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// A stretch of a file from `start` up to, and without, `end`.
package struct SourceSpan: Hashable, Sendable {
  package var file: FileID
  package var start: SourcePosition
  package var end: SourcePosition

  package init(file: FileID, start: SourcePosition, end: SourcePosition) {
    self.file = file
    self.start = start
    self.end = end
  }
}
