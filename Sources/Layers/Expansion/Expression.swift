/// Arithmetic over constants: + - * / // % ( ) min max and comparisons, nothing else. No code is ever run.
///
/// Whole numbers stay whole: 6 / 3 is 2 and 7 / 2 is 3.5; // rounds down and % goes with it, as in Python.
package enum Expression {
  /// - Parameter value: the constants by name.
  package static func evaluate(_ text: String, _ value: (String) -> ExpressionValue?) throws(ExpressionError)
    -> ExpressionValue
  {
    try withoutActuallyEscaping(value) { (value) throws(ExpressionError) -> ExpressionValue in
      try ExpressionParser.parse(text, ConstantAlgebra(constant: value))
    }
  }
}

/// Numbers, and what is true or false.
private struct ConstantAlgebra: ExpressionAlgebra {
  let constant: (String) -> ExpressionValue?

  static let symbols = ["//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "(", ")", ",", "<", ">"]
  static let functions = ["min", "max"]
  private static let arithmetic = ["+", "-", "*", "/", "//", "%"]

  func number(_ value: ExpressionValue) -> ExpressionValue { value }

  func value(of name: String) throws(ExpressionError) -> ExpressionValue {
    guard let known = constant(name) else {
      throw ExpressionError("`\(name)` is no constant that is known here", unknownName: name)
    }
    return known
  }

  func negated(_ value: ExpressionValue) throws(ExpressionError) -> ExpressionValue {
    try combined(.int(0), "-", value)
  }

  func called(_ function: String, _ arguments: [ExpressionValue]) throws(ExpressionError) -> ExpressionValue {
    var best = arguments[0]
    for next in arguments.dropFirst() {
      let isBetter = try double(next, function) < double(best, function)
      if isBetter == (function == "min") { best = next }
    }
    return best
  }

  func combined(_ left: ExpressionValue, _ symbol: String, _ right: ExpressionValue) throws(ExpressionError)
    -> ExpressionValue
  {
    if case (.bool(let a), .bool(let b)) = (left, right), symbol == "==" || symbol == "!=" {
      return .bool((a == b) == (symbol == "=="))
    }
    if case (.int(let a), .int(let b)) = (left, right), Self.arithmetic.contains(symbol),
      symbol != "/" || b != 0 && a.remainderReportingOverflow(dividingBy: b).partialValue == 0
    {
      return .int(try whole(a, symbol, b))
    }
    let (a, b) = (try double(left, symbol), try double(right, symbol))
    switch symbol {
    case "==": return .bool(a == b)
    case "!=": return .bool(a != b)
    case "<=": return .bool(a <= b)
    case ">=": return .bool(a >= b)
    case "<": return .bool(a < b)
    case ">": return .bool(a > b)
    default: return .double(try decimal(a, symbol, b))
    }
  }

  private func double(_ value: ExpressionValue, _ symbol: String) throws(ExpressionError) -> Double {
    guard let value = value.double else { throw ExpressionError("`\(symbol)` needs numbers, not true or false") }
    return value
  }

  private func decimal(_ a: Double, _ symbol: String, _ b: Double) throws(ExpressionError) -> Double {
    if b == 0, symbol == "/" || symbol == "//" || symbol == "%" { throw ExpressionError("division by zero") }
    let result: Double =
      switch symbol {
      case "+": a + b
      case "-": a - b
      case "*": a * b
      case "/": a / b
      case "//": (a / b).rounded(.down)
      default: a - (a / b).rounded(.down) * b
      }
    guard result.isFinite else { throw ExpressionError("the result is too large") }
    return result
  }

  private func whole(_ a: Int, _ symbol: String, _ b: Int) throws(ExpressionError) -> Int {
    let (result, overflow): (Int, Bool)
    switch symbol {
    case "+": (result, overflow) = a.addingReportingOverflow(b)
    case "-": (result, overflow) = a.subtractingReportingOverflow(b)
    case "*": (result, overflow) = a.multipliedReportingOverflow(by: b)
    default:
      guard b != 0 else { throw ExpressionError("division by zero") }
      let (quotient, tooLarge) = a.dividedReportingOverflow(by: b)
      guard !tooLarge else { throw ExpressionError("the result is too large") }
      let floor = a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient
      (result, overflow) = (symbol == "%" ? a - floor * b : floor, false)
    }
    guard !overflow else { throw ExpressionError("the result is too large") }
    return result
  }
}
