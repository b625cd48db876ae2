import Diagnostics
import NetIR

/// The leaky rectifier with a random slope in training (Xu et al. 2015).
package struct RandomizedRectifier: LayerKind {
  package static let typeName = "RandomizedRectifier"
  package static let aliases = ["RReLU"]
  package static let summary =
    "x for x > 0, else x/a with a ~ U(lower, upper) for each element in training; at test the slope is "
    + "2/(lower + upper)."
  package static let parameters: [Parameter<Self>] = [
    Parameter("lower", \.smallest, .positive, default: "3", "smallest divisor"),
    Parameter("upper", \.largest, .positive, default: "8", "largest divisor"),
  ]

  package var smallest: Float = 3
  package var largest: Float = 8

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    guard smallest <= largest else {
      throw ShapeProblem(
        .outOfRange, "`lower` of `\(context.name)` is larger than its `upper`", at: "lower",
        label: "\(smallest) > \(largest)", help: ["the divisor is drawn from `lower` to `upper`"])
    }
    return inputs[0]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    try lowering.add(.randomizedRectify(lower: smallest, upper: largest), inputs)
  }
}
