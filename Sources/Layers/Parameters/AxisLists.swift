import YAMLSyntax

extension ValueType where Value == [Int] {
  /// A list of axes that may be empty.
  package static let axisList = ValueType(
    "a list of axes such as [2, 3]", schema: .list(of: ValueType<Int>.nonNegative.schema, count: 0...8)
  ) { node, context in
    if node.elements?.isEmpty == true { return [] }
    return ValueType.list(of: .nonNegative, "a list of axes such as [2, 3]").decode(node, &context)
  }

  /// One number for every axis, or a list of `count`.
  package static func sizes(_ count: Int) -> ValueType<[Int]> {
    let number = ValueType<Int>.positive
    let expected =
      count == 1
      ? "a positive whole number" : "a positive whole number, or a list of \(count) of them, one per axis"
    let schema = ValueSchema.oneOf([number.schema, .list(of: number.schema, count: count...count)])
    return ValueType(expected, schema: schema) { node, context in
      guard let elements = node.elements else {
        guard node.integer != nil else {
          context.wrongType(node, expected: expected)
          return nil
        }
        return number.decode(node, &context).map { [Int](repeating: $0, count: count) }
      }
      guard elements.count == count else {
        context.wrongType(node, expected: expected)
        return nil
      }
      let sizes = elements.map { number.decode($0, &context) }
      return sizes.contains(nil) ? nil : sizes.compactMap { $0 }
    }
  }
}

extension ValueType where Value == [Int]? {
  /// Axes, or the layer's own choice.
  package static let axes = ValueType(
    "`auto`, or a list of axes such as [0, 2, 3]",
    schema: .oneOf([.words(["auto"]), .list(of: ValueType<Int>.nonNegative.schema, count: 1...8)])
  ) { node, context in
    if node.scalarText == "auto" { return .some(nil) }
    let list = ValueType<[Int]>.list(of: .nonNegative, "`auto`, or a list of axes such as [0, 2, 3]")
    return list.decode(node, &context).map { .some(Set($0).sorted()) }
  }

  /// Sizes per axis, or null for those of the window.
  package static func sizesOrNull(_ count: Int) -> ValueType<[Int]?> {
    ValueType<[Int]>.sizes(count).orNull("for the window's size")
  }
}
