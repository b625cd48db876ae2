import Diagnostics

/// A bias that a normalisation takes out again with the mean of its channel.
struct BiasBeforeNormLint: Lint {
  func findings(in subject: LintSubject) -> [Diagnostic] {
    subject.layers.indices.compactMap { index in
      let layer = subject.layers[index]
      let users = subject.users[index]
      // A bias per pixel is not the same in all of a channel, so the mean does not hold all of it.
      guard layer.kind.nonlinearity == .linear, let channels = layer.shape.channels,
        layer.weights.contains(where: { $0.suffix == "b" && !$0.isTied && $0.shape == [channels] }), !users.isEmpty,
        users.allSatisfy({ subtractsChannelMeans(subject.layers[$0].kind) }),
        !subject.network.outputs.contains(index)
      else { return nil }
      let norm = subject.layers[users[0]].name
      return subject.warning(
        .biasBeforeNorm, "the bias of `\(layer.name)` has no effect: `\(norm)` subtracts the mean", at: index, "b",
        notes: ["the normalisation's own `beta` does what a bias would"],
        help: [
          layer.kind is Bias
            ? "remove `\(layer.name)`" : "write `b: null`, or `batch_norm: true` in place of both layers"
        ])
    }
  }

  private func subtractsChannelMeans(_ kind: any LayerKind) -> Bool {
    switch kind {
    case let norm as BatchNorm: norm.axes == nil
    case let norm as InstanceNorm: norm.axes == .spatial
    default: false
    }
  }
}
