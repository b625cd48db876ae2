import Diagnostics
import NetIR

/// A nonlinearity as a layer of its own.
package struct NonlinearityLayer: LayerKind {
  package static let typeName = "Nonlinearity"
  package static let summary = "Applies a nonlinearity to each element, or softmax over the channels."
  package static let parameters: [Parameter<Self>] = [
    Parameter("nonlinearity", \.nonlinearity, .nonlinearity, default: "rectify", "the function")
  ]

  package var nonlinearity = Nonlinearity.rectify

  package init() {}

  package init(_ nonlinearity: Nonlinearity) { self.nonlinearity = nonlinearity }

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    try nonlinearity.check(inputs[0], in: context)
    return inputs[0]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    try lowering.apply(nonlinearity, to: inputs[0])
  }
}
