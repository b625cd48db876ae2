import Diagnostics
import NetIR

/// Joins the trailing axes.
package struct Flatten: LayerKind {
  package static let typeName = "Flatten"
  package static let summary = "Joins the last axes in C order until `outdim` are left."
  package static let parameters: [Parameter<Self>] = [
    Parameter("outdim", \.axes, .positive, default: "2", "how many axes the result has, the batch included")
  ]

  package var axes = 2

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    guard axes <= inputs[0].count else {
      throw ShapeProblem(
        .wrongRank,
        "`\(context.name)` cannot make \(axes) axes of the \(inputs[0].count) of \(inputs[0].full)",
        at: "outdim", help: ["use `outdim: \(inputs[0].count)` or less"], blaming: [0])
    }
    let tail = inputs[0].dropFirst(axes - 1)
    return Array(inputs[0].prefix(axes - 1))
      + [tail.contains(nil) && tail.count > 0 ? nil : Array(tail).elements(after: 0)]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let shape = lowering.shape(inputs[0])
    let flat = Array(shape.prefix(axes - 1)) + [shape.dropFirst(axes - 1).reduce(1, *)]
    return flat == shape ? inputs[0] : try lowering.add(.reshape(shape: flat), inputs)
  }
}
