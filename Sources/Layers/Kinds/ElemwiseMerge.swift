import Diagnostics
import NetIR

/// Combines inputs of one shape element by element.
package struct ElemwiseMerge: LayerKind {
  package enum Operation: String, Sendable, CaseIterable {
    case mul, max, min, mean

    var kind: ElementwiseKind {
      switch self {
      case .mul: .mul
      case .max: .max
      case .min: .min
      case .mean: .mean
      }
    }

    var verb: String {
      switch self {
      case .mul: "multiplies"
      case .max: "takes the maximum of"
      case .min: "takes the minimum of"
      case .mean: "takes the mean of"
      }
    }
  }

  package static let typeName = "ElemwiseMerge"
  package static let summary = "Product, maximum, minimum or mean of its inputs, element by element."
  package static let arity = Arity.atLeast(1)
  package static let parameters: [Parameter<Self>] = [
    Parameter("operation", \.operation, .word, "what becomes of the elements of the same place"),
    Parameter(
      "cropping", \.cropping, .cropping, default: "null",
      "per axis null, `lower`, `center` or `upper`: cuts larger inputs to the smallest"),
    Parameter("nonlinearity", \.nonlinearity, .nonlinearity, default: "linear", "applied to the result"),
  ]

  package var operation = Operation.mul
  package var cropping = Cropping()
  package var nonlinearity = Nonlinearity.linear

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let inputs = try cropping.cut(inputs, in: context)
    try checkEqual(inputs, operation.verb, in: context)
    try nonlinearity.check(inputs[0], in: context)
    return inputs[0]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let merged = try lowering.add(
      .elementwise(ElementwiseAttributes(kind: operation.kind), .linear),
      try cropping.lower(inputs, into: &lowering))
    return try lowering.apply(nonlinearity, to: merged)
  }
}
