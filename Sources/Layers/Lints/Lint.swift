import Diagnostics

/// A look at a network without errors, for what compiles and is rarely meant. Warnings that need no more than one
/// layer and its inputs are given by its kind (`LayerKind.warnings`).
protocol Lint: Sendable {
  func findings(in subject: LintSubject) -> [Diagnostic]
}

/// All of them, in no particular order: diagnostics are sorted by place.
enum Lints {
  private static let all: [any Lint] = [
    ReceptiveFieldLint(), CapacityLint(), FilterBeyondImageLint(), HugeDenseLint(), RepeatedNonlinearityLint(),
    DropoutAtOutputLint(), SoftmaxOfOneLint(), BiasBeforeNormLint(), ObjectiveLint(), ClassCountLint(),
  ]

  /// What they find; a line of a block that is used often speaks for its first use.
  static func findings(in subject: LintSubject) -> [Diagnostic] {
    struct Key: Hashable {
      var code: DiagnosticCode
      var place: Diagnostic.Place
    }
    var seen: Set<Key> = []
    return all.flatMap { $0.findings(in: subject) }.filter { finding in
      !subject.spec.silenced.contains(finding.code)
        && seen.insert(Key(code: finding.code, place: finding.place)).inserted
    }
  }
}
