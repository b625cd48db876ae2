import Diagnostics
import NetIR
import YAMLSyntax

/// Where examples enter the network.
package struct Input: LayerKind {
  package static let typeName = "Input"
  package static let summary =
    "The shape of the examples: [batch, channels, height, width] or [batch, features]."
  package static let arity = Arity.none
  package static let parameters: [Parameter<Self>] = [
    Parameter("shape", \.dimensions, .inputShape, "batch first; null leaves the batch free")
  ]

  package var dimensions: [Int?] = []

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    guard let count = elementCount(dimensions.compactMap { $0 }), count <= 1 << 40 else {
      throw ShapeProblem(.tooLarge, "input `\(context.name)` has more than 2^40 elements", at: "shape")
    }
    return dimensions
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let shape = dimensions.withBatch(lowering.batch)
    return try lowering.add(.input(index: lowering.graph.inputs.count, shape: shape), [])
  }
}

extension ValueType where Value == [Int?] {
  private static var schema: ValueSchema {
    let size = ValueType<Int>.positive.schema
    return .list(of: size, count: 2...5, first: size.orNull)
  }

  fileprivate static let inputShape = ValueType("a list such as [null, 3, 224, 224]", schema: schema) { node, context in
    guard let elements = node.elements, elements.count >= 2, elements.count <= 5 else {
      context.wrongType(
        node, expected: "a list such as [null, 3, 224, 224]",
        help: ["batch first, then channels, height and width, or one number of features"])
      return nil
    }
    var shape: [Int?] = []
    var good = true
    for (axis, element) in elements.enumerated() {
      if element.isNull {
        if axis > 0 {
          good = false
          context.bag.report(
            Diagnostic(
              .unknownDimension, "only the batch of an input may be free", at: element.span,
              label: "axis \(axis) needs a number", related: element.usedThrough))
        }
        shape.append(nil)
      } else if let size = ValueType<Int>.positive.decode(element, &context) {
        shape.append(size)
      } else {
        good = false
      }
    }
    return good ? shape : nil
  }
}
