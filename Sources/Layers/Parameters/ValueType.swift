import Diagnostics
import NetIR
import YAMLSyntax

/// How a YAML node becomes a value, and what to say when it does not.
package struct ValueType<Value: Sendable>: Sendable {
  /// Completes "must be …": `a positive whole number`.
  package let expected: String
  /// The same for programs.
  package let schema: ValueSchema
  /// Reports what is wrong and returns nil, or returns the value.
  package let decode: @Sendable (Node, inout DecodeContext) -> Value?

  package init(
    _ expected: String, schema: ValueSchema = .anything,
    decode: @escaping @Sendable (Node, inout DecodeContext) -> Value?
  ) {
    (self.expected, self.schema, self.decode) = (expected, schema, decode)
  }

  /// The same, where null (or nothing) means none.
  package func orNull(_ meaning: String) -> ValueType<Value?> {
    ValueType<Value?>("\(expected), or null \(meaning)", schema: schema.orNull) { node, context in
      if node.isNull { return .some(nil) }
      return decode(node, &context).map { .some($0) }
    }
  }
}

extension Node {
  package var isNull: Bool { if case .scalar = value, case .null = resolved { true } else { false } }

  /// The whole number that the node is; nil for anything else, 3.0 included.
  package var integer: Int? {
    guard case .scalar = value, case .int(let number) = resolved else { return nil }
    return number
  }

  package var number: Double? {
    guard case .scalar = value else { return nil }
    switch resolved {
    case .int(let number): return Double(number)
    case .float(let number): return number
    default: return nil
    }
  }
}

/// No size in a spec may be larger: it keeps every product of a few sizes within an Int.
package let largestSize = 1 << 24

extension ValueType where Value == Int {
  package static let positive = integer("a positive whole number", in: 1...largestSize)
  package static let nonNegative = integer("a whole number from 0", in: 0...largestSize)
  package static let any = integer("a whole number", in: -largestSize...largestSize)

  package static func integer(_ expected: String, in range: ClosedRange<Int>) -> ValueType<Int> {
    ValueType(expected, schema: .integer(range)) { node, context in
      guard let number = node.integer else {
        let whole = node.number.flatMap { Int(exactly: $0) }
        context.wrongType(node, expected: expected, help: whole.map { ["write `\($0)`"] } ?? [])
        return nil
      }
      guard range.contains(number) else {
        context.outOfRange(
          node, expected: number > range.upperBound ? "at most \(range.upperBound)" : expected)
        return nil
      }
      return number
    }
  }

  /// An odd whole number.
  package static let odd = ValueType<Int>(
    "an odd positive whole number", schema: .integer(1...largestSize, isOdd: true)
  ) { node, context in
    guard let number = ValueType.positive.decode(node, &context) else { return nil }
    guard number % 2 == 1 else {
      context.outOfRange(node, expected: "odd", help: ["use \(number - 1) or \(number + 1)"])
      return nil
    }
    return number
  }
}

extension ValueType where Value == Float {
  package static let any = number("a number")
  package static let notNegative = number("a number from 0", in: NumberRange(from: .including(0)))
  package static let positive = number("a number above 0", in: NumberRange(from: .excluding(0)))
  package static let probability = number(
    "a number from 0 to 1, 1 excluded", in: NumberRange(from: .including(0), to: .excluding(1)))
  package static let unit = number("a number from 0 to 1", in: NumberRange(from: .including(0), to: .including(1)))

  package static func number(_ expected: String, in range: NumberRange = NumberRange()) -> ValueType<Float> {
    ValueType(expected, schema: .number(range)) { node, context in
      guard let number = node.number else {
        context.wrongType(node, expected: expected)
        return nil
      }
      // What counts is the value that is kept: 1e-60 is above 0, its Float is not.
      let value = Float(number)
      guard value.isFinite, range.contains(Double(value)) else {
        context.outOfRange(node, expected: expected)
        return nil
      }
      return value
    }
  }
}

extension ValueType where Value == Bool {
  package static let bool = ValueType("true or false", schema: .boolean) { node, context in
    if case .scalar = node.value, case .bool(let flag) = node.resolved { return flag }
    let word = node.scalarText?.lowercased()
    let meant = ["yes": true, "on": true, "no": false, "off": false][word ?? ""]
    context.wrongType(
      node, expected: "true or false",
      help: meant.map { ["YAML 1.2 has only true and false: write `\($0)`"] } ?? [])
    return nil
  }
}

extension ValueType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of a few words.
  package static var word: ValueType<Value> {
    let words = Value.allCases.map(\.rawValue)
    let expected = words.map { "`\($0)`" }.joined(separator: words.count == 2 ? " or " : ", ")
    return ValueType(words.count == 2 ? expected : "one of \(expected)", schema: .words(words)) { node, context in
      if let text = node.scalarText, let value = Value(rawValue: text) { return value }
      guard let text = node.scalarText, case .string = node.resolved else {
        context.wrongType(node, expected: "one of \(expected)")
        return nil
      }
      let message = "`\(context.key)` of \(context.layerType) cannot be `\(text)`"
      context.bag.report(.unknown(.outOfRange, message, word: text, at: node.span, among: words))
      return nil
    }
  }
}

extension ValueType where Value == Size2D {
  /// One number for both axes, or [height, width].
  package static let size = pair("a positive whole number, or a pair [height, width] of them", .positive)

  fileprivate static func pair(_ expected: String, _ element: ValueType<Int>) -> ValueType<Size2D> {
    let schema = ValueSchema.oneOf([element.schema, .list(of: element.schema, count: 2...2)])
    return ValueType(expected, schema: schema) { node, context in
      if let elements = node.elements {
        guard elements.count == 2 else {
          context.wrongType(
            node, expected: expected, help: ["a list has one value for each of the two axes"])
          return nil
        }
        let height = element.decode(elements[0], &context)
        let width = element.decode(elements[1], &context)
        guard let height, let width else { return nil }
        return Size2D(height, width)
      }
      guard node.integer != nil else {
        context.wrongType(node, expected: expected)
        return nil
      }
      return element.decode(node, &context).map { Size2D($0) }
    }
  }
}

extension ValueType where Value == [Int] {
  package static func list(of element: ValueType<Int>, _ expected: String) -> ValueType<[Int]> {
    let schema = ValueSchema.list(of: element.schema, count: 1...ValueSchema.longestList)
    return ValueType(expected, schema: schema) { node, context in
      guard let elements = node.elements, !elements.isEmpty else {
        context.wrongType(node, expected: expected)
        return nil
      }
      let values = elements.map { element.decode($0, &context) }
      return values.contains(nil) ? nil : values.compactMap { $0 }
    }
  }
}

extension ValueType where Value == [Float] {
  /// One number, or a list of them.
  package static let numbers = ValueType(
    "a number, or a list of numbers",
    schema: .oneOf([.number(), .list(of: .number(), count: 1...ValueSchema.longestList)])
  ) { node, context in
    if let elements = node.elements, !elements.isEmpty {
      let values = elements.map { ValueType<Float>.any.decode($0, &context) }
      return values.contains(nil) ? nil : values.compactMap { $0 }
    }
    guard node.number != nil else {
      context.wrongType(node, expected: "a number, or a list of numbers")
      return nil
    }
    return ValueType<Float>.any.decode(node, &context).map { [$0] }
  }
}

extension ValueType where Value == Size2D? {
  package static let sizeOrNull = ValueType<Size2D>.size.orNull("for the window's size")
}
