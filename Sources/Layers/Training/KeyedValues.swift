import Diagnostics
import YAMLSyntax

/// The entries of a mapping, taken by their keys. What nobody asked for is reported at last, so that the keys that
/// there are stand in one place: where they are read.
struct KeyedValues {
  private let entries: [Node.Entry]
  private let owner: String
  private var asked: [String] = []
  private(set) var context: DecodeContext

  /// - Parameter owner: what the values belong to, for messages: `adam`.
  init(_ entries: [Node.Entry], of owner: String, _ bag: DiagnosticBag) {
    (self.entries, self.owner) = (entries, owner)
    context = DecodeContext(bag: bag, layerType: owner)
  }

  /// The value of a key; nil where it is not written, or wrong and reported.
  mutating func take<Value>(_ key: String, _ type: ValueType<Value>) -> Value? {
    guard let node = node(key) else { return nil }
    context.key = key
    return type.decode(node, &context)
  }

  /// As `take`; a key that is not written is reported at `place`.
  mutating func require<Value>(_ key: String, _ type: ValueType<Value>, at place: SourceSpan) -> Value? {
    guard node(key) == nil else { return take(key, type) }
    context.bag.report(
      Diagnostic(
        .missingParameter, "`\(owner)` needs `\(key)`", at: place, label: "not given",
        help: ["add `\(key):` with \(type.expected)"]))
    return nil
  }

  /// The node of a key.
  mutating func node(_ key: String) -> Node? {
    asked.append(key)
    return entries.first { $0.key.scalarText == key }?.value
  }

  /// What a reader of its own makes of a node.
  mutating func read<Value>(_ node: Node, _ reader: (Node, inout DiagnosticBag) -> Value?) -> Value? {
    reader(node, &context.bag)
  }

  mutating func report(_ diagnostic: Diagnostic) { context.bag.report(diagnostic) }

  /// Reports the keys that were not asked for, and gives back all that was reported.
  consuming func finish() -> DiagnosticBag {
    for entry in entries {
      let word = entry.key.scalarText ?? ""
      guard !asked.contains(word) else { continue }
      context.bag.report(
        .unknown(
          .unknownParameter, "unknown parameter `\(word)` of `\(owner)`", word: word, at: entry.key.span, among: asked,
          notes: asked.isEmpty ? ["`\(owner)` takes no parameters"] : []))
    }
    return context.bag
  }
}

extension ValueType where Value == Double {
  static let positiveDouble = number("a number above 0", in: NumberRange(from: .excluding(0)))
  static let notNegativeDouble = number("a number from 0", in: NumberRange(from: .including(0)))
  static let factor = number("a number above 0, at most 1", in: NumberRange(from: .excluding(0), to: .including(1)))
  static let share = number(
    "a number from 0 to 1, 1 excluded", in: NumberRange(from: .including(0), to: .excluding(1)))

  static func number(_ expected: String, in range: NumberRange) -> ValueType<Double> {
    ValueType(expected, schema: .number(range)) { node, context in
      guard let number = node.number else {
        context.wrongType(node, expected: expected)
        return nil
      }
      // Too large for a float, it would become infinite where it is used.
      guard Float(number).isFinite, range.contains(number) else {
        context.outOfRange(node, expected: expected)
        return nil
      }
      return number
    }
  }
}

extension ValueType where Value == String {
  static let text = ValueType("a text") { node, context in
    guard let text = node.scalarText, !node.isNull, !text.isEmpty else {
      context.wrongType(node, expected: "a text")
      return nil
    }
    return text
  }
}

extension ValueType where Value == [String] {
  /// One name, or a list of them.
  static let texts = ValueType("a text, or a list of texts") { node, context in
    let values = (node.elements ?? [node]).map { ValueType<String>.text.decode($0, &context) }
    return values.isEmpty || values.contains(nil) ? nil : values.compactMap { $0 }
  }
}
