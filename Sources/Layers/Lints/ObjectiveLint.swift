import Diagnostics

/// An output whose range does not fit the loss, or the classes that the spec names.
struct ObjectiveLint: Lint {
  func findings(in subject: LintSubject) -> [Diagnostic] {
    subject.network.outputs.compactMap { finding(output: $0, in: subject) }
  }

  private func finding(output: Int, in subject: LintSubject) -> Diagnostic? {
    let index = subject.origin(of: output, past: LintSubject.isClear)
    let layer = subject.layers[index]
    let nonlinearity = layer.kind.nonlinearity
    let isRectifiedByDefault = nonlinearity == .rectify && !subject.isWritten("nonlinearity", of: index)
    guard let objective = subject.spec.objective else {
      guard !subject.spec.classes.isEmpty, isRectifiedByDefault else { return nil }
      return warning(
        "the classes are scored by `\(layer.name)`, which ends in rectify", index, nil, subject, nonlinearity,
        "write `nonlinearity: softmax`, or `sigmoid` if several classes may hold at once")
    }
    switch objective.name {
    case "categorical_crossentropy" where nonlinearity != .softmax:
      return warning(
        "categorical_crossentropy needs probabilities that sum to 1, and `\(layer.name)` ends in \(nonlinearity.name)",
        index, objective, subject, nonlinearity, "write `nonlinearity: softmax`")
    case "binary_crossentropy" where nonlinearity != .elementwise(.sigmoid):
      return warning(
        "binary_crossentropy needs a probability per unit, and `\(layer.name)` ends in \(nonlinearity.name)", index,
        objective, subject, nonlinearity,
        nonlinearity == .softmax
          ? "write `nonlinearity: sigmoid`, or use categorical_crossentropy" : "write `nonlinearity: sigmoid`")
    case "squared_error" where nonlinearity == .softmax:
      return warning(
        "a regression cannot reach its targets: `\(layer.name)` ends in softmax, which sums to 1", index, objective,
        subject, nonlinearity, "write `nonlinearity: null`")
    case "squared_error" where isRectifiedByDefault:
      return warning(
        "a regression cannot reach targets below 0: `\(layer.name)` ends in rectify", index, objective, subject,
        nonlinearity, "write `nonlinearity: null`, or `nonlinearity: rectify` if that is meant")
    default: return nil
    }
  }

  private func warning(
    _ message: String, _ index: Int, _ objective: WrittenObjective?, _ subject: LintSubject,
    _ nonlinearity: Nonlinearity, _ help: String
  ) -> Diagnostic {
    let layer = subject.layers[index]
    let isDefault = layer.kind.nonlinearity != .linear && !subject.isWritten("nonlinearity", of: index)
    return subject.warning(
      .objectiveMismatch, message, at: index, "nonlinearity",
      notes: isDefault ? ["\(nonlinearity.name) is the default of \(layer.typeName)"] : [],
      related: objective.map { [Diagnostic.Related(message: "the objective is chosen here", span: $0.span)] } ?? [],
      help: [help])
  }
}
