import Diagnostics
import NetIR

/// Which windows a max-pooling layer over any number of axes has: what MaxPool1D and MaxPool3D share.
package struct AxisPoolGeometry: Sendable, Equatable {
  package var poolSize: [Int]
  /// nil: the size of the window.
  package var stride: [Int]?
  package var pad: [PadWidth]
  package var round = Rounding.floor

  package init(axes: Int) {
    poolSize = [Int](repeating: 1, count: axes)
    pad = [PadWidth](repeating: PadWidth(before: 0, after: 0), count: axes)
  }

  package var step: [Int] { stride ?? poolSize }

  func lengths(_ sizes: [Int], _ names: [String], in context: LayerContext) throws(ShapeProblem) -> [Int] {
    var result: [Int] = []
    for axis in sizes.indices {
      guard max(pad[axis].before, pad[axis].after) < poolSize[axis] else {
        throw ShapeProblem(
          .padTooLarge,
          "the padding of `\(context.name)` is not smaller than its \(poolSize.crossedSizes) window", at: "pad",
          label: "some windows would see padding alone", help: ["use `pad: \((poolSize.min() ?? 1) / 2)`"])
      }
      result.append(
        try poolingLength(
          names[axis], input: sizes[axis], window: poolSize[axis], stride: step[axis], pad: pad[axis], round,
          windowText: poolSize.crossedSizes, inputText: sizes.crossedSizes, in: context))
    }
    return result
  }

  /// A warning when the last elements of an axis are in no window (W0201).
  func warnings(_ sizes: [Int], _ output: [Int], in context: LayerContext) -> [ShapeProblem] {
    let lost = sizes.indices.map {
      ShapeArithmetic.unseen(
        input: sizes[$0], size: poolSize[$0], stride: step[$0], pad: pad[$0].before, output: output[$0])
    }
    guard lost.contains(where: { $0 > 0 }), zip(step, poolSize).allSatisfy({ $0 <= $1 }) else { return [] }
    return [
      ShapeProblem(
        .droppedRows, "`\(context.name)` never sees the end of its \(sizes.crossedSizes) input",
        at: context.written.contains("stride") ? "stride" : "pool_size",
        label: "\(poolSize.crossedSizes) at stride \(step.crossedSizes) leaves a rest",
        notes: ["\(sizes.crossedSizes) → \(output.crossedSizes)"],
        help: round == .floor ? ["`round: ceil` lets the last window hang over the end"] : [], blaming: [0])
    ]
  }

  /// Max-pooling of planes along some of the axes: windows of the others have one element.
  func attributes(height: Int?, width: Int?) -> PoolAttributes {
    func of(_ axis: Int?) -> (size: Int, step: Int, pad: PadWidth) {
      axis.map { (poolSize[$0], step[$0], pad[$0]) } ?? (1, 1, PadWidth(before: 0, after: 0))
    }
    let (y, x) = (of(height), of(width))
    return PoolAttributes(
      window: Size2D(y.size, x.size), stride: Size2D(y.step, x.step),
      padding: Padding2D(top: y.pad.before, bottom: y.pad.after, left: x.pad.before, right: x.pad.after),
      ceil: round == .ceil, mode: .max)
  }
}
