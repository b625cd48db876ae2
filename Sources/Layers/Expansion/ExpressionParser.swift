/// What an expression's operators and names mean: numbers for constants, a tree for an objective.
protocol ExpressionAlgebra {
  associatedtype Value

  /// Operators and parentheses that there are, longer ones before those that they begin with.
  static var symbols: [String] { get }
  /// Names that take arguments in parentheses.
  static var functions: [String] { get }

  func number(_ value: ExpressionValue) throws(ExpressionError) -> Value
  func value(of name: String) throws(ExpressionError) -> Value
  func combined(_ left: Value, _ symbol: String, _ right: Value) throws(ExpressionError) -> Value
  func negated(_ value: Value) throws(ExpressionError) -> Value
  /// - Parameter arguments: at least one.
  func called(_ function: String, _ arguments: [Value]) throws(ExpressionError) -> Value
}

/// The grammar of expressions. From loose to tight: comparisons, + and −, * / // %, signs, ^.
struct ExpressionParser<Algebra: ExpressionAlgebra> {
  private var words: ArraySlice<ExpressionWord>
  private let algebra: Algebra
  /// Where the text ends.
  private let end: Range<Int>

  /// Deeper parentheses than this are no arithmetic that a person wrote.
  private static var deepest: Int { 64 }

  static func parse(_ text: String, _ algebra: Algebra) throws(ExpressionError) -> Algebra.Value {
    let words = try ExpressionWord.words(of: text, symbols: Algebra.symbols)
    guard let last = words.last else { throw ExpressionError("the expression is empty") }
    var parser = ExpressionParser(words: words[...], algebra: algebra, end: last.place)
    let result = try parser.comparison(depth: 0)
    if let rest = parser.words.first { throw ExpressionError("unexpected \(rest.described)", at: rest.place) }
    return result
  }

  private init(words: ArraySlice<ExpressionWord>, algebra: Algebra, end: Range<Int>) {
    (self.words, self.algebra, self.end) = (words, algebra, end)
  }

  private mutating func take(_ symbols: String...) -> (text: String, place: Range<Int>)? {
    guard let word = words.first, case .symbol(let symbol) = word.kind, symbols.contains(symbol) else { return nil }
    words.removeFirst()
    return (symbol, word.place)
  }

  private var place: Range<Int> { words.first?.place ?? end }

  /// What the algebra says, at the word that it says it of.
  private func located<Value>(_ place: Range<Int>, _ body: () throws(ExpressionError) -> Value)
    throws(ExpressionError) -> Value
  {
    do throws(ExpressionError) {
      return try body()
    } catch {
      var error = error
      error.place = error.place ?? place
      throw error
    }
  }

  private mutating func combined(
    _ left: Algebra.Value, _ symbol: (text: String, place: Range<Int>), _ right: Algebra.Value
  ) throws(ExpressionError) -> Algebra.Value {
    let algebra = algebra
    return try located(symbol.place) { () throws(ExpressionError) in
      try algebra.combined(left, symbol.text, right)
    }
  }

  private mutating func comparison(depth: Int) throws(ExpressionError) -> Algebra.Value {
    let left = try sum(depth)
    guard let symbol = take("==", "!=", "<=", ">=", "<", ">") else { return left }
    return try combined(left, symbol, try sum(depth))
  }

  private mutating func sum(_ depth: Int) throws(ExpressionError) -> Algebra.Value {
    var left = try product(depth)
    while let symbol = take("+", "-") { left = try combined(left, symbol, try product(depth)) }
    return left
  }

  private mutating func product(_ depth: Int) throws(ExpressionError) -> Algebra.Value {
    var left = try factor(depth)
    while let symbol = take("*", "//", "/", "%") { left = try combined(left, symbol, try factor(depth)) }
    return left
  }

  private mutating func factor(_ depth: Int) throws(ExpressionError) -> Algebra.Value {
    guard depth < Self.deepest else { throw ExpressionError("the expression is nested too deeply", at: place) }
    if let minus = take("-") {
      let (value, algebra) = (try factor(depth + 1), algebra)
      return try located(minus.place) { () throws(ExpressionError) in try algebra.negated(value) }
    }
    if take("+") != nil { return try factor(depth + 1) }
    let base = try primary(depth)
    guard let symbol = take("^") else { return base }
    return try combined(base, symbol, try factor(depth + 1))
  }

  private mutating func primary(_ depth: Int) throws(ExpressionError) -> Algebra.Value {
    if take("(") != nil {
      let inner = try comparison(depth: depth + 1)
      guard take(")") != nil else { throw ExpressionError("a `)` is missing", at: place) }
      return inner
    }
    guard let word = words.popFirst() else { throw ExpressionError("the expression ends too early", at: end) }
    let algebra = algebra
    switch word.kind {
    case .number(let value):
      return try located(word.place) { () throws(ExpressionError) in try algebra.number(value) }
    case .symbol(let symbol): throw ExpressionError("unexpected `\(symbol)`", at: word.place)
    case .name(let name):
      guard Algebra.functions.contains(name), take("(") != nil else {
        return try located(word.place) { () throws(ExpressionError) in try algebra.value(of: name) }
      }
      var arguments = [try comparison(depth: depth + 1)]
      while take(",") != nil { arguments.append(try comparison(depth: depth + 1)) }
      guard take(")") != nil else { throw ExpressionError("`\(name)(` has no `)`", at: place) }
      return try located(word.place) { () throws(ExpressionError) in try algebra.called(name, arguments) }
    }
  }
}
