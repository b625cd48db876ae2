import Diagnostics
import NetIR

/// Puts a constant around the image.
package struct Pad: LayerKind {
  package static let typeName = "Pad"
  package static let summary =
    "Puts `width` elements of `value` before and after each axis behind the batch axes."
  package static let parameters: [Parameter<Self>] = [
    Parameter("width", \.widths, .padWidths, "a number, or per axis a number or [before, after]"),
    Parameter("value", \.value, .any, default: "0", "what is put there"),
    Parameter("batch_ndim", \.batchAxes, .positive, default: "2", "how many leading axes stay as they are"),
  ]

  package var widths: [PadWidth] = []
  package var value: Float = 0
  package var batchAxes = 2

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let axes = inputs[0].count - batchAxes
    guard axes > 0 else {
      throw ShapeProblem(
        .badAxis, "`\(context.name)` has nothing to pad: \(inputs[0].full) has \(inputs[0].count) axes",
        at: "batch_ndim", help: ["use `batch_ndim: \(max(1, inputs[0].count - 1))`"], blaming: [0])
    }
    guard widths.count == 1 || widths.count == axes else {
      throw ShapeProblem(
        .badAxis, "\(widths.count) widths for the \(axes) axes that `\(context.name)` pads", at: "width",
        help: ["one width for all, or one per axis"], blaming: [0])
    }
    return inputs[0].enumerated().map { axis, size in
      guard axis >= batchAxes, let size else { return size }
      let width = width(axis - batchAxes)
      return size + width.before + width.after
    }
  }

  private func width(_ axis: Int) -> PadWidth { widths.count == 1 ? widths[0] : widths[axis] }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let axes = lowering.shape(inputs[0]).indices.map { axis in
      axis < batchAxes ? PadWidth(before: 0, after: 0) : width(axis - batchAxes)
    }
    let attributes = PadAttributes(before: axes.map(\.before), after: axes.map(\.after), value: value)
    return try lowering.add(.pad(attributes), inputs)
  }
}
