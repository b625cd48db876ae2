import Diagnostics
import NetIR

/// The largest value of each window of a sequence.
package struct MaxPool1D: LayerKind {
  package static let typeName = "MaxPool1D"
  package static let summary = "The largest value of each window of each channel of a sequence."
  package static let parameters: [Parameter<Self>] = [
    Parameter("pool_size", \.geometry.poolSize, .sizes(1), "length of the window"),
    Parameter("stride", \.geometry.stride, .sizesOrNull(1), default: "null", "step"),
    Parameter("pad", \.geometry.pad, .padWidths(axes: 1), default: "0", "padding, which never wins"),
    Parameter(
      "round", \.geometry.round, .word, default: "floor",
      "`ceil` is Caffe's: the last window may hang over the end, but never starts beyond the padded input"),
  ]

  package var geometry = AxisPoolGeometry(axes: 1)

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let (_, sizes) = try channelsAndSizes(
      inputs[0], axes: 1, "channels×length", of: Self.typeName, in: context)
    return inputs[0].prefix(2) + (try geometry.lengths(sizes, ["length"], in: context))
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let input = lowering.shape(inputs[0])
    let row = try lowering.reshaped(inputs[0], [input[0], input[1], 1, input[2]])
    let pooled = try lowering.add(.pool2D(geometry.attributes(height: nil, width: 0)), [row])
    return try lowering.reshaped(pooled, [input[0], input[1], lowering.shape(pooled)[3]])
  }

  package func warnings(for inputs: [LayerShape], output: LayerShape, in context: LayerContext) -> [ShapeProblem] {
    geometry.warnings(inputs[0].dropFirst(2).compactMap { $0 }, output.dropFirst(2).compactMap { $0 }, in: context)
  }
}
