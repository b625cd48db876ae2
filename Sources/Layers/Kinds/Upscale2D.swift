import Diagnostics
import NetIR

/// Enlarges images by whole factors.
package struct Upscale2D: LayerKind {
  package enum Mode: String, Sendable, CaseIterable {
    /// Each pixel becomes a block of equal pixels.
    case `repeat`
    /// Each pixel becomes the upper left one of a block of zeros.
    case dilate
    /// Interpolation between pixel centres, edges repeated.
    case bilinear
  }

  package static let typeName = "Upscale2D"
  package static let summary = "Enlarges the image by whole factors."
  package static let parameters: [Parameter<Self>] = [
    Parameter("scale_factor", \.scale, .size, "factors of height and width"),
    Parameter(
      "mode", \.mode, .word, default: "repeat",
      "`repeat` copies each pixel, `dilate` puts zeros between them, `bilinear` interpolates between pixel centres "
        + "(as PyTorch with align_corners=False)"),
  ]

  package var scale = Size2D(1)
  package var mode = Mode.repeat

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let image = try ImageShape(inputs[0], of: Self.typeName, in: context)
    let height = try SizeLimit.product(image.height, scale.height, in: context)
    return [inputs[0][0], image.channels, height, try SizeLimit.product(image.width, scale.width, in: context)]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    guard scale != Size2D(1) else { return inputs[0] }
    let (n, c, h, w) = { ($0[0], $0[1], $0[2], $0[3]) }(lowering.shape(inputs[0]))
    let result = [n, c, h * scale.height, w * scale.width]
    switch mode {
    case .bilinear: return try lowering.add(.upscaleBilinear(scale), inputs)
    case .repeat:
      let blocks = Rearrangement(
        starts: [0, 0, 0, 0],
        axes: [
          .init(0, count: n), .init(1, count: c), .init(2, count: h), .init(nil, count: scale.height),
          .init(3, count: w), .init(nil, count: scale.width),
        ])
      return try lowering.reshaped(try lowering.add(.rearrange(blocks), inputs), result)
    case .dilate:
      let apart = try lowering.reshaped(inputs[0], [n, c, h, 1, w, 1])
      let zeros = PadAttributes(
        before: [0, 0, 0, 0, 0, 0], after: [0, 0, 0, scale.height - 1, 0, scale.width - 1], value: 0)
      return try lowering.reshaped(try lowering.add(.pad(zeros), [apart]), result)
    }
  }

  package func window(over input: LayerShape) -> Window? {
    let size = mode == .bilinear ? Size2D(2 * scale.height, 2 * scale.width) : scale
    return Window(.transposed, size: size, stride: scale)
  }
}
