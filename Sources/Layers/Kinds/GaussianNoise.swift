import Diagnostics
import NetIR

/// Noise on every element in training.
package struct GaussianNoise: LayerKind {
  package static let typeName = "GaussianNoise"
  package static let summary = "Adds N(0, sigma²) to each element in training; identity at inference."
  package static let parameters: [Parameter<Self>] = [
    Parameter("sigma", \.sigma, .notNegative, default: "0.1", "standard deviation of the noise")
  ]

  package var sigma: Float = 0.1

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    inputs[0]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    try lowering.add(.gaussianNoise(sigma: sigma), inputs)
  }
}
