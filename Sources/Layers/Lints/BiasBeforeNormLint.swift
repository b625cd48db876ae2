import Diagnostics

/// A bias that a batch normalisation takes out again with the mean.
struct BiasBeforeNormLint: Lint {
  func findings(in subject: LintSubject) -> [Diagnostic] {
    subject.layers.indices.compactMap { index in
      let layer = subject.layers[index]
      let users = subject.users[index]
      guard layer.kind is Conv2D || layer.kind is Dense, layer.kind.nonlinearity == .linear,
        layer.weights.contains(where: { $0.suffix == "b" && !$0.isTied }), !users.isEmpty,
        users.allSatisfy({ subject.layers[$0].kind is BatchNorm }), !subject.network.outputs.contains(index)
      else { return nil }
      // A bias per pixel is not the same in all of a channel, so the mean does not hold all of it.
      if (layer.kind as? Conv2D)?.untieBiases == true { return nil }
      let norm = subject.layers[users[0]].name
      return subject.warning(
        .biasBeforeNorm, "the bias of `\(layer.name)` has no effect: `\(norm)` subtracts the mean", at: index, "b",
        notes: ["the normalisation's own `beta` does what a bias would"],
        help: ["write `b: null`, or `batch_norm: true` in place of both layers"])
    }
  }
}
