import Diagnostics
import NetIR

/// The largest value of each window.
package struct MaxPool2D: LayerKind {
  package static let typeName = "MaxPool2D"
  package static let aliases = ["MaxPool2DDNN"]
  package static let summary = "The largest value of each window of each channel."
  package static let parameters: [Parameter<Self>] = [
    Parameter("pool_size", \.geometry.poolSize, .size, "height and width of the window"),
    Parameter("stride", \.geometry.stride, .sizeOrNull, default: "null", "step"),
    Parameter("pad", \.geometry.pad, .padding, default: "0", "padding, which never wins"),
    Parameter(
      "round", \.geometry.round, .word, default: "floor",
      "`ceil` is Caffe's: the last window may hang over the end, but never starts beyond the padded input"),
  ]

  package var geometry = PoolGeometry()

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    try geometry.shape(inputs[0], of: Self.typeName, in: context)
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    try lowering.add(.pool2D(geometry.attributes(.max)), inputs)
  }

  package func window(over input: LayerShape) -> Window? {
    Window(.maxPool, size: geometry.poolSize, stride: geometry.step)
  }

  package func warnings(for inputs: [LayerShape], output: LayerShape, in context: LayerContext)
    -> [ShapeProblem]
  {
    geometry.warnings(inputs[0], output, of: Self.typeName, in: context)
  }
}
