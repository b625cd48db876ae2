import Diagnostics
import NetIR

/// The channels, height and width of a 4-D layer shape.
package struct ImageShape: Sendable, Equatable {
  package var channels: Int
  package var height: Int
  package var width: Int

  package init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// Throws N0201 when the shape is no image.
  package init(_ shape: LayerShape, of type: String, in context: LayerContext) throws(ShapeProblem) {
    guard shape.count == 4, let channels = shape[1], let height = shape[2], let width = shape[3] else {
      let flat = shape.count == 2
      throw ShapeProblem(
        .wrongRank,
        "\(type) `\(context.name)` needs channels×height×width, but `\(context.inputNames[0])` gives "
          + shape.crossed,
        label: "needs an image",
        help: [
          flat
            ? "put it before the layer that flattens, or give the image its axes back with Reshape"
            : "an image has 4 axes with the batch: [null, channels, height, width]"
        ], blaming: [0])
    }
    self.init(channels: channels, height: height, width: width)
  }

  /// `28×28`.
  package var crossed: String { "\(height)×\(width)" }
}

/// A warning for each axis at whose end some rows are never seen by a window (W0201).
func unseenRows(
  _ image: ImageShape, _ output: LayerShape, window: Size2D, stride: Size2D, padding: Padding2D,
  parameter: String, context: LayerContext
) -> [ShapeProblem] {
  guard let result = output.spatial else { return [] }
  // Padding counts as seen: only pixels of the image can get lost.
  let rows =
    ShapeArithmetic.unseen(
      input: image.height, size: window.height, stride: stride.height, pad: padding.top, output: result.height
    )
  let columns =
    ShapeArithmetic.unseen(
      input: image.width, size: window.width, stride: stride.width, pad: padding.left, output: result.width)
  // A stride above the window skips pixels everywhere, and is meant to.
  guard rows > 0 || columns > 0, stride.height <= window.height, stride.width <= window.width else { return [] }
  let lost = [
    rows > 0 ? "the last \(rows == 1 ? "row" : "\(rows) rows")" : nil,
    columns > 0 ? "the last \(columns == 1 ? "column" : "\(columns) columns")" : nil,
  ].compactMap { $0 }.joined(separator: " and ")
  return [
    ShapeProblem(
      .droppedRows, "`\(context.name)` never sees \(lost) of its \(image.crossed) input", at: parameter,
      label: "\(window.crossed) at stride \(stride.short) leaves a rest",
      notes: ["\(image.crossed) → \(result.height)×\(result.width)"], blaming: [0])
  ]
}

/// `(input + padding − filter)/stride + 1 = (5 + 0 − 7)/1 + 1 = −1`, with the rounding where a stride needs it.
func lengthNote(
  window: String, input: Int, padding: Int, size: Int, stride: Int, rounding: Rounding = .floor, _ length: Int
) -> String {
  func quotient(_ difference: String, _ divisor: String) -> String {
    stride == 1 ? "(\(difference))/\(divisor)" : "\(rounding.rawValue)((\(difference))/\(divisor))"
  }
  let formula = quotient("input + padding − \(window)", "stride")
  let figures = quotient("\(input) + \(padding) − \(size)", "\(stride)")
  return "\(formula) + 1 = \(figures) + 1 = \(length < 0 ? "−" : "")\(length.magnitude)"
}
