import Diagnostics
import NetIR

/// Joins inputs along one axis.
package struct Concat: LayerKind {
  package static let typeName = "Concat"
  package static let summary = "Joins its inputs along an axis, the channels unless said."
  package static let arity = Arity.atLeast(1)
  package static let parameters: [Parameter<Self>] = [
    Parameter("axis", \.axis, .any, default: "1", "0 is the batch; negative counts from the end"),
    Parameter(
      "cropping", \.cropping, .cropping, default: "null",
      "per axis null, `lower`, `center` or `upper`: cuts larger inputs to the smallest along the other axes"),
  ]

  package var axis = 1
  package var cropping = Cropping()

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    var result = inputs[0]
    let along = axis < 0 ? result.count + axis : axis
    guard result.indices.contains(along) else {
      throw ShapeProblem(
        .badAxis, "`\(context.name)` joins along axis \(axis) of \(result.count)", at: "axis", blaming: [0])
    }
    let inputs = try cropping.cut(inputs, except: along, in: context)
    result = inputs[0]
    for (index, input) in inputs.enumerated().dropFirst() {
      guard input.count == result.count else {
        throw differs(inputs, index, "\(result.count) and \(input.count) axes", along, context)
      }
      for other in input.indices where other != along && input[other] != result[other] {
        throw differs(inputs, index, axisName(other, rank: input.count), along, context)
      }
      guard let size = result[along], let more = input[along] else {
        throw ShapeProblem(
          .unknownDimension, "`\(context.name)` joins along the free batch", at: "axis",
          help: ["give the inputs a fixed batch"])
      }
      result[along] = size + more
    }
    return result
  }

  private func differs(
    _ inputs: [LayerShape], _ index: Int, _ what: String, _ along: Int, _ context: LayerContext
  ) -> ShapeProblem {
    var help = ["all sizes except those of axis \(along) have to be equal"]
    if along == 1, inputs[0].count == 4, inputs[index].count == 4 {
      help.append("`cropping: [null, null, center, center]` cuts larger images to the smallest")
    }
    return ShapeProblem(
      .concatShapesDiffer,
      "`\(context.name)` joins \(inputs[0].crossed) and \(inputs[index].crossed)",
      label: "the inputs differ: \(what)", help: help, blaming: [0, index])
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let along = axis < 0 ? lowering.shape(inputs[0]).count + axis : axis
    let operands = try cropping.lower(inputs, except: along, into: &lowering)
    return try lowering.add(.concat(axis: along), operands)
  }
}

/// "heights", "channels"…, for messages that compare two shapes.
func axisName(_ axis: Int, rank: Int) -> String {
  if axis == 0 { return "batches" }
  if axis == 1 { return rank == 2 ? "units" : "channels" }
  if rank == 4 { return axis == 2 ? "heights" : "widths" }
  return "sizes of axis \(axis)"
}
