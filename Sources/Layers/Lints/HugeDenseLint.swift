import Diagnostics

/// A dense layer over a whole image with more weights than most networks have altogether.
struct HugeDenseLint: Lint {
  /// AlexNet's largest layer has 38 million, and is meant to be quiet; VGG's has 103, which its own successors gave up
  /// for a global pool (Lin et al. 2013, Szegedy et al. 2014, He et al. 2015).
  private let most = 50_000_000

  func findings(in subject: LintSubject) -> [Diagnostic] {
    subject.layers.indices.compactMap { index in
      let layer = subject.layers[index]
      guard layer.kind is Dense, let weight = layer.weights.first, weight.shape.elements > most,
        let input = subject.input(of: index)
      else { return nil }
      let source = subject.origin(of: input, past: LintSubject.isClear)
      let shape = subject.layers[source].shape
      guard let image = shape.spatial, image.height * image.width > 1, let channels = shape.channels,
        let units = weight.shape.first
      else { return nil }
      return subject.warning(
        .hugeDense, "`\(layer.name)` has \((weight.shape.elements + 500_000) / 1_000_000) million weights", at: index,
        "num_units",
        label: "\(shape.crossed) inputs for each unit",
        notes: ["behind a GlobalPool it would have \(channels) · \(units) = \(channels * units)"],
        help: ["put `- GlobalPool: {}` before it, or pool the image further"])
    }
  }
}
