import Diagnostics
import NetIR

/// The rectifier with a learned slope (He et al. 2015).
package struct ParametricRectifier: LayerKind {
  package static let typeName = "ParametricRectifier"
  package static let aliases = ["PReLU"]
  package static let summary = "max(x, 0) + alpha·min(x, 0) with a learned slope for each channel (He et al. 2015)."
  package static let parameters: [Parameter<Self>] = [
    Parameter("alpha", \.values, .weight, default: "0.25", "initialiser of the slopes, or a layer"),
    Parameter(
      "shared_axes", \.sharedAxes, .axes, default: "auto",
      "axes along which one number serves all; `auto`: all but the channels"),
  ]

  package var values = WeightSource.initialiser(.constant(0.25))
  /// nil is `auto`.
  package var sharedAxes: [Int]?

  package init() {}

  private var axes: ParameterAxes { ParameterAxes(shared: sharedAxes) }

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    try axes.check(inputs[0], at: "shared_axes", in: context)
    return inputs[0]
  }

  package func weights(for inputs: [LayerShape]) -> [WeightSpec] {
    [WeightSpec("alpha", axes.shape(inputs[0]), values)]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let values = try lowering.vector("alpha", axes, of: inputs[0])
    return try lowering.alongAxes(axes, of: inputs[0]) { (lowering, view) throws(GraphProblem) in
      try lowering.add(.parametricRectify, [view, values])
    }
  }
}
