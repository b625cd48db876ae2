import Diagnostics
import NetIR

/// One number per channel.
package struct GlobalPool: LayerKind {
  package static let typeName = "GlobalPool"
  package static let summary = "Pools the whole image to one number per channel (Lin et al. 2013)."
  package static let parameters: [Parameter<Self>] = [
    Parameter("mode", \.mode, .word, default: "mean", "`l2` is √Σx²")
  ]

  package var mode = GlobalPoolMode.mean

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let image = try ImageShape(inputs[0], of: Self.typeName, in: context)
    return [inputs[0][0], image.channels]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    try lowering.add(.globalPool(mode), inputs)
  }

  package func window(over input: LayerShape) -> Window? { Window(.everything, size: Size2D(1)) }
}
