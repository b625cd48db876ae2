import Diagnostics
import NetIR

/// Local response normalisation (Krizhevsky et al. 2012).
package struct LRN: LayerKind {
  package static let typeName = "LRN"
  package static let aliases = ["LocalResponseNormalization2D", "LocalResponseNormalization2DLayer"]
  package static let summary = "x / (k + α·Σx²)^β over `n` neighbouring channels."
  package static let parameters: [Parameter<Self>] = [
    Parameter("n", \.size, .odd, default: "5", "how many channels, the own one in the middle"),
    Parameter("alpha", \.alpha, .any, default: "1.0e-4", "weight of the sum of squares"),
    Parameter("beta", \.beta, .any, default: "0.75", "exponent"),
    Parameter("k", \.k, .any, default: "2", "keeps the quotient finite"),
    Parameter("alpha_over_n", \.alphaOverN, .bool, default: "false", "true is Caffe's: α/n instead of α"),
  ]

  package var size = 5
  package var alpha: Float = 1e-4
  package var beta: Float = 0.75
  package var k: Float = 2
  package var alphaOverN = false

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    _ = try ImageShape(inputs[0], of: Self.typeName, in: context)
    return inputs[0]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let attributes = LRNAttributes(
      size: size, alpha: alphaOverN ? alpha / Float(size) : alpha, beta: beta, k: k)
    return try lowering.add(.lrn(attributes), inputs)
  }
}
