import Diagnostics
import NetIR

/// Local response normalisation (Krizhevsky et al. 2012).
package struct LRN: LayerKind {
  package static let typeName = "LRN"
  package static let aliases = ["LocalResponseNormalization2D", "LocalResponseNormalization2DLayer"]
  package static let summary = "x / (k + α·Σx²)^β over `n` neighbouring channels, or n×n pixels of one channel."
  package static let parameters: [Parameter<Self>] = [
    Parameter("n", \.size, .odd, default: "5", "how many channels, the own one in the middle"),
    Parameter("alpha", \.alpha, .any, default: "1.0e-4", "weight of the sum of squares"),
    Parameter("beta", \.beta, .any, default: "0.75", "exponent"),
    Parameter("k", \.k, .any, default: "2", "keeps the quotient finite"),
    Parameter(
      "alpha_over_n", \.alphaOverN, .bool, default: "false",
      "true is Caffe's: α/n instead of α, and α/n² within a channel"),
    Parameter(
      "region", \.region, .word, default: "across_channels",
      "`within_channel`: the sum runs over the n×n pixels around the own one, zeros beyond the image"),
  ]

  /// Where the neighbours are.
  package enum Region: String, Sendable, CaseIterable {
    case acrossChannels = "across_channels"
    case withinChannel = "within_channel"
  }

  package var size = 5
  package var alpha: Float = 1e-4
  package var beta: Float = 0.75
  package var k: Float = 2
  package var alphaOverN = false
  package var region = Region.acrossChannels

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    _ = try ImageShape(inputs[0], of: Self.typeName, in: context)
    return inputs[0]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let count = region == .acrossChannels ? size : size * size
    let attributes = LRNAttributes(size: count, alpha: alphaOverN ? alpha / Float(count) : alpha, beta: beta, k: k)
    guard region == .withinChannel else { return try lowering.add(.lrn(attributes), inputs) }
    return try withinChannel(inputs[0], attributes, into: &lowering)
  }

  /// The pixels under the window become channels, (N, C, H, W) → (N·C, n², H, W): the one in the middle sees all of them.
  private func withinChannel(
    _ x: ValueID, _ attributes: LRNAttributes, into lowering: inout Lowering
  ) throws(GraphProblem) -> ValueID {
    let shape = lowering.shape(x)
    let edge = [0, 0, size / 2, size / 2]
    let padded = try lowering.add(.pad(PadAttributes(before: edge, after: edge, value: 0)), [x])
    let windows = Rearrangement(
      starts: [0, 0, 0, 0],
      axes: [
        .init(0, count: shape[0]), .init(1, count: shape[1]), .init(2, count: size), .init(3, count: size),
        .init(2, count: shape[2]), .init(3, count: shape[3]),
      ])
    let gathered = [shape[0] * shape[1], size * size, shape[2], shape[3]]
    let neighbours = try lowering.reshaped(try lowering.add(.rearrange(windows), [padded]), gathered)
    let scaled = try lowering.add(.lrn(attributes), [neighbours])
    let middle = Rearrangement.slice(gathered, axis: 1, start: size * size / 2, count: 1)
    return try lowering.reshaped(try lowering.add(.rearrange(middle), [scaled]), shape)
  }
}
