import Diagnostics
import NetIR

/// Sets random units to zero in training (Srivastava et al. 2014); identity at inference.
package struct Dropout: LayerKind {
  package static let typeName = "Dropout"
  package static let summary =
    "Drops each unit with probability `p` in training and scales the rest by 1/(1 − p); identity at inference."
  package static let parameters: [Parameter<Self>] = [
    Parameter("p", \.probability, .probability, default: "0.5", "the probability of *dropping* a unit"),
    Parameter(
      "shared_axes", \.sharedAxes, .axisList, default: "[]", "axes along which one decision serves all units"),
  ]

  package var probability: Float = 0.5
  package var sharedAxes: [Int] = []

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    guard sharedAxes.allSatisfy({ $0 < inputs[0].count }) else {
      throw ShapeProblem(
        .badAxis, "`\(context.name)` shares axes \(sharedAxes) of the \(inputs[0].count) of its input",
        at: "shared_axes", help: ["axes count from 0, the batch"], blaming: [0])
    }
    return inputs[0]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    try lowering.add(.dropout(probability: probability, sharedAxes: sharedAxes), inputs)
  }
}
