/// Reads the Python dictionary in the header of a NumPy file. It knows strings without escapes, True, False
/// and tuples of integers, and evaluates nothing.
struct NpyDictionary {
  struct Contents: Equatable {
    /// Nil for a structured type, which is written as a list.
    var descr: String?
    var fortranOrder: Bool
    var shape: [Int]
  }

  struct Failure: Error, Equatable {
    var message: String
    /// In the text.
    var offset: Int
  }

  private let text: [UInt8]
  private var position = 0

  init(text: [UInt8]) {
    self.text = text
  }

  mutating func read() throws(Failure) -> Contents {
    var descr: String??
    var fortranOrder: Bool?
    var shape: [Int]?
    try expect("{")
    while !take("}") {
      let start = position
      let key = try string()
      try expect(":")
      switch key {
      case "descr" where descr == nil:
        if peek() == UInt8(ascii: "[") {
          try skipList()
          descr = .some(nil)
        } else {
          descr = try string()
        }
      case "fortran_order" where fortranOrder == nil: fortranOrder = try boolean()
      case "shape" where shape == nil: shape = try tuple()
      default: throw Failure(message: "the key `\(key)` is unknown or comes twice", offset: start)
      }
      if !take(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard position == text.count else { throw failure("there is more after the dictionary") }
    guard let descr, let fortranOrder, let shape else { throw failure("a key is missing") }
    return Contents(descr: descr, fortranOrder: fortranOrder, shape: shape)
  }

  private func failure(_ message: String) -> Failure { Failure(message: message, offset: position) }

  private mutating func skipSpace() {
    while position < text.count, text[position] == 0x20 || text[position] == 0x0A { position += 1 }
  }

  /// The next byte that is no white space.
  private mutating func peek() -> UInt8? {
    skipSpace()
    return position < text.count ? text[position] : nil
  }

  private mutating func take(_ symbol: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: symbol) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ symbol: Unicode.Scalar) throws(Failure) {
    guard take(symbol) else { throw failure("expected `\(symbol)`") }
  }

  private mutating func string() throws(Failure) -> String {
    guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw failure("expected a string in quotes")
    }
    let start = position + 1
    var end = start
    while end < text.count, text[end] != quote {
      guard (0x20...0x7E).contains(text[end]), text[end] != UInt8(ascii: "\\") else {
        throw Failure(message: "a string has characters that none of the keys and types has", offset: end)
      }
      end += 1
    }
    guard end < text.count else { throw failure("the string does not end") }
    position = end + 1
    return String(decoding: text[start..<end], as: UTF8.self)
  }

  private mutating func boolean() throws(Failure) -> Bool {
    _ = peek()
    for (word, value) in [("True", true), ("False", false)] where text[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw failure("expected True or False")
  }

  private mutating func tuple() throws(Failure) -> [Int] {
    var values: [Int] = []
    try expect("(")
    while !take(")") {
      values.append(try integer())
      if !take(",") {
        guard values.count > 1 else { throw failure("expected `,`: a tuple of one element is `(n,)`") }
        try expect(")")
        break
      }
    }
    return values
  }

  private mutating func integer() throws(Failure) -> Int {
    _ = peek()
    let start = position
    while position < text.count, (0x30...0x39).contains(text[position]) { position += 1 }
    guard position > start, let value = Int(String(decoding: text[start..<position], as: UTF8.self)) else {
      throw Failure(message: "expected a size ≥ 0 below 2⁶³", offset: start)
    }
    // Python 2 wrote long integers so.
    if position < text.count, text[position] == UInt8(ascii: "L") { position += 1 }
    return value
  }

  /// Steps over a list, which may hold strings, tuples and lists.
  private mutating func skipList() throws(Failure) {
    var depth = 0
    repeat {
      switch peek() {
      case nil: throw failure("the list does not end")
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        _ = try string()
        continue
      case UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "]"): depth -= 1
      default: break
      }
      position += 1
    } while depth > 0
  }
}
