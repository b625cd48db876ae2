import NetIR

/// Convolution over volumes: batch, channels, depth, height, width.
package struct Conv3D: AxisConvolution {
  package static let typeName = "Conv3D"
  package static let aliases = ["Conv3DDNN"]
  package static let summary = "Slides `num_filters` filters over a volume; the rule of Conv2D along three axes."
  static let axisCount = 3
  static let words = (
    input: "channels×depth×height×width", filter: "depth, height and width", around: "around the volume", place: "voxel"
  )

  package var numFilters = 1
  package var geometry = ConvolutionGeometry(axes: 3)
  package var numGroups = 1
  package var weight = WeightSource.initialiser(.glorotUniform(gain: 1))
  package var bias: WeightSource? = .initialiser(.constant(0))
  package var nonlinearity = Nonlinearity.rectify
  package var untieBiases = false
  package var batchNorm = false

  package init() {}

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
    let filter = filterShape(channels: input[1])
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
}
