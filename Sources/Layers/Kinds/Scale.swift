import Diagnostics
import NetIR

/// A learned factor.
package struct Scale: LayerKind {
  package static let typeName = "Scale"
  package static let summary = "Multiplies each channel by a learned number."
  package static let parameters: [Parameter<Self>] = [
    Parameter("scales", \.values, .weight, default: "1", "initialiser of the factors, or a layer"),
    Parameter(
      "shared_axes", \.sharedAxes, .axes, default: "auto",
      "axes along which one number serves all; `auto`: all but the channels"),
  ]

  package var values = WeightSource.initialiser(.constant(1))
  /// nil is `auto`.
  package var sharedAxes: [Int]?

  package init() {}

  private var axes: ParameterAxes { ParameterAxes(shared: sharedAxes) }

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    try axes.check(inputs[0], at: "shared_axes", in: context)
    return inputs[0]
  }

  package func weights(for inputs: [LayerShape]) -> [WeightSpec] {
    [WeightSpec("scales", axes.shape(inputs[0]), values)]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let values = try lowering.vector("scales", axes, of: inputs[0])
    return try lowering.alongAxes(axes, of: inputs[0]) { (lowering, view) throws(GraphProblem) in
      let shape = lowering.shape(values)
      let zeros = try lowering.add(.fill(value: 0, shape: shape), [])
      return try lowering.add(.scaleShift(.linear), [view, values, zeros])
    }
  }
}
