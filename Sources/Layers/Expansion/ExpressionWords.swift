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

  /// nil for what is true or false.
  var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    case .bool: nil
    }
  }
}

/// Why an expression has no value.
package struct ExpressionError: Error, Sendable, Equatable {
  package var message: String
  /// The name, when it is one that nobody defined.
  package var unknownName: String?
  /// The word that is to blame, counted in Unicode scalars from the beginning of the text; nil for the whole.
  package var place: Range<Int>?

  init(_ message: String, unknownName: String? = nil, at place: Range<Int>? = nil) {
    (self.message, self.unknownName, self.place) = (message, unknownName, place)
  }
}

/// A word of an expression, with its place in Unicode scalars.
struct ExpressionWord {
  enum Kind: Equatable {
    case number(ExpressionValue)
    case name(String)
    case symbol(String)
  }

  var kind: Kind
  var place: Range<Int>

  var described: String {
    switch kind {
    case .number(let value): "`\(value.text)`"
    case .name(let name): "`\(name)`"
    case .symbol(let symbol): "`\(symbol)`"
    }
  }

  /// - Parameter symbols: longer ones before those that they begin with.
  static func words(of text: String, symbols: [String]) throws(ExpressionError) -> [ExpressionWord] {
    var words: [ExpressionWord] = []
    var rest = Substring(text)
    var start = 0
    while let first = rest.first {
      let length: Int
      var kind: Kind?
      if first.isWhitespace {
        length = 1
      } else if first.isASCII, first.isNumber || first == "." {
        length = numberLength(rest)
        let word = rest.prefix(length)
        let number = Int(word).map(ExpressionValue.int) ?? Double(word).flatMap { $0.isFinite ? .double($0) : nil }
        guard let number else {
          throw ExpressionError("`\(word)` is no number", at: start..<start + word.unicodeScalars.count)
        }
        kind = .number(number)
      } else if first == "_" || first.isLetter {
        let word = rest.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
        length = word.count
        switch word {
        case "true": kind = .number(.bool(true))
        case "false": kind = .number(.bool(false))
        default: kind = .name(String(word))
        }
      } else {
        guard let symbol = symbols.first(where: { rest.hasPrefix($0) }) else {
          throw ExpressionError(
            "`\(first)` is not part of an expression", at: start..<start + first.unicodeScalars.count)
        }
        length = symbol.count
        kind = .symbol(symbol)
      }
      let end = start + rest.prefix(length).unicodeScalars.count
      if let kind { words.append(ExpressionWord(kind: kind, place: start..<end)) }
      rest = rest.dropFirst(length)
      start = end
    }
    return words
  }

  /// Digits, points and exponents, whose sign is no operator.
  private static func numberLength(_ text: Substring) -> Int {
    var last: Character?
    return text.prefix { character in
      let isExponent = last == "e" || last == "E"
      defer { last = character }
      return character.isASCII && (character.isNumber || ".eE".contains(character))
        || isExponent && (character == "-" || character == "+")
    }.count
  }
}
