import Diagnostics
import NetIR

/// Pooling with a choice of what becomes of a window.
package struct Pool2D: LayerKind {
  package static let typeName = "Pool2D"
  package static let aliases = ["Pool2DDNN"]
  package static let summary = "The maximum, the average or the L2 norm of each window of each channel."
  package static let parameters: [Parameter<Self>] = [
    Parameter("pool_size", \.geometry.poolSize, .size, "height and width of the window"),
    Parameter("stride", \.geometry.stride, .sizeOrNull, default: "null", "step"),
    Parameter("pad", \.geometry.pad, .padding, default: "0", "padding"),
    Parameter(
      "mode", \.mode, .word, default: "max",
      "`average_exc_pad` divides by the pixels in the window, `average_inc_pad` by the window clipped to "
        + "the padded image, `l2` is √Σx²"),
    Parameter(
      "round", \.geometry.round, .word, default: "floor",
      "`ceil` is Caffe's: the last window may hang over the end, but never starts beyond the padded input"),
  ]

  package var geometry = PoolGeometry()
  package var mode = PoolMode.max

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    try geometry.shape(inputs[0], of: Self.typeName, in: context)
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    try lowering.add(.pool2D(geometry.attributes(mode)), inputs)
  }

  package func window(over input: LayerShape) -> Window? {
    Window(mode == .max ? .maxPool : .otherPool, size: geometry.poolSize, stride: geometry.step)
  }

  package func warnings(for inputs: [LayerShape], output: LayerShape, in context: LayerContext)
    -> [ShapeProblem]
  {
    geometry.warnings(inputs[0], output, of: Self.typeName, in: context)
  }
}
