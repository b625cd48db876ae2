import Diagnostics
import NetIR
import YAMLSyntax

/// Some elements of one axis.
package struct Slice: LayerKind {
  package enum Indices: Sendable, Equatable {
    /// One element; the axis goes.
    case one(Int)
    /// `start:stop:step` as in Python.
    case range(start: Int?, stop: Int?, step: Int)
  }

  package static let typeName = "Slice"
  package static let summary = "One element or a range of an axis; one element drops the axis."
  package static let parameters: [Parameter<Self>] = [
    Parameter(
      "indices", \.indices, .indices, "an element, or `start:stop:step` as in Python; negative counts from the end"),
    Parameter("axis", \.axis, .any, default: "-1", "negative counts from the end"),
  ]

  package var indices = Indices.one(0)
  package var axis = -1

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    var result = inputs[0]
    let along = axis < 0 ? result.count + axis : axis
    guard result.indices.contains(along) else {
      throw ShapeProblem(
        .badAxis, "`\(context.name)` slices axis \(axis) of \(result.count)", at: "axis",
        help: ["axes count from 0, the batch"], blaming: [0])
    }
    guard let size = result[along] else {
      throw ShapeProblem(
        .unknownDimension, "`\(context.name)` slices the free batch", at: "axis",
        help: ["give the Input a fixed batch, or slice another axis"])
    }
    guard let chosen = chosen(of: size) else {
      throw ShapeProblem(
        .outOfRange, "`\(context.name)` takes nothing of the \(size) elements of axis \(along)", at: "indices",
        label: "outside of 0 to \(size - 1)", help: ["elements count from 0; -1 is the last"], blaming: [0])
    }
    if case .one = indices {
      guard along > 0 || result.count > 1 else {
        throw ShapeProblem(.wrongRank, "`\(context.name)` would leave no axis", at: "indices", blaming: [0])
      }
      result.remove(at: along)
    } else {
      result[along] = chosen.count
    }
    return result
  }

  /// Which elements of so many; nil for none.
  private func chosen(of size: Int) -> (start: Int, count: Int, step: Int)? {
    switch indices {
    case .one(let index):
      let place = index < 0 ? size + index : index
      return (0..<size).contains(place) ? (place, 1, 1) : nil
    case .range(let start, let stop, let step):
      func clamped(_ index: Int, _ least: Int, _ most: Int) -> Int {
        min(max(index < 0 ? size + index : index, least), most)
      }
      let first = start.map { clamped($0, step > 0 ? 0 : -1, step > 0 ? size : size - 1) } ?? (step > 0 ? 0 : size - 1)
      let last = stop.map { clamped($0, step > 0 ? 0 : -1, step > 0 ? size : size - 1) } ?? (step > 0 ? size : -1)
      let distance = step > 0 ? last - first : first - last
      guard distance > 0 else { return nil }
      return (first, (distance - 1) / Int(step.magnitude) + 1, step)
    }
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    var shape = lowering.shape(inputs[0])
    let along = axis < 0 ? shape.count + axis : axis
    guard let (start, count, step) = chosen(of: shape[along]) else { return inputs[0] }
    var value = inputs[0]
    if count != shape[along] || step != 1 {
      value = try lowering.add(
        .rearrange(.slice(shape, axis: along, start: start, count: count, step: step)), inputs)
    }
    guard case .one = indices else { return value }
    shape.remove(at: along)
    return try lowering.reshaped(value, shape)
  }
}

extension ValueType where Value == Slice.Indices {
  fileprivate static let indices = ValueType(
    "an element such as 0 or -1, or a range such as `1:5`, `::2` or `:-1`",
    schema: .oneOf([ValueType<Int>.any.schema, .anything])
  ) { node, context in
    let expected = "an element such as 0 or -1, or a range such as `1:5`, `::2` or `:-1`"
    if node.integer != nil { return ValueType<Int>.any.decode(node, &context).map { .one($0) } }
    guard let text = node.scalarText, !node.isNull else {
      context.wrongType(node, expected: expected)
      return nil
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.map { part in Int(part.filter { $0 != " " }) }
    let areGood = zip(parts, numbers).allSatisfy { part, number in
      number.map { $0.magnitude <= UInt(largestSize) } ?? part.allSatisfy { $0 == " " }
    }
    guard (2...3).contains(parts.count), areGood, parts.count < 3 || numbers[2] != 0 else {
      context.wrongType(node, expected: expected, help: ["a range is `start:stop` or `start:stop:step`, as in Python"])
      return nil
    }
    return .range(start: numbers[0], stop: numbers[1], step: parts.count > 2 ? numbers[2] ?? 1 : 1)
  }
}
