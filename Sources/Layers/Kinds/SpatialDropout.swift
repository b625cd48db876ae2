import Diagnostics
import NetIR

/// Drops whole channels in training (Tompson et al. 2015): Dropout with the axes behind the channels shared.
package struct SpatialDropout: LayerKind {
  package static let typeName = "SpatialDropout"
  package static let summary =
    "Drops whole channels with probability `p` in training and scales the rest by 1/(1 − p); identity at inference."
  package static let parameters: [Parameter<Self>] = [
    Parameter("p", \.probability, .probability, default: "0.5", "the probability of *dropping* a channel")
  ]

  package var probability: Float = 0.5

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    guard inputs[0].count > 2 else {
      throw ShapeProblem(
        .wrongRank,
        "SpatialDropout `\(context.name)` needs axes behind the channels, but `\(context.inputNames[0])` "
          + "gives \(inputs[0].crossed)", help: ["use Dropout"], blaming: [0])
    }
    return inputs[0]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let axes = Array(2..<lowering.shape(inputs[0]).count)
    return try lowering.add(.dropout(probability: probability, sharedAxes: axes), inputs)
  }
}
