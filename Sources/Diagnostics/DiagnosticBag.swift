/// Everything that a run has to say, each thing once.
package struct DiagnosticBag: Sendable {
  private struct Key: Hashable {
    var code: DiagnosticCode
    var message: String
    var place: Diagnostic.Place
  }

  private var diagnostics: [Diagnostic] = []
  private var seen: Set<Key> = []

  package private(set) var errorCount = 0
  package private(set) var warningCount = 0

  package init() {}

  package var hasErrors: Bool { errorCount > 0 }
  package var isEmpty: Bool { diagnostics.isEmpty }

  /// Adds a diagnostic, unless one with the same code, words and place is there.
  package mutating func report(_ diagnostic: Diagnostic) {
    let key = Key(code: diagnostic.code, message: diagnostic.message, place: diagnostic.place)
    guard seen.insert(key).inserted else { return }
    diagnostics.append(diagnostic)
    switch diagnostic.severity {
    case .error: errorCount += 1
    case .warning: warningCount += 1
    }
  }

  package mutating func append(_ other: DiagnosticBag) {
    for diagnostic in other.diagnostics { report(diagnostic) }
  }

  /// Takes out the warnings with these codes; errors stay.
  package mutating func remove(_ codes: Set<DiagnosticCode>) {
    guard !codes.isEmpty else { return }
    diagnostics.removeAll { $0.severity == .warning && codes.contains($0.code) }
    warningCount = diagnostics.count { $0.severity == .warning }
  }

  /// By file, line, column and code. What has a file but no line follows, by path; what has no place is last.
  package var sorted: [Diagnostic] {
    diagnostics.enumerated()
      .sorted { left, right in
        let (first, second) = (left.element, right.element)
        if Self.isBefore(first.place, second.place) { return true }
        if Self.isBefore(second.place, first.place) { return false }
        return (first.code.rawValue, left.offset) < (second.code.rawValue, right.offset)
      }
      .map(\.element)
  }

  private static func isBefore(_ left: Diagnostic.Place, _ right: Diagnostic.Place) -> Bool {
    switch (left, right) {
    case (.source(let first), .source(let second)):
      return (first.span.file, first.span.start) < (second.span.file, second.span.start)
    case (.file(let first), .file(let second)): return first < second
    default: return rank(left) < rank(right)
    }
  }

  private static func rank(_ place: Diagnostic.Place) -> Int {
    switch place {
    case .source: return 0
    case .file: return 1
    case .none: return 2
    }
  }
}

extension DiagnosticBag {
  /// The last line of a run, such as `error: 3 errors, 1 warning in specs/x.yaml`; nil when all is well.
  package func summary(of paths: [String] = []) -> String? {
    guard !isEmpty else { return nil }
    var counts: [String] = []
    if errorCount > 0 { counts.append(errorCount == 1 ? "1 error" : "\(errorCount) errors") }
    if warningCount > 0 { counts.append(warningCount == 1 ? "1 warning" : "\(warningCount) warnings") }
    var line = (hasErrors ? "error: " : "warning: ") + counts.joined(separator: ", ")
    if paths.count > 1 {
      line += " in \(paths.count) files"
    } else if let path = paths.first {
      line += " in " + SafeText.escaped(path)
    }
    return line
  }
}
