import Diagnostics
import NetIR

/// Convolution over sequences: batch, channels, length.
package struct Conv1D: LayerKind {
  package static let typeName = "Conv1D"
  package static let summary = "Slides `num_filters` filters over a sequence; the rule of Conv2D along one axis."
  package static let parameters: [Parameter<Self>] = [
    Parameter("num_filters", \.numFilters, .positive, "how many filters, the channels of the result"),
    Parameter("filter_size", \.geometry.filterSize, .sizes(1), "length of a filter"),
    Parameter("stride", \.geometry.stride, .sizes(1), default: "1", "step of the filter"),
    Parameter(
      "pad", \.geometry.pad, .padding(axes: 1), default: "0",
      "zeros at both ends; `[[before, after]]`; `same` keeps ceil(n/stride), `full` adds every overlap"),
    Parameter("dilation", \.geometry.dilation, .sizes(1), default: "1", "distance between the filter's taps"),
    Parameter("num_groups", \.numGroups, .positive, default: "1", "must divide channels and filters"),
    Parameter("W", \.weight, .weight, default: "glorot_uniform", "initialiser of the filters, or a layer"),
    Parameter("b", \.bias, .weightOrNone, default: "0", "initialiser of the biases, or a layer"),
    Parameter("nonlinearity", \.nonlinearity, .nonlinearity, default: "rectify", "applied to the result"),
    Parameter(
      "untie_biases", \.untieBiases, .bool, default: "false", "a bias for each place instead of each filter"),
    Parameter(
      "batch_norm", \.batchNorm, .bool, default: "false",
      "normalise before the nonlinearity: drops the bias, adds `<name>_bn` and `<name>_nonlin`"),
  ]

  package var numFilters = 1
  package var geometry = ConvolutionGeometry(axes: 1)
  package var numGroups = 1
  package var weight = WeightSource.initialiser(.glorotUniform(gain: 1))
  package var bias: WeightSource? = .initialiser(.constant(0))
  package var nonlinearity = Nonlinearity.rectify
  package var untieBiases = false
  package var batchNorm = false

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let (channels, sizes) = try channelsAndSizes(
      inputs[0], axes: 1, "channels×length", of: Self.typeName, in: context)
    try checkGroups(numGroups, channels: channels, filters: numFilters, in: context)
    return [inputs[0][0], numFilters] + (try geometry.lengths(sizes, in: context))
  }

  package func weights(for inputs: [LayerShape]) -> [WeightSpec] {
    var specs = [
      WeightSpec(
        "W", [numFilters, (inputs[0].channels ?? 0) / numGroups, geometry.filterSize[0]], weight, isRegularized: true)
    ]
    if let bias { specs.append(WeightSpec("b", biasShape(inputs), bias)) }
    return specs
  }

  private func biasShape(_ inputs: [LayerShape]) -> [Int] {
    guard untieBiases else { return [numFilters] }
    let output = try? shape(of: inputs, in: LayerContext(name: "", inputNames: [""]))
    return [numFilters] + (output ?? []).dropFirst(2).compactMap { $0 }
  }

  /// A sequence is an image of one row.
  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let input = lowering.shape(inputs[0])
    let filter = [numFilters, input[1] / numGroups, geometry.filterSize[0]]
    let padding = geometry.padding(over: [input[2]])[0]
    let attributes = ConvolutionAttributes(
      kernel: Size2D(1, geometry.filterSize[0]), stride: Size2D(1, geometry.stride[0]),
      dilation: Size2D(1, geometry.dilation[0]), padding: Padding2D(left: padding.before, right: padding.after),
      groups: numGroups)
    var operands = [
      try lowering.add(.reshape(shape: [input[0], input[1], 1, input[2]]), inputs),
      try lowering.reshaped(try lowering.weight("W", filter), [filter[0], filter[1], 1, filter[2]]),
    ]
    let hasBias = bias != nil && !untieBiases
    if hasBias { operands.append(try lowering.weight("b", [numFilters])) }
    var value = try lowering.add(.conv2D(attributes, Epilogue(bias: hasBias)), operands)
    let length = lowering.shape(value)[3]
    if bias != nil, untieBiases {
      value = try lowering.addMap(try lowering.weight("b", [numFilters, length]), to: value)
    }
    value = try lowering.apply(nonlinearity, to: value)
    return try lowering.reshaped(value, [input[0], numFilters, length])
  }

  package var batchNormalised: (layer: any LayerKind, nonlinearity: Nonlinearity)? {
    guard batchNorm else { return nil }
    var bare = self
    (bare.bias, bare.nonlinearity, bare.batchNorm) = (nil, .linear, false)
    return (bare, nonlinearity)
  }
}
