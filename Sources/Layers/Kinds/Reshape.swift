import Diagnostics
import NetIR
import YAMLSyntax

/// The same elements under another shape.
package struct Reshape: LayerKind {
  /// An entry of the new shape.
  package enum Dimension: Sendable, Equatable {
    case size(Int)
    /// `[i]`: the size of the input's axis i.
    case axis(Int)
    /// `-1`: whatever is left.
    case rest
  }

  package static let typeName = "Reshape"
  package static let summary = "The same elements in C order under another shape."
  package static let parameters: [Parameter<Self>] = [
    Parameter(
      "shape", \.dimensions, .reshape,
      "sizes, batch first; `[i]` copies the input's axis i, one entry may be -1 for the rest")
  ]

  package var dimensions: [Dimension] = []

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let input = inputs[0]
    var result: LayerShape = []
    for dimension in dimensions {
      switch dimension {
      case .size(let size): result.append(size)
      case .rest: result.append(-1)
      case .axis(let axis):
        guard input.indices.contains(axis) else {
          throw ShapeProblem(
            .badAxis, "`[\(axis)]` in the shape of `\(context.name)`: its input has \(input.count) axes",
            at: "shape", help: ["axes count from 0, the batch"], blaming: [0])
        }
        result.append(input[axis])
      }
    }
    // A free batch can be handed on as the first axis, or disappear in a -1 there; anything else needs its size.
    let isFree = input.first == .some(nil)
    let copies = dimensions.indices.filter { dimensions[$0] == .axis(0) }
    guard !isFree || copies.isEmpty || copies == [0] else {
      throw ShapeProblem(
        .unknownDimension, "the batch of `\(context.inputNames[0])` is free and cannot go elsewhere",
        at: "shape", help: ["copy the batch to the front: `shape: [[0], …]`"], blaming: [0])
    }
    let free = isFree && copies.isEmpty
    let known = input.elements(after: 0)
    guard let given = elementCount(zip(dimensions, result).map { $0 == .rest ? 1 : $1 ?? 1 }) else {
      throw mismatch(input, context)
    }
    if let rest = dimensions.firstIndex(of: .rest) {
      guard given > 0, known % given == 0 else { throw mismatch(input, context) }
      result[rest] = free ? nil : known / given
      if free, rest != 0 {
        throw ShapeProblem(
          .unknownDimension, "the -1 in `\(context.name)` would depend on the free batch", at: "shape",
          help: ["copy the batch: `shape: [[0], …]`"])
      }
    } else if free || given != known {
      throw mismatch(input, context)
    }
    return result
  }

  private func mismatch(_ input: LayerShape, _ context: LayerContext) -> ShapeProblem {
    let wanted = dimensions.map {
      switch $0 {
      case .size(let size): "\(size)"
      case .axis(let axis): "[\(axis)]"
      case .rest: "-1"
      }
    }.joined(separator: ", ")
    return ShapeProblem(
      .reshapeMismatch, "`\(context.name)` cannot make [\(wanted)] of \(input.full)", at: "shape",
      label: "another number of elements",
      notes: ["`\(context.inputNames[0])` has \(input.elements(after: 1)) elements for each example"],
      help: ["copy the batch with `[0]` and let one axis be -1, as in `shape: [[0], -1]`"], blaming: [0])
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let input = lowering.shape(inputs[0])
    var shape = dimensions.map {
      switch $0 {
      case .size(let size): size
      case .axis(let axis): input[axis]
      case .rest: -1
      }
    }
    if let rest = shape.firstIndex(of: -1) {
      shape[rest] = input.elements / max(1, shape.filter { $0 != -1 }.elements)
    }
    return try lowering.add(.reshape(shape: shape), inputs)
  }
}

extension ValueType where Value == [Reshape.Dimension] {
  private static var schema: ValueSchema {
    let axis = ValueSchema.list(of: .integer(0...Int(Int32.max)), count: 1...1)
    return .list(of: .oneOf([ValueType<Int>.positive.schema, .integer(-1...(-1)), axis]), count: 1...8)
  }

  fileprivate static let reshape = ValueType("a list such as [[0], 16, -1]", schema: schema) { node, context in
    let expected = "a list such as [[0], 16, -1]"
    guard let elements = node.elements, (1...8).contains(elements.count) else {
      context.wrongType(node, expected: expected)
      return nil
    }
    var dimensions: [Reshape.Dimension] = []
    for element in elements {
      if let inner = element.elements {
        guard inner.count == 1, let axis = inner[0].integer, axis >= 0 else {
          context.wrongType(element, expected: "one axis in brackets, such as [0]")
          return nil
        }
        dimensions.append(.axis(axis))
      } else if element.integer == -1 {
        dimensions.append(.rest)
      } else {
        guard let size = ValueType<Int>.positive.decode(element, &context) else { return nil }
        dimensions.append(.size(size))
      }
    }
    guard dimensions.count(where: { $0 == .rest }) <= 1 else {
      context.outOfRange(node, expected: "a list with at most one -1")
      return nil
    }
    return dimensions
  }
}
