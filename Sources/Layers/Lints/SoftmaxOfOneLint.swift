import Diagnostics

/// Softmax over one number is 1, whatever the number.
struct SoftmaxOfOneLint: Lint {
  func findings(in subject: LintSubject) -> [Diagnostic] {
    subject.layers.indices.compactMap { index in
      let layer = subject.layers[index]
      guard layer.kind.nonlinearity == .softmax else { return nil }
      guard (layer.kind is Dense ? layer.shape.last ?? nil : layer.shape.channels) == 1 else { return nil }
      return subject.warning(
        .softmaxOfOne, "`\(layer.name)` is 1 for every input: softmax over a single unit", at: index, "nonlinearity",
        label: "1/(1) = 1", help: ["use `sigmoid` for one unit, or two units for two classes"])
    }
  }
}
