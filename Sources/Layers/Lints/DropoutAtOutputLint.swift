import Diagnostics

/// Dropout between the last weights and the output: answers are deleted, and nothing learns to do without them.
struct DropoutAtOutputLint: Lint {
  func findings(in subject: LintSubject) -> [Diagnostic] {
    subject.network.outputs.compactMap { output in
      let index = subject.origin(of: output) { $0 is Flatten || $0 is Reshape || $0 is NonlinearityLayer }
      let layer = subject.layers[index]
      let probability = (layer.kind as? Dropout)?.probability ?? (layer.kind as? SpatialDropout)?.probability
      guard let probability, probability > 0 else { return nil }
      return subject.warning(
        .dropoutAtOutput, "`\(layer.name)` drops units of the output itself", at: index,
        label: output == index ? "an output" : "only `\(subject.layers[output].name)` follows",
        help: ["put it before the last layer with weights"])
    }
  }
}
