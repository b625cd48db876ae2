import Diagnostics
import NetIR

/// Which axes a parameter has numbers of its own along: what BatchNorm, Bias, Scale and ParametricRectifier share.
struct ParameterAxes {
  /// The axes along which one number serves all; nil: all but the channels.
  var shared: [Int]?

  /// The other axes.
  func kept(rank: Int) -> [Int] {
    guard let shared else { return rank > 1 ? [1] : [] }
    return (0..<rank).filter { !shared.contains($0) }
  }

  /// The parameter's shape; one number when every axis is shared.
  func shape(_ input: LayerShape) -> [Int] {
    let kept = kept(rank: input.count).compactMap { input[$0] }
    return kept.isEmpty ? [1] : kept
  }

  /// Throws when there is no such axis, or a number for each example would be needed.
  func check(_ input: LayerShape, at key: String, in context: LayerContext) throws(ShapeProblem) {
    guard shared != nil || input.count > 1 else {
      throw ShapeProblem(
        .wrongRank, "`\(context.name)` needs channels, and `\(context.inputNames[0])` has one axis", blaming: [0])
    }
    if let shared, let beyond = shared.first(where: { $0 >= input.count }) {
      throw ShapeProblem(
        .badAxis, "`\(context.name)` names axis \(beyond) of the \(input.count) of its input", at: key,
        help: ["axes count from 0, the batch"], blaming: [0])
    }
    if let axis = kept(rank: input.count).first(where: { input[$0] == nil }) {
      throw ShapeProblem(
        .unknownDimension, "`\(context.name)` would have a parameter for each example of a free batch", at: key,
        help: ["add \(axis) to `\(key)`, or give the Input a fixed batch"], blaming: [0])
    }
  }
}

extension Lowering {
  /// Runs `body` on a view of `x` with the kept axes joined to axis 1, and turns its result back.
  mutating func alongAxes(
    _ axes: ParameterAxes, of x: ValueID,
    _ body: (inout Lowering, ValueID) throws(GraphProblem) -> ValueID
  ) throws(GraphProblem) -> ValueID {
    let shape = shape(x)
    let kept = axes.kept(rank: shape.count)
    if kept == [1] { return try body(&self, x) }
    let first = kept.first ?? 1
    guard kept.isEmpty || kept == Array(first..<first + kept.count) else {
      let order = shape.indices.filter { !kept.contains($0) } + kept
      let moved = order.map { shape[$0] }
      let count = kept.reduce(1) { $0 * shape[$1] }
      let flat = try reshaped(
        try add(.rearrange(.transpose(shape, order)), [x]), [moved.elements / count, count])
      let result = try reshaped(try body(&self, flat), moved)
      let back = shape.indices.map { axis in order.firstIndex(of: axis) ?? axis }
      return try add(.rearrange(.transpose(moved, back)), [result])
    }
    let outer = kept.isEmpty ? shape[0] : shape.prefix(first).reduce(1, *)
    let count = kept.reduce(1) { $0 * shape[$1] }
    let view = try reshaped(x, [outer, count, shape.elements / (outer * count)])
    return try reshaped(try body(&self, view), shape)
  }

  /// A parameter with a number for each of the kept axes, as a vector.
  mutating func vector(_ suffix: String, _ axes: ParameterAxes, of x: ValueID) throws(GraphProblem) -> ValueID {
    let own = axes.shape(shape(x).map(Optional.some))
    return try reshaped(try weight(suffix, own), [own.elements])
  }
}
