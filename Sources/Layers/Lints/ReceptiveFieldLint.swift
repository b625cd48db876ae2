import Diagnostics

/// The last images see so little of the input that the layers behind them have to make up for it.
struct ReceptiveFieldLint: Lint {
  /// A dense layer puts the parts together, at the cost of learning each place anew: the keypoint network of the
  /// kfkd tutorial, with a sixth of the image, still works.
  private let leastBeforeDense = 10
  /// Behind a global pool nothing puts parts together any more. SqueezeNet 1.0 sees the least of the networks in
  /// `specs/` that end so: two thirds.
  private let leastBeforePool = 4

  func findings(in subject: LintSubject) -> [Diagnostic] {
    guard let image = subject.network.image else { return [] }
    return subject.layers.indices.compactMap { index in
      let layer = subject.layers[index]
      guard layer.kind is Dense || layer.kind is GlobalPool, let input = subject.input(of: index) else { return nil }
      let source = subject.origin(of: input, past: LintSubject.isClear)
      guard subject.layers[source].shape.spatial != nil, let field = subject.fields[source] else { return nil }
      let least = layer.kind is Dense ? leastBeforeDense : leastBeforePool
      let size = field.size
      // A dense layer on the image itself is a perceptron, and no convolution is to blame.
      guard size.height > 1 || size.width > 1, size.height.bounded(times: least) < image.height,
        size.width.bounded(times: least) < image.width
      else { return nil }
      let name = subject.layers[source].name
      return subject.warning(
        .receptiveField, "a unit of `\(name)` sees \(size.crossed) of the \(image.crossed) image", at: source,
        label: "all that `\(layer.name)` gets",
        notes: ["less than 1/\(least) of each side; `netc report` lists the field of every layer"],
        help: ["add convolutions or pooling, or use a stride or a dilation"])
    }
  }
}
