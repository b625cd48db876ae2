import YAMLSyntax

/// Elements before and after one axis.
package struct PadWidth: Hashable, Sendable {
  package var before: Int
  package var after: Int

  package init(before: Int, after: Int) {
    self.before = before
    self.after = after
  }

  package var total: Int { before + after }
}

extension ValueType where Value == [PadWidth] {
  private static var schema: ValueSchema {
    let number = ValueType<Int>.nonNegative.schema
    return .oneOf([number, .list(of: .oneOf([number, .list(of: number, count: 2...2)]), count: 1...8)])
  }

  /// One width for every axis, or one per axis.
  package static let padWidths = ValueType(
    "a whole number from 0, or a list with one entry per axis", schema: schema
  ) { node, context in
    func one(_ node: Node, _ context: inout DecodeContext) -> PadWidth? {
      if let pair = node.elements, pair.count == 2 {
        guard let before = ValueType<Int>.nonNegative.decode(pair[0], &context),
          let after = ValueType<Int>.nonNegative.decode(pair[1], &context)
        else { return nil }
        return PadWidth(before: before, after: after)
      }
      return ValueType<Int>.nonNegative.decode(node, &context).map { PadWidth(before: $0, after: $0) }
    }
    guard let elements = node.elements, !elements.isEmpty else { return one(node, &context).map { [$0] } }
    let widths = elements.map { one($0, &context) }
    return widths.contains { $0 == nil } ? nil : widths.compactMap { $0 }
  }

  /// The same for exactly so many axes.
  package static func padWidths(axes count: Int) -> ValueType<[PadWidth]> {
    let expected = "a whole number from 0, or a list with one entry for each of the \(count) axes"
    return ValueType(expected, schema: schema) { node, context in
      guard let widths = padWidths.decode(node, &context) else { return nil }
      if widths.count == count { return widths }
      guard node.elements == nil else {
        context.wrongType(node, expected: expected)
        return nil
      }
      return [PadWidth](repeating: widths[0], count: count)
    }
  }
}
