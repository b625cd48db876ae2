import Diagnostics
import NetIR
import YAMLSyntax

/// Reorders axes, adds axes of size 1 and drops them.
package struct Dimshuffle: LayerKind {
  package static let typeName = "Dimshuffle"
  package static let summary = "Axes in another order; `x` adds one of size 1, axes of size 1 may be left out."
  package static let parameters: [Parameter<Self>] = [
    Parameter("pattern", \.pattern, .pattern, "the input's axes in their new order, such as [0, 2, 3, 1] or [0, x, 1]")
  ]

  /// nil is a new axis.
  package var pattern: [Int?] = []

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let input = inputs[0]
    func problem(_ code: DiagnosticCode, _ message: String, _ help: String) -> ShapeProblem {
      ShapeProblem(code, message, at: "pattern", help: [help], blaming: [0])
    }
    let used = pattern.compactMap { $0 }
    if let beyond = used.first(where: { $0 >= input.count }) {
      throw problem(
        .badAxis, "`\(context.name)` names axis \(beyond) of the \(input.count) of its input",
        "axes count from 0, the batch")
    }
    for axis in input.indices where used.count(where: { $0 == axis }) != 1 {
      guard !used.contains(axis) else {
        throw problem(.badAxis, "`\(context.name)` names axis \(axis) twice", "each axis has one place")
      }
      guard input[axis] == 1 else {
        throw problem(
          .badAxis, "`\(context.name)` drops axis \(axis) of size \(input[axis].map(String.init) ?? "null")",
          "only axes of size 1 can be left out; Reshape and GlobalPool are other ways")
      }
    }
    guard input.first != .some(nil) || pattern.first == .some(0) else {
      throw problem(
        .unknownDimension, "the batch of `\(context.inputNames[0])` is free and cannot go elsewhere",
        "begin the pattern with 0")
    }
    return pattern.map { axis in axis.map { input[$0] } ?? 1 }
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let input = lowering.shape(inputs[0])
    let order = pattern.compactMap { $0 }
    let result = pattern.map { axis in axis.map { input[$0] } ?? 1 }
    // Where no axis of more than one element moves, no element does.
    let moving = order.filter { input[$0] > 1 }
    if moving == moving.sorted() { return try lowering.reshaped(inputs[0], result) }
    let moved = try lowering.add(.rearrange(.transpose(input, order)), inputs)
    return try lowering.reshaped(moved, result)
  }
}

extension ValueType where Value == [Int?] {
  fileprivate static let pattern = ValueType(
    "a list of axes and `x`, such as [0, 2, 3, 1]",
    schema: .list(of: .oneOf([.integer(0...7), .words(["x"])]), count: 1...8)
  ) { node, context in
    let expected = "a list of 1 to 8 axes and `x`, such as [0, 2, 3, 1]"
    guard let elements = node.elements, (1...8).contains(elements.count) else {
      context.wrongType(node, expected: expected)
      return nil
    }
    var pattern: [Int?] = []
    for element in elements {
      if element.scalarText == "x" {
        pattern.append(nil)
      } else {
        guard let axis = ValueType<Int>.integer("an axis from 0 to 7, or `x`", in: 0...7).decode(element, &context)
        else { return nil }
        pattern.append(axis)
      }
    }
    return pattern
  }
}
