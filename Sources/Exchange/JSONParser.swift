/// A recursive-descent parser; every access to the bytes goes through `peek`, which checks the bounds.
struct JSONParser {
  static let maximumDepth = 128

  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  mutating func document() throws(JSONError) -> JSONValue {
    let result = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw error("there is more after the end of the document") }
    return result
  }

  private func peek(_ ahead: Int = 0) -> UInt8? {
    position + ahead < bytes.count ? bytes[position + ahead] : nil
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private func error(_ message: String, at offset: Int? = nil) -> JSONError {
    let offset = offset ?? position
    var line = 1
    var lineStart = 0
    for index in 0..<min(offset, bytes.count) where bytes[index] == 0x0A {
      line += 1
      lineStart = index + 1
    }
    return JSONError(message: message, offset: offset, line: line, column: offset - lineStart + 1)
  }

  /// What stands at the position, for messages.
  private var found: String {
    guard let byte = peek() else { return "the end" }
    return (0x21...0x7E).contains(byte)
      ? "`\(Unicode.Scalar(byte))`" : "byte 0x\(String(byte, radix: 16))"
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    skipSpace()
    switch peek() {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
    default: throw error("expected a value, found \(found)")
    }
  }

  private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    let start = position
    for byte in text.description.utf8 {
      guard take(byte) else { throw error("expected `\(text)`", at: start) }
    }
    return value
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    try enter(depth)
    var values: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(values) }
    while true {
      values.append(try value(depth: depth))
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(values) }
      guard take(UInt8(ascii: ",")) else { throw error("expected `,` or `]`, found \(found)") }
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    try enter(depth)
    var members: [(String, JSONValue)] = []
    var keys = JSONKeys()
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      let start = position
      guard peek() == UInt8(ascii: "\"") else { throw error("expected a key in quotes, found \(found)") }
      let key = try string()
      guard keys.insert(key, behind: members) else { throw error("the key \"\(key)\" comes twice", at: start) }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw error("expected `:`, found \(found)") }
      members.append((key, try value(depth: depth)))
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw error("expected `,` or `}`, found \(found)") }
    }
  }

  /// Steps over the opening bracket of level `depth`.
  private mutating func enter(_ depth: Int) throws(JSONError) {
    guard depth <= Self.maximumDepth else {
      throw error("arrays and objects are nested deeper than \(Self.maximumDepth) levels")
    }
    position += 1
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    var isInteger = true
    let isNegative = take(UInt8(ascii: "-"))
    if take(UInt8(ascii: "0")) {
      if let byte = peek(), isDigit(byte) { throw error("a number must not start with 0", at: start) }
    } else {
      try digits()
    }
    if take(UInt8(ascii: ".")) {
      isInteger = false
      try digits()
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isInteger = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    // Minus zero exists only as a floating-point number.
    if isInteger, let value = integer(start..<position), !(isNegative && value == 0) { return .int(value) }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = Double(text), value.isFinite else {
      throw error("the number \(text.prefix(40)) is out of range", at: start)
    }
    return .double(value)
  }

  /// The digits in `range`, behind a minus or not; nil for a number beyond `Int`.
  private func integer(_ range: Range<Int>) -> Int? {
    let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
    var result = 0
    for byte in bytes[range].dropFirst(isNegative ? 1 : 0) {
      let (tens, beyond) = result.multipliedReportingOverflow(by: 10)
      let digit = Int(byte) - 0x30
      let (sum, overflow) = isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
      if beyond || overflow { return nil }
      result = sum
    }
    return result
  }

  private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte = peek(), isDigit(byte) { position += 1 }
    guard position > start else { throw error("expected a digit, found \(found)") }
  }

  private mutating func string() throws(JSONError) -> String {
    let start = position
    position += 1
    // What stands before the last escape; most strings have none and are read where they lie.
    var text: [UInt8] = []
    var run = position
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "\""):
        let rest = UnsafeRawBufferPointer(rebasing: bytes[run..<position])
        position += 1
        if !text.isEmpty { text.append(contentsOf: rest) }
        let result =
          text.isEmpty ? String(validating: rest, as: UTF8.self) : String(validating: text, as: UTF8.self)
        guard let result else { throw error("the string is not valid UTF-8", at: start) }
        return result
      case UInt8(ascii: "\\"):
        text.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[run..<position]))
        text.append(contentsOf: try escape().utf8)
        run = position
      case 0..<0x20:
        throw error("a control character in a string must be escaped")
      default:
        position += 1
      }
    }
    throw error("the string does not end", at: start)
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    let start = position
    position += 1
    guard let byte = peek() else { throw error("the string does not end", at: start) }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw error("unknown escape", at: start)
    }
    let first = try hexadecimal(start)
    if let scalar = Unicode.Scalar(first) { return scalar }
    // Only surrogates are no scalars below 0x10000: a high one must be followed by a low one.
    guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
      throw error("half of a surrogate pair", at: start)
    }
    let second = try hexadecimal(start)
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + ((first & 0x3FF) << 10) + (second & 0x3FF))
    else { throw error("half of a surrogate pair", at: start) }
    return scalar
  }

  /// Four hexadecimal digits.
  private mutating func hexadecimal(_ start: Int) throws(JSONError) -> UInt32 {
    var result: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw error("`\\u` needs four hexadecimal digits", at: start)
      }
      result = result << 4 | UInt32(digit)
      position += 1
    }
    return result
  }
}
