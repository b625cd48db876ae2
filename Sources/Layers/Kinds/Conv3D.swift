import Diagnostics
import NetIR

/// Convolution over volumes: batch, channels, depth, height, width.
package struct Conv3D: LayerKind {
  package static let typeName = "Conv3D"
  package static let aliases = ["Conv3DDNN"]
  package static let summary = "Slides `num_filters` filters over a volume; the rule of Conv2D along three axes."
  package static let parameters: [Parameter<Self>] = [
    Parameter("num_filters", \.numFilters, .positive, "how many filters, the channels of the result"),
    Parameter("filter_size", \.geometry.filterSize, .sizes(3), "depth, height and width of a filter"),
    Parameter("stride", \.geometry.stride, .sizes(3), default: "1", "step of the filter"),
    Parameter(
      "pad", \.geometry.pad, .padding(axes: 3), default: "0",
      "zeros around the volume; `same` keeps ceil(n/stride), `full` adds every overlap"),
    Parameter("dilation", \.geometry.dilation, .sizes(3), default: "1", "distance between the filter's taps"),
    Parameter("num_groups", \.numGroups, .positive, default: "1", "must divide channels and filters"),
    Parameter("W", \.weight, .weight, default: "glorot_uniform", "initialiser of the filters, or a layer"),
    Parameter("b", \.bias, .weightOrNone, default: "0", "initialiser of the biases, or a layer"),
    Parameter("nonlinearity", \.nonlinearity, .nonlinearity, default: "rectify", "applied to the result"),
    Parameter(
      "untie_biases", \.untieBiases, .bool, default: "false", "a bias for each voxel instead of each filter"),
    Parameter(
      "batch_norm", \.batchNorm, .bool, default: "false",
      "normalise before the nonlinearity: drops the bias, adds `<name>_bn` and `<name>_nonlin`"),
  ]

  package var numFilters = 1
  package var geometry = ConvolutionGeometry(axes: 3)
  package var numGroups = 1
  package var weight = WeightSource.initialiser(.glorotUniform(gain: 1))
  package var bias: WeightSource? = .initialiser(.constant(0))
  package var nonlinearity = Nonlinearity.rectify
  package var untieBiases = false
  package var batchNorm = false

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let (channels, sizes) = try channelsAndSizes(
      inputs[0], axes: 3, "channels×depth×height×width", of: Self.typeName, in: context)
    try checkGroups(numGroups, channels: channels, filters: numFilters, in: context)
    return [inputs[0][0], numFilters] + (try geometry.lengths(sizes, in: context))
  }

  package func weights(for inputs: [LayerShape]) -> [WeightSpec] {
    let filter = [numFilters, (inputs[0].channels ?? 0) / numGroups] + geometry.filterSize
    var specs = [WeightSpec("W", filter, weight, isRegularized: true)]
    if let bias { specs.append(WeightSpec("b", biasShape(inputs), bias)) }
    return specs
  }

  private func biasShape(_ inputs: [LayerShape]) -> [Int] {
    guard untieBiases else { return [numFilters] }
    let output = try? shape(of: inputs, in: LayerContext(name: "", inputNames: [""]))
    return [numFilters] + (output ?? []).dropFirst(2).compactMap { $0 }
  }

  /// Each slice of the result is a convolution of images whose channels are those of all slices under the filter:
  /// (N, C, D, H, W) is gathered to (N·D′, C·kd, H, W).
  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let input = lowering.shape(inputs[0])
    let (kernel, stride, dilation) = (geometry.filterSize, geometry.stride, geometry.dilation)
    let padding = geometry.padding(over: Array(input[2...]))
    let depth = ShapeArithmetic.convolution(
      input: input[2], size: kernel[0], stride: stride[0], dilation: dilation[0], pad: padding[0].total)
    var volume = inputs[0]
    if padding[0].total > 0 {
      let widths = PadAttributes(
        before: [0, 0, padding[0].before, 0, 0], after: [0, 0, padding[0].after, 0, 0], value: 0)
      volume = try lowering.add(.pad(widths), [volume])
    }
    let slices = Rearrangement(
      starts: [0, 0, 0, 0, 0],
      axes: [
        .init(0, count: input[0]), .init(2, count: depth, step: stride[0]), .init(1, count: input[1]),
        .init(2, count: kernel[0], step: dilation[0]), .init(3, count: input[3]), .init(4, count: input[4]),
      ])
    let gathered = try lowering.add(.rearrange(slices), [volume])
    let attributes = ConvolutionAttributes(
      kernel: Size2D(kernel[1], kernel[2]), stride: Size2D(stride[1], stride[2]),
      dilation: Size2D(dilation[1], dilation[2]),
      padding: Padding2D(
        top: padding[1].before, bottom: padding[1].after, left: padding[2].before, right: padding[2].after),
      groups: numGroups)
    let filter = [numFilters, input[1] / numGroups] + kernel
    var operands = [
      try lowering.reshaped(gathered, [input[0] * depth, input[1] * kernel[0], input[3], input[4]]),
      try lowering.reshaped(
        try lowering.weight("W", filter), [filter[0], filter[1] * filter[2], filter[3], filter[4]]),
    ]
    let hasBias = bias != nil && !untieBiases
    if hasBias { operands.append(try lowering.weight("b", [numFilters])) }
    var value = try lowering.add(.conv2D(attributes, Epilogue(bias: hasBias)), operands)
    if hasBias || bias == nil { value = try lowering.apply(nonlinearity, to: value) }
    let image = lowering.shape(value).suffix(2)
    let apart = [input[0], depth, numFilters] + image
    value = try lowering.reshaped(value, apart)
    value = try lowering.add(.rearrange(.transpose(apart, [0, 2, 1, 3, 4])), [value])
    guard bias != nil, untieBiases else { return value }
    value = try lowering.addMap(try lowering.weight("b", [numFilters, depth] + image), to: value)
    return try lowering.apply(nonlinearity, to: value)
  }

  package var batchNormalised: (layer: any LayerKind, nonlinearity: Nonlinearity)? {
    guard batchNorm else { return nil }
    var bare = self
    (bare.bias, bare.nonlinearity, bare.batchNorm) = (nil, .linear, false)
    return (bare, nonlinearity)
  }
}
