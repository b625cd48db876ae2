import Diagnostics
import NetIR

/// Convolution of each channel on its own (Howard et al. 2017): Conv2D with as many groups as channels.
package struct DepthwiseConv2D: LayerKind {
  package static let typeName = "DepthwiseConv2D"
  package static let summary =
    "Slides `multiplier` filters over each channel alone: Conv2D with one group per channel."
  package static let parameters: [Parameter<Self>] = [
    Parameter("multiplier", \.multiplier, .positive, default: "1", "how many filters each channel gets"),
    Parameter("filter_size", \.convolution.filterSize, .size, "height and width of a filter"),
    Parameter("stride", \.convolution.stride, .size, default: "1", "step of the filter"),
    Parameter(
      "pad", \.convolution.pad, .convolutionPadding, default: "0",
      "zeros around the image; `same` keeps ceil(n/stride), `full` adds every overlap"),
    Parameter("dilation", \.convolution.dilation, .size, default: "1", "distance between the filter's taps"),
    Parameter(
      "W", \.convolution.weight, .weight, default: "glorot_uniform",
      "initialiser of the filters, (channels·multiplier, 1, height, width), or a layer"),
    Parameter("b", \.convolution.bias, .weightOrNone, default: "0", "initialiser of the biases, or a layer"),
    Parameter(
      "nonlinearity", \.convolution.nonlinearity, .nonlinearity, default: "rectify", "applied to the result"),
    Parameter(
      "batch_norm", \.convolution.batchNorm, .bool, default: "false",
      "normalise before the nonlinearity: drops the bias, adds `<name>_bn` and `<name>_nonlin`"),
  ]

  package var multiplier = 1
  package var convolution = Conv2D()

  package init() {}

  package var nonlinearity: Nonlinearity { convolution.nonlinearity }

  private func grouped(_ channels: Int) -> Conv2D {
    var result = convolution
    (result.numFilters, result.numGroups) = (channels * multiplier, channels)
    return result
  }

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let image = try ImageShape(inputs[0], of: Self.typeName, in: context)
    return try grouped(image.channels).shape(of: inputs, in: context)
  }

  package func weights(for inputs: [LayerShape]) -> [WeightSpec] {
    grouped(inputs[0].channels ?? 1).weights(for: inputs)
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    try grouped(lowering.shape(inputs[0])[1]).lower(inputs, into: &lowering)
  }

  package func window(over input: LayerShape) -> Window? { convolution.window(over: input) }

  package var batchNormalised: (layer: any LayerKind, nonlinearity: Nonlinearity)? {
    guard let (bare, nonlinearity) = convolution.batchNormalised, let bare = bare as? Conv2D else { return nil }
    var result = self
    result.convolution = bare
    return (result, nonlinearity)
  }

  package func warnings(for inputs: [LayerShape], output: LayerShape, in context: LayerContext) -> [ShapeProblem] {
    convolution.warnings(for: inputs, output: output, in: context)
  }
}
