/// What a value may look like, as data: the JSON Schema and the completion of editors are made of it. It says
/// what ``ValueType`` checks as far as one value alone can tell; anywhere in it a constant such as `$width` may
/// stand instead.
package indirect enum ValueSchema: Sendable, Equatable {
  /// Nothing is known of it.
  case anything
  case null
  case boolean
  case integer(ClosedRange<Int>, isOdd: Bool = false)
  case number(NumberRange = NumberRange())
  /// One of a few words.
  case words([String])
  /// So many elements of one kind, of which the first may be of another.
  case list(of: ValueSchema, count: ClosedRange<Int>, first: ValueSchema? = nil)
  /// One of ``NonlinearityInfo``, with or without parameters.
  case nonlinearity
  /// One of ``InitialiserInfo``, a number, or the name of a layer to share with.
  case initialiser
  case oneOf([ValueSchema])

  /// No list of a spec is longer.
  package static let longestList = 1 << 20

  /// The schema, or null.
  package var orNull: ValueSchema { .oneOf(alternatives + [.null]) }

  /// The schema as a flat list of choices.
  package var alternatives: [ValueSchema] {
    if case .oneOf(let schemas) = self { schemas.flatMap(\.alternatives) } else { [self] }
  }
}

/// Bounds of a number; nil where there is none.
package struct NumberRange: Sendable, Equatable {
  package struct Bound: Sendable, Equatable {
    package var value: Double
    /// Whether the bound itself is allowed.
    package var isIncluded: Bool

    package static func including(_ value: Double) -> Bound { Bound(value: value, isIncluded: true) }
    package static func excluding(_ value: Double) -> Bound { Bound(value: value, isIncluded: false) }
  }

  package var lower: Bound?
  package var upper: Bound?

  package init(from lower: Bound? = nil, to upper: Bound? = nil) { (self.lower, self.upper) = (lower, upper) }

  package func contains(_ number: Double) -> Bool {
    guard !number.isNaN else { return false }
    if let lower, number < lower.value || number == lower.value && !lower.isIncluded { return false }
    if let upper, number > upper.value || number == upper.value && !upper.isIncluded { return false }
    return true
  }
}
