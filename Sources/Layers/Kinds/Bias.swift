import Diagnostics
import NetIR

/// A learned shift.
package struct Bias: LayerKind {
  package static let typeName = "Bias"
  package static let summary = "Adds a learned number to each channel."
  package static let parameters: [Parameter<Self>] = [
    Parameter("b", \.values, .weight, default: "0", "initialiser of the biases, or a layer"),
    Parameter(
      "shared_axes", \.sharedAxes, .axes, default: "auto",
      "axes along which one number serves all; `auto`: all but the channels"),
  ]

  package var values = WeightSource.initialiser(.constant(0))
  /// nil is `auto`.
  package var sharedAxes: [Int]?

  package init() {}

  private var axes: ParameterAxes { ParameterAxes(shared: sharedAxes) }

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    try axes.check(inputs[0], at: "shared_axes", in: context)
    return inputs[0]
  }

  package func weights(for inputs: [LayerShape]) -> [WeightSpec] {
    [WeightSpec("b", axes.shape(inputs[0]), values)]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let values = try lowering.vector("b", axes, of: inputs[0])
    return try lowering.alongAxes(axes, of: inputs[0]) { (lowering, view) throws(GraphProblem) in
      let shape = lowering.shape(values)
      let ones = try lowering.add(.fill(value: 1, shape: shape), [])
      return try lowering.add(.scaleShift(.linear), [view, ones, values])
    }
  }
}
