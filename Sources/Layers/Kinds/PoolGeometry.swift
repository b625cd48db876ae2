import Diagnostics
import NetIR

/// Which windows a pooling layer has: what MaxPool2D and Pool2D share.
package enum Rounding: String, Sendable, CaseIterable {
  /// A window that does not fit is dropped.
  case floor
  /// Caffe's: the last window may hang over the end.
  case ceil
}

package struct PoolGeometry: Sendable, Equatable {
  package var poolSize = Size2D(1)
  /// nil: the size of the window.
  package var stride: Size2D?
  package var pad = Padding2D.none
  package var round = Rounding.floor

  package var step: Size2D { stride ?? poolSize }

  func shape(_ input: LayerShape, of type: String, in context: LayerContext) throws(ShapeProblem)
    -> LayerShape
  {
    let image = try ImageShape(input, of: type, in: context)
    if max(pad.top, pad.bottom) >= poolSize.height || max(pad.left, pad.right) >= poolSize.width {
      throw ShapeProblem(
        .padTooLarge,
        "padding \(pad.described) of `\(context.name)` is not smaller than its \(poolSize.crossed) window",
        at: "pad", label: "some windows would see padding alone",
        help: ["use `pad: \(max(0, min(poolSize.height, poolSize.width) / 2))`"])
    }
    let height = try axis(
      "height", image, image.height, poolSize.height, step.height, pad.top, pad.bottom, context)
    let width = try axis(
      "width", image, image.width, poolSize.width, step.width, pad.left, pad.right, context)
    return [input[0], image.channels, height, width]
  }

  private func axis(
    _ name: String, _ image: ImageShape, _ n: Int, _ k: Int, _ s: Int, _ before: Int, _ after: Int,
    _ context: LayerContext
  ) throws(ShapeProblem) -> Int {
    try poolingLength(
      name, input: n, window: k, stride: s, pad: PadWidth(before: before, after: after), round,
      windowText: poolSize.crossed, inputText: image.crossed, in: context)
  }

  func attributes(_ mode: PoolMode) -> PoolAttributes {
    PoolAttributes(window: poolSize, stride: step, padding: pad, ceil: round == .ceil, mode: mode)
  }

  func warnings(_ input: LayerShape, _ output: LayerShape, of type: String, in context: LayerContext)
    -> [ShapeProblem]
  {
    guard let image = try? ImageShape(input, of: type, in: context) else { return [] }
    var found = unseenRows(
      image, output, window: poolSize, stride: step, padding: pad,
      parameter: context.written.contains("stride") ? "stride" : "pool_size", context: context)
    if round == .floor {
      for index in found.indices {
        found[index].help = ["`round: ceil` lets the last window hang over the end"]
      }
    }
    return found
  }
}

/// The result's size along one axis, or why there is none.
func poolingLength(
  _ axis: String, input n: Int, window k: Int, stride s: Int, pad: PadWidth, _ round: Rounding, windowText: String,
  inputText: String, in context: LayerContext
) throws(ShapeProblem) -> Int {
  let length = ShapeArithmetic.pooling(
    input: n, size: k, stride: s, padBefore: pad.before, padAfter: pad.after, ceil: round == .ceil)
  guard length < 1 else { return length }
  throw ShapeProblem(
    .windowTooLarge,
    "pooling window \(windowText) does not fit the \(inputText) input of `\(context.name)`",
    at: "pool_size", label: "larger than the input",
    notes: [
      "\(axis): "
        + lengthNote(
          window: "window", input: n, padding: pad.total, size: k, stride: s, rounding: round, length)
    ],
    help: ["use a window no larger than \(n + pad.total), or GlobalPool to pool everything"],
    blaming: [0])
}
