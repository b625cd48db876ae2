import Diagnostics
import NetIR

/// The largest value of each window of a volume.
package struct MaxPool3D: LayerKind {
  package static let typeName = "MaxPool3D"
  package static let aliases = ["MaxPool3DDNN"]
  package static let summary = "The largest value of each window of each channel of a volume."
  package static let parameters: [Parameter<Self>] = [
    Parameter("pool_size", \.geometry.poolSize, .sizes(3), "depth, height and width of the window"),
    Parameter("stride", \.geometry.stride, .sizesOrNull(3), default: "null", "step"),
    Parameter("pad", \.geometry.pad, .padWidths(axes: 3), default: "0", "padding, which never wins"),
    Parameter(
      "round", \.geometry.round, .word, default: "floor",
      "`ceil` is Caffe's: the last window may hang over the end, but never starts beyond the padded input"),
  ]

  package var geometry = AxisPoolGeometry(axes: 3)

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let (_, sizes) = try channelsAndSizes(
      inputs[0], axes: 3, "channels×depth×height×width", of: Self.typeName, in: context)
    return inputs[0].prefix(2) + (try geometry.lengths(sizes, ["depth", "height", "width"], in: context))
  }

  /// The maximum over a box is the maximum over depth of the maxima over planes.
  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let input = lowering.shape(inputs[0])
    let slices = try lowering.reshaped(inputs[0], [input[0], input[1] * input[2], input[3], input[4]])
    let planes = try lowering.add(.pool2D(geometry.attributes(height: 1, width: 2)), [slices])
    let (height, width) = (lowering.shape(planes)[2], lowering.shape(planes)[3])
    let columns = try lowering.reshaped(planes, [input[0], input[1], input[2], height * width])
    let pooled = try lowering.add(.pool2D(geometry.attributes(height: 0, width: nil)), [columns])
    return try lowering.reshaped(pooled, [input[0], input[1], lowering.shape(pooled)[2], height, width])
  }

  package func warnings(for inputs: [LayerShape], output: LayerShape, in context: LayerContext) -> [ShapeProblem] {
    geometry.warnings(inputs[0].dropFirst(2).compactMap { $0 }, output.dropFirst(2).compactMap { $0 }, in: context)
  }
}
