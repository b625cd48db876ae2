import Diagnostics
import NetIR
import YAMLSyntax

/// Reads an objective that is written as a formula: `mean(w * (p - t)^2)`.
enum ObjectiveExpression {
  static let example = "mean((prediction - target)^2)"

  /// nil where something is wrong and reported at its word.
  static func read(_ node: Node, _ bag: inout DiagnosticBag) -> LossExpression? {
    guard let scalar = node.scalar, !node.isNull else {
      bag.report(
        Diagnostic(
          .wrongType, "`expression` must be a formula, not \(node.kindName)", at: node.span,
          help: ["such as `expression: \"\(example)\"`"]))
      return nil
    }
    do throws(ExpressionError) {
      let expression = try ExpressionParser.parse(scalar.text, LossAlgebra())
      if expression.reads(.prediction) { return expression }
      bag.report(
        Diagnostic(
          .badExpression, "`\(scalar.text)` does not depend on the prediction: nothing could be learnt from it",
          at: node.span, help: ["write `prediction`, or `p`, for what the network says"]))
    } catch {
      let place = error.place.flatMap { node.part($0) } ?? node.span
      if let name = error.unknownName {
        bag.report(
          .unknown(
            .badExpression, "`\(name)` is nothing that a loss is made of", word: name, at: place,
            among: LossAlgebra.names.keys + LossAlgebra.functions,
            notes: ["constants come from `let:`, as `$\(name)`"]))
      } else {
        bag.report(
          Diagnostic(.badExpression, "the objective is no formula: \(error.message)", at: place, help: [help]))
      }
    }
    return nil
  }

  private static let help =
    "a formula has `prediction`, `target` and `weight` (p, t, w), numbers, + - * / ^ ( ), and "
    + LossAlgebra.functions.joined(separator: " ")
}

/// Formulas over the parts of an example's loss. What has numbers alone is computed while it is read.
struct LossAlgebra: ExpressionAlgebra {
  static let symbols = ["+", "-", "*", "/", "^", "(", ")", ","]
  static let functions = ["abs", "exp", "log", "max", "mean", "min", "sqrt", "sum"]
  static let names: [String: LossExpression] = [
    "prediction": .prediction, "p": .prediction, "target": .target, "t": .target, "weight": .weight, "w": .weight,
  ]

  func number(_ value: ExpressionValue) throws(ExpressionError) -> LossExpression {
    guard let number = value.double else { throw ExpressionError("`\(value.text)` is no number") }
    guard Float(number).isFinite else { throw ExpressionError("the number is too large") }
    return .number(number)
  }

  func value(of name: String) throws(ExpressionError) -> LossExpression {
    if let part = Self.names[name] { return part }
    if Self.functions.contains(name) {
      throw ExpressionError("`\(name)` takes what it is of in parentheses, as in `\(name)(p - t)`")
    }
    throw ExpressionError("`\(name)` is unknown", unknownName: name)
  }

  func negated(_ value: LossExpression) -> LossExpression {
    if case .number(let number) = value { .number(-number) } else { .negative(value) }
  }

  func combined(_ left: LossExpression, _ symbol: String, _ right: LossExpression) throws(ExpressionError)
    -> LossExpression
  {
    if case (.number(let a), .number(let b)) = (left, right) { return try folded(a, symbol, b) }
    switch symbol {
    case "+": return .sum(left, right)
    case "-": return .difference(left, right)
    case "*": return .product(left, right)
    case "/":
      if right == .number(0) { throw ExpressionError("division by zero") }
      return .quotient(left, right)
    default:
      guard case .number(let exponent) = right else {
        throw ExpressionError("what stands behind `^` must be a number; a^b is `exp(b * log(a))`")
      }
      return .power(left, exponent)
    }
  }

  private func folded(_ a: Double, _ symbol: String, _ b: Double) throws(ExpressionError) -> LossExpression {
    if symbol == "^" {
      guard b >= 0, b <= 64, b == b.rounded() else {
        throw ExpressionError("a power of a number must be whole, from 0 to 64; write the number itself")
      }
      return .number((0..<Int(b)).reduce(1) { product, _ in product * a })
    }
    if symbol == "/", b == 0 { throw ExpressionError("division by zero") }
    let result =
      switch symbol {
      case "+": a + b
      case "-": a - b
      case "*": a * b
      default: a / b
      }
    guard Float(result).isFinite else { throw ExpressionError("the result is too large") }
    return .number(result)
  }

  func called(_ function: String, _ arguments: [LossExpression]) throws(ExpressionError) -> LossExpression {
    if arguments.count > 1 {
      switch function {
      case "min": return arguments.dropFirst().reduce(arguments[0]) { .least($0, $1) }
      case "max": return arguments.dropFirst().reduce(arguments[0]) { .largest($0, $1) }
      default: throw ExpressionError("`\(function)` takes one thing, not \(arguments.count)")
      }
    }
    let operand = arguments[0]
    switch function {
    case "abs": return .function(.absolute, operand)
    case "exp": return .function(.exponential, operand)
    case "log": return .function(.logarithm, operand)
    case "sqrt": return .function(.squareRoot, operand)
    default: return LossExpression.Reduction(rawValue: function).map { .reduction($0, operand) } ?? operand
    }
  }
}

extension Node {
  /// A part of a scalar, counted in Unicode scalars, where the file shows it as it is: on one line and without escapes.
  fileprivate func part(_ range: Range<Int>) -> SourceSpan? {
    guard let scalar, span.start.line == span.end.line else { return nil }
    let quotes = scalar.style == .singleQuoted || scalar.style == .doubleQuoted ? 1 : 0
    let width = span.end.column - span.start.column
    guard scalar.text.unicodeScalars.count + 2 * quotes == width else { return nil }
    var part = span
    part.start.column += quotes + range.lowerBound
    part.end.column = span.start.column + quotes + range.upperBound
    return part
  }
}
