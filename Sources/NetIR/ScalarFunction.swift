/// A function applied to each element on its own that layers have no use for, and objectives written as expressions do.
///
/// Outside of its domain a function gives what IEEE 754 says: NaN, or an infinity at a pole.
package enum ScalarFunction: Hashable, Sendable, Codable {
  /// eˣ
  case exponential
  /// ln x
  case logarithm
  /// |x|
  case absolute
  /// −1, 0 or 1
  case sign
  /// √x
  case squareRoot
  /// 1/x
  case reciprocal
  /// x to a power that is no whole number; x ≥ 0
  case power(Float)

  package var name: String {
    switch self {
    case .exponential: "exp"
    case .logarithm: "log"
    case .absolute: "abs"
    case .sign: "sign"
    case .squareRoot: "sqrt"
    case .reciprocal: "reciprocal"
    case .power: "power"
    }
  }

  package var described: String {
    if case .power(let exponent) = self { "\(name) \(exponent)" } else { name }
  }
}
