import NetIR

/// What an expression of the language can be.
package enum ExpressionValue: Sendable, Equatable {
  case int(Int)
  case double(Double)
  case bool(Bool)

  /// The value as YAML text.
  package var text: String {
    switch self {
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .bool(let value): "\(value)"
    }
  }
}

/// Why an expression has no value.
package struct ExpressionError: Error, Sendable, Equatable {
  package var message: String
  /// The name, when it is one that nobody defined.
  package var unknownName: String?

  init(_ message: String, unknownName: String? = nil) {
    self.message = message
    self.unknownName = unknownName
  }
}

/// Arithmetic over constants: + - * / // % ( ) min max and comparisons, nothing else. No code is ever run.
///
/// Whole numbers stay whole: 6 / 3 is 2 and 7 / 2 is 3.5; // rounds down and % goes with it, as in Python.
package struct Expression {
  private var tokens: ArraySlice<Token>
  private let value: (String) -> ExpressionValue?

  /// Deeper parentheses than this are no arithmetic that a person wrote.
  private static let deepest = 64

  private enum Token: Equatable {
    case number(ExpressionValue)
    case name(String)
    case symbol(String)
  }

  /// - Parameter value: the constants by name.
  package static func evaluate(_ text: String, _ value: (String) -> ExpressionValue?) throws(ExpressionError)
    -> ExpressionValue
  {
    let tokens = try tokenize(text)
    guard !tokens.isEmpty else { throw ExpressionError("the expression is empty") }
    return try withoutActuallyEscaping(value) { (value) throws(ExpressionError) -> ExpressionValue in
      var parser = Expression(tokens: tokens[...], value: value)
      let result = try parser.comparison(depth: 0)
      if let rest = parser.tokens.first { throw ExpressionError("unexpected \(describe(rest))") }
      return result
    }
  }

  // MARK: Words

  private static func tokenize(_ text: String) throws(ExpressionError) -> [Token] {
    var tokens: [Token] = []
    var rest = Substring(text)
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if first.isASCII, first.isNumber || first == "." {
        let word = rest.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "e" || $0 == "E") }
        rest = rest.dropFirst(word.count)
        if let number = Int(word) {
          tokens.append(.number(.int(number)))
        } else if let number = Double(word), number.isFinite {
          tokens.append(.number(.double(number)))
        } else {
          throw ExpressionError("`\(word)` is no number")
        }
      } else if first == "_" || first.isLetter {
        let word = rest.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
        rest = rest.dropFirst(word.count)
        switch word {
        case "true": tokens.append(.number(.bool(true)))
        case "false": tokens.append(.number(.bool(false)))
        default: tokens.append(.name(String(word)))
        }
      } else {
        let symbols = ["//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "(", ")", ",", "<", ">"]
        guard let symbol = symbols.first(where: { rest.hasPrefix($0) }) else {
          throw ExpressionError("`\(first)` is not part of an expression")
        }
        rest = rest.dropFirst(symbol.count)
        tokens.append(.symbol(symbol))
      }
    }
    return tokens
  }

  private static func describe(_ token: Token) -> String {
    switch token {
    case .number(let value): "`\(value.text)`"
    case .name(let name): "`\(name)`"
    case .symbol(let symbol): "`\(symbol)`"
    }
  }

  private mutating func take(_ symbols: String...) -> String? {
    guard case .symbol(let symbol)? = tokens.first, symbols.contains(symbol) else { return nil }
    tokens.removeFirst()
    return symbol
  }

  // MARK: Grammar

  private mutating func comparison(depth: Int) throws(ExpressionError) -> ExpressionValue {
    let left = try sum(depth)
    guard let symbol = take("==", "!=", "<=", ">=", "<", ">") else { return left }
    let right = try sum(depth)
    if case (.bool(let a), .bool(let b)) = (left, right), symbol == "==" || symbol == "!=" {
      return .bool((a == b) == (symbol == "=="))
    }
    let (a, b) = (try number(left, symbol), try number(right, symbol))
    switch symbol {
    case "==": return .bool(a == b)
    case "!=": return .bool(a != b)
    case "<=": return .bool(a <= b)
    case ">=": return .bool(a >= b)
    case "<": return .bool(a < b)
    default: return .bool(a > b)
    }
  }

  private mutating func sum(_ depth: Int) throws(ExpressionError) -> ExpressionValue {
    var left = try product(depth)
    while let symbol = take("+", "-") { left = try Self.combine(left, symbol, try product(depth)) }
    return left
  }

  private mutating func product(_ depth: Int) throws(ExpressionError) -> ExpressionValue {
    var left = try factor(depth)
    while let symbol = take("*", "//", "/", "%") { left = try Self.combine(left, symbol, try factor(depth)) }
    return left
  }

  private mutating func factor(_ depth: Int) throws(ExpressionError) -> ExpressionValue {
    guard depth < Self.deepest else { throw ExpressionError("the expression is nested too deeply") }
    if take("-") != nil { return try Self.combine(.int(0), "-", try factor(depth + 1)) }
    if take("+") != nil { return try factor(depth + 1) }
    if take("(") != nil {
      let inner = try comparison(depth: depth + 1)
      guard take(")") != nil else { throw ExpressionError("a `)` is missing") }
      return inner
    }
    guard let token = tokens.popFirst() else { throw ExpressionError("the expression ends too early") }
    switch token {
    case .number(let value): return value
    case .symbol(let symbol): throw ExpressionError("unexpected `\(symbol)`")
    case .name(let name):
      if name == "min" || name == "max", take("(") != nil { return try extreme(name, depth + 1) }
      guard let known = value(name) else {
        throw ExpressionError("`\(name)` is no constant that is known here", unknownName: name)
      }
      return known
    }
  }

  private mutating func extreme(_ name: String, _ depth: Int) throws(ExpressionError) -> ExpressionValue {
    var best = try comparison(depth: depth)
    while take(",") != nil {
      let next = try comparison(depth: depth)
      let isBetter = try number(next, name) < number(best, name)
      if isBetter == (name == "min") { best = next }
    }
    guard take(")") != nil else { throw ExpressionError("`\(name)(` has no `)`") }
    return best
  }

  // MARK: Arithmetic

  private func number(_ value: ExpressionValue, _ symbol: String) throws(ExpressionError) -> Double {
    switch value {
    case .int(let value): return Double(value)
    case .double(let value): return value
    case .bool: throw ExpressionError("`\(symbol)` needs numbers, not true or false")
    }
  }

  private static func combine(_ left: ExpressionValue, _ symbol: String, _ right: ExpressionValue)
    throws(ExpressionError) -> ExpressionValue
  {
    if case (.int(let a), .int(let b)) = (left, right), symbol != "/" || b != 0 && a % b == 0 {
      return .int(try whole(a, symbol, b))
    }
    guard let a = left.double, let b = right.double else {
      throw ExpressionError("`\(symbol)` needs numbers, not true or false")
    }
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
    return .double(result)
  }

  private static func whole(_ a: Int, _ symbol: String, _ b: Int) throws(ExpressionError) -> Int {
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

extension ExpressionValue {
  fileprivate var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    case .bool: nil
    }
  }
}
