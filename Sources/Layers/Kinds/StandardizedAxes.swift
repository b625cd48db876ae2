import Diagnostics
import NetIR
import YAMLSyntax

/// The axes over which Standardization, InstanceNorm and LayerNorm take mean and variance.
package enum StandardizedAxes: Hashable, Sendable {
  /// `spatial`, or `features` where there is nothing behind the channels.
  case auto
  /// All behind the channels.
  case spatial
  /// All behind the batch.
  case features
  case list([Int])

  /// The axes of an input of that rank, sorted; `check` tells whether they will do.
  func axes(rank: Int) -> [Int] {
    switch self {
    case .auto: Array(min(rank > 2 ? 2 : 1, rank)..<rank)
    case .spatial: Array(min(2, rank)..<rank)
    case .features: Array(min(1, rank)..<rank)
    case .list(let axes): axes
    }
  }

  /// Throws when there are no such axes, or examples would influence each other.
  func check(_ input: LayerShape, in context: LayerContext) throws(ShapeProblem) {
    let rank = input.count
    let axes = axes(rank: rank)
    guard !axes.isEmpty else {
      throw ShapeProblem(
        .wrongRank,
        "`\(context.name)` normalises over the axes behind the channels, and `\(context.inputNames[0])` "
          + "gives \(input.crossed)", at: "axes", help: ["use `axes: features`"], blaming: [0])
    }
    if let beyond = axes.first(where: { $0 >= rank }) {
      throw ShapeProblem(
        .badAxis, "`\(context.name)` normalises over axis \(beyond) of the \(rank) of its input", at: "axes",
        help: ["axes count from 0, the batch"], blaming: [0])
    }
    guard !axes.contains(0) else {
      throw ShapeProblem(
        .badAxis, "`\(context.name)` normalises each example alone, not over the batch", at: "axes",
        label: "axis 0 is the batch", help: ["BatchNorm normalises over the batch"])
    }
  }
}

extension Lowering {
  /// (x − mean)/√(variance + ε) over axes that were checked.
  mutating func standardized(_ x: ValueID, _ over: StandardizedAxes, epsilon: Float) throws(GraphProblem) -> ValueID {
    let shape = shape(x)
    let axes = over.axes(rank: shape.count)
    let first = axes[0]
    if axes == Array(first..<shape.count) { return try add(.standardize(axis: first, epsilon: epsilon), [x]) }
    // The axes go to the end and come back.
    let order = shape.indices.filter { !axes.contains($0) } + axes
    let moved = try add(.rearrange(.transpose(shape, order)), [x])
    let result = try add(.standardize(axis: shape.count - axes.count, epsilon: epsilon), [moved])
    let back = shape.indices.map { axis in order.firstIndex(of: axis) ?? axis }
    return try add(.rearrange(.transpose(order.map { shape[$0] }, back)), [result])
  }
}

extension ValueType where Value == StandardizedAxes {
  package static let standardizedAxes: Self = {
    let words: [(String, StandardizedAxes)] = [("auto", .auto), ("spatial", .spatial), ("features", .features)]
    let expected = "`auto`, `spatial`, `features`, or a list of axes such as [2, 3]"
    let list = ValueType<[Int]>.list(of: .nonNegative, expected)
    let schema = ValueSchema.oneOf([.words(words.map(\.0)), .list(of: ValueType<Int>.nonNegative.schema, count: 1...8)])
    return ValueType(expected, schema: schema) { node, context in
      guard let text = node.scalarText, case .string = node.resolved else {
        return list.decode(node, &context).map { .list(Set($0).sorted()) }
      }
      if let found = words.first(where: { $0.0 == text }) { return found.1 }
      context.bag.report(
        .unknown(
          .outOfRange, "`\(context.key)` of \(context.layerType) cannot be `\(text)`", word: text, at: node.span,
          among: words.map(\.0), notes: ["or a list of axes such as [2, 3]"]))
      return nil
    }
  }()
}
