import Diagnostics
import Testing

struct DiagnosticBagTests {
  private func bag(_ diagnostics: [Diagnostic]) -> DiagnosticBag {
    var bag = DiagnosticBag()
    for diagnostic in diagnostics { bag.report(diagnostic) }
    return bag
  }

  @Test func sortsByPlaceAndCode() {
    var map = SourceMap()
    let first = map.add(SourceFile(path: "z.yaml", bytes: []))
    let second = map.add(SourceFile(path: "a.yaml", bytes: []))
    func span(_ file: FileID, _ line: Int, _ column: Int) -> SourceSpan {
      let start = SourcePosition(line: line, column: column)
      return SourceSpan(file: file, start: start, end: start)
    }
    let all = [
      Diagnostic(.wrongType, "9", at: .none), Diagnostic(.damagedIdx, "8", at: .file("y")),
      Diagnostic(.wrongType, "6", at: span(second, 1, 1)), Diagnostic(.damagedIdx, "7", at: .file("x")),
      Diagnostic(.wrongType, "4", at: span(first, 10, 1)), Diagnostic(.wrongType, "3", at: span(first, 2, 5)),
      Diagnostic(.wrongType, "2", at: span(first, 2, 3)),
      Diagnostic(.unknownParameter, "1", at: span(first, 2, 3)),
    ]
    #expect(bag(all).sorted.map(\.message) == ["1", "2", "3", "4", "6", "7", "8", "9"])
    #expect(map.files.map(\.path) == ["z.yaml", "a.yaml"])
    #expect(map[second].path == "a.yaml")
  }

  @Test func countsEachThingOnce() {
    let error = Diagnostic(.wrongType, "e", at: .none)
    let warning = Diagnostic(.unusedLayer, "w", at: .none)
    var one = bag([error, error, warning])
    #expect((one.errorCount, one.warningCount) == (1, 1))
    #expect(one.sorted.count == 2)
    one.append(bag([error, Diagnostic(.wrongType, "f", at: .none)]))
    #expect(one.errorCount == 2)
    #expect(one.hasErrors)
    #expect(!bag([warning]).hasErrors)
  }

  @Test func severityMayBeRaised() {
    var warning = Diagnostic(.unusedLayer, "w", at: .none)
    #expect(warning.severity == .warning)
    warning.severity = .error
    #expect(bag([warning]).hasErrors)
  }

  @Test func summaries() {
    let errors = (0..<3).map { Diagnostic(.wrongType, "\($0)", at: .none) }
    let warning = Diagnostic(.unusedLayer, "w", at: .none)
    #expect(bag([]).summary(of: ["a"]) == nil)
    #expect(
      bag(errors + [warning]).summary(of: ["specs/x.yaml"]) == "error: 3 errors, 1 warning in specs/x.yaml")
    #expect(bag([warning]).summary(of: ["a", "b"]) == "warning: 1 warning in 2 files")
    #expect(bag([errors[0]]).summary() == "error: 1 error")
  }
}
