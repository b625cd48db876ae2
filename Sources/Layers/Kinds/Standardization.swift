import Diagnostics
import NetIR

/// Standardises each example on its own, without learned parameters.
package struct Standardization: LayerKind {
  package static let typeName = "Standardization"
  package static let summary = "(x − mean)/√(variance + epsilon) over axes of each example; nothing is learned."
  package static let parameters: [Parameter<Self>] = [
    Parameter(
      "axes", \.axes, .standardizedAxes, default: "auto",
      "`spatial`: all behind the channels; `features`: all behind the batch; `auto`: `spatial` for images"),
    Parameter("epsilon", \.epsilon, .positive, default: "1.0e-4", "added to the variance"),
  ]

  package var axes = StandardizedAxes.auto
  package var epsilon: Float = 1e-4

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    try axes.check(inputs[0], in: context)
    return inputs[0]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    try lowering.standardized(inputs[0], axes, epsilon: epsilon)
  }
}
