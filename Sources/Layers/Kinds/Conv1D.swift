import NetIR

/// Convolution over sequences: batch, channels, length.
package struct Conv1D: AxisConvolution {
  package static let typeName = "Conv1D"
  package static let summary = "Slides `num_filters` filters over a sequence; the rule of Conv2D along one axis."
  static let axisCount = 1
  static let words = (
    input: "channels×length", filter: "length", around: "at both ends, `[[before, after]]`", place: "place"
  )

  package var numFilters = 1
  package var geometry = ConvolutionGeometry(axes: 1)
  package var numGroups = 1
  package var weight = WeightSource.initialiser(.glorotUniform(gain: 1))
  package var bias: WeightSource? = .initialiser(.constant(0))
  package var nonlinearity = Nonlinearity.rectify
  package var untieBiases = false
  package var batchNorm = false

  package init() {}

  /// A sequence is an image of one row.
  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let input = lowering.shape(inputs[0])
    let filter = filterShape(channels: input[1])
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
}
