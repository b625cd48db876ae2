import Diagnostics
import NetIR

/// Adds inputs of one shape.
package struct ElemwiseSum: LayerKind {
  package static let typeName = "ElemwiseSum"
  package static let summary = "Adds its inputs element by element; the shortcut of a residual network."
  package static let arity = Arity.atLeast(1)
  package static let parameters: [Parameter<Self>] = [
    Parameter("coeffs", \.coefficients, .numbers, default: "1", "one factor, or one per input"),
    Parameter(
      "cropping", \.cropping, .cropping, default: "null",
      "per axis null, `lower`, `center` or `upper`: cuts larger inputs to the smallest"),
    Parameter("nonlinearity", \.nonlinearity, .nonlinearity, default: "linear", "applied to the sum"),
  ]

  package var coefficients: [Float] = [1]
  package var cropping = Cropping()
  package var nonlinearity = Nonlinearity.linear

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    guard coefficients.count == 1 || coefficients.count == inputs.count else {
      throw ShapeProblem(
        .outOfRange, "\(coefficients.count) coefficients for the \(inputs.count) inputs of `\(context.name)`",
        at: "coeffs", help: ["one number for all, or one per input"])
    }
    let inputs = try cropping.cut(inputs, in: context)
    try checkEqual(inputs, "adds", in: context)
    try nonlinearity.check(inputs[0], in: context)
    return inputs[0]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    var factors = coefficients.count == 1 ? inputs.map { _ in coefficients[0] } : coefficients
    if factors.allSatisfy({ $0 == 1 }) { factors = [] }
    let sum = try lowering.add(
      .elementwise(ElementwiseAttributes(kind: .sum, coefficients: factors), .linear),
      try cropping.lower(inputs, into: &lowering))
    return try lowering.apply(nonlinearity, to: sum)
  }
}

/// Throws N0207 unless all shapes are equal.
///
/// - Parameter verb: what the layer does with them: "adds".
func checkEqual(_ inputs: [LayerShape], _ verb: String, in context: LayerContext) throws(ShapeProblem) {
  guard let index = inputs.firstIndex(where: { $0 != inputs[0] }) else { return }
  let input = inputs[index]
  var label = "\(inputs[0].count) and \(input.count) axes"
  var help: [String] = []
  if input.count == inputs[0].count, let axis = input.indices.first(where: { input[$0] != inputs[0][$0] }) {
    let sizes = [inputs[0][axis], input[axis]].map { $0.map(String.init) ?? "free" }
    label = "the \(axisName(axis, rank: input.count)) differ, \(sizes[0]) and \(sizes[1])"
    help =
      switch (axis, input.count) {
      case (1, 4): ["a Conv2D with `filter_size: 1` and `num_filters: \(sizes[0])` would make the channels equal"]
      case (1, 2): ["a Dense with `num_units: \(sizes[0])` would make the units equal"]
      case (2..., 4):
        [
          "`pad: same` keeps the size of a convolution at stride 1",
          "`cropping: [null, null, center, center]` cuts the larger one",
        ]
      default: []
      }
  }
  throw ShapeProblem(
    .mergeShapesDiffer, "`\(context.name)` \(verb) \(inputs[0].crossed) and \(input.crossed)", label: label,
    help: help, blaming: [0, index])
}
