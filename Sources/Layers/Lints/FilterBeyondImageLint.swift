import Diagnostics
import NetIR

/// A filter so large for its input that its edge only ever lies on padding: weights that nothing trains.
struct FilterBeyondImageLint: Lint {
  func findings(in subject: LintSubject) -> [Diagnostic] {
    subject.layers.indices.compactMap { index in
      let layer = subject.layers[index]
      guard let convolution = layer.kind as? Conv2D, let input = subject.input(of: index),
        let image = subject.layers[input].shape.spatial, let result = layer.shape.spatial
      else { return nil }
      let padding = convolution.padding(
        over: ImageShape(channels: 1, height: image.height, width: image.width))
      let isDead =
        hasDeadEdge(
          image.height, convolution.filterSize.height, convolution.stride.height, convolution.dilation.height,
          padding.top, result.height)
        || hasDeadEdge(
          image.width, convolution.filterSize.width, convolution.stride.width, convolution.dilation.width,
          padding.left, result.width)
      guard isDead else { return nil }
      let size = Size2D(image.height, image.width).crossed
      return subject.warning(
        .filterBeyondImage,
        "the edge of the \(convolution.filterSize.crossed) filters of `\(layer.name)` only ever sees padding",
        at: index, "filter_size", label: "the input is \(size)",
        notes: ["no position of the filter puts its outermost weights on a pixel, so they are never trained"],
        help: ["use a smaller filter, or pool less before it"])
    }
  }

  /// Whether the first or the last tap of n + padding lies on no pixel wherever the filter stands.
  private func hasDeadEdge(
    _ n: Int, _ k: Int, _ stride: Int, _ dilation: Int, _ before: Int, _ positions: Int
  ) -> Bool {
    // The first tap is furthest right at the last position, the last tap furthest left at the first one.
    (positions - 1) * stride - before < 0 || (k - 1) * dilation - before >= n
  }
}
