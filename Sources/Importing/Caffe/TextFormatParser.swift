/// Reads the text format of protocol buffers.
///
/// Source: https://protobuf.dev/reference/protobuf/textformat-spec/. Left out are names of extensions and `Any` in
/// brackets: no definition of a network has them.
package struct TextFormatParser {
  private let bytes: [UInt8]
  private var place = 0

  /// Messages within messages more deeply than this are no definition of a network.
  private static let deepest = 64

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The message that is the whole text.
  package static func parse(_ bytes: [UInt8]) throws(TextFault) -> TextMessage {
    var parser = TextFormatParser(bytes)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.place = 3 }
    return try parser.message(until: nil, openedAt: 0, depth: 0)
  }

  // MARK: Grammar

  private mutating func message(
    until close: UInt8?, openedAt start: Int, depth: Int
  ) throws(TextFault) -> TextMessage {
    guard depth <= Self.deepest else { throw fault("messages lie more than \(Self.deepest) deep here", 1) }
    var message = TextMessage()
    while true {
      skipSpace()
      guard let byte = peek else {
        guard close != nil else { return message }
        throw TextFault(message: "this message is never closed", place: start..<start + 1)
      }
      if byte == close {
        place += 1
        return message
      }
      try field(into: &message, depth)
    }
  }

  private mutating func field(into message: inout TextMessage, _ depth: Int) throws(TextFault) {
    let start = place
    guard let first = peek, first.isLetter else {
      throw fault("expected the name of a field, not \(shown)", 1)
    }
    let name = takeWord()
    let nameEnd = place
    skipSpace()
    let hasColon = take(UInt8(ascii: ":"))
    skipSpace()
    if take(UInt8(ascii: "[")) {
      guard hasColon || [UInt8(ascii: "{"), UInt8(ascii: "<")].contains(peekBehindSpace) else {
        throw fault("`\(name)` needs a colon before its list", 1)
      }
      try list(of: name, start, into: &message, depth)
    } else {
      message.fields.append(try value(of: name, start..<nameEnd, hasColon, depth))
    }
    skipSpace()
    if !take(UInt8(ascii: ",")) { _ = take(UInt8(ascii: ";")) }
  }

  /// `[a, b]`: the field several times.
  private mutating func list(
    of name: String, _ start: Int, into message: inout TextMessage, _ depth: Int
  ) throws(TextFault) {
    skipSpace()
    if take(UInt8(ascii: "]")) { return }
    while true {
      skipSpace()
      message.fields.append(try value(of: name, place..<place, true, depth))
      skipSpace()
      if take(UInt8(ascii: "]")) { return }
      guard take(UInt8(ascii: ",")) else {
        throw fault(peek == nil ? "the list of `\(name)` is never closed" : "expected `,` or `]`, not \(shown)", 1)
      }
    }
  }

  private mutating func value(
    of name: String, _ written: Range<Int>, _ hasColon: Bool, _ depth: Int
  ) throws(TextFault) -> TextMessage.Field {
    let start = place
    guard let byte = peek else {
      throw fault(hasColon ? "`\(name)` has no value" : "expected `:` or `{` behind `\(name)`, not \(shown)", 1)
    }
    for (open, close) in [(UInt8(ascii: "{"), UInt8(ascii: "}")), (UInt8(ascii: "<"), UInt8(ascii: ">"))]
    where byte == open {
      place += 1
      let inner = try message(until: close, openedAt: start, depth: depth + 1)
      let shown = written.isEmpty ? start..<start + 1 : written
      return TextMessage.Field(name: name, value: .message(inner), place: shown)
    }
    guard hasColon else { throw fault("expected `:` or `{` behind `\(name)`, not \(shown)", 1) }
    let from = written.isEmpty ? start : written.lowerBound
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
      let text = try strings()
      return TextMessage.Field(name: name, value: .text(text), place: from..<place)
    }
    var sign = ""
    if take(UInt8(ascii: "-")) {
      sign = "-"
      skipSpace()
    }
    guard let next = peek, next.isLetter || next.isDigit || next == UInt8(ascii: ".") else {
      throw fault("expected a value for `\(name)`, not \(shown)", 1)
    }
    let word = takeWord()
    return TextMessage.Field(name: name, value: .word(sign + word), place: from..<place)
  }

  /// One or more texts in quotes, which belong together.
  private mutating func strings() throws(TextFault) -> [UInt8] {
    var result: [UInt8] = []
    while let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      let start = place
      place += 1
      while true {
        guard let byte = peek, byte != 0x0A else {
          throw TextFault(message: "this text has no closing quote", place: start..<place)
        }
        place += 1
        if byte == quote { break }
        if byte == UInt8(ascii: "\\") { try escape(into: &result) } else { result.append(byte) }
      }
      skipSpace()
    }
    // A comment or the space behind belongs to no text.
    return result
  }

  private mutating func escape(into result: inout [UInt8]) throws(TextFault) {
    let start = place - 1
    guard let byte = peek else { throw TextFault(message: "this text has no closing quote", place: start..<place) }
    place += 1
    switch byte {
    case UInt8(ascii: "n"): result.append(0x0A)
    case UInt8(ascii: "r"): result.append(0x0D)
    case UInt8(ascii: "t"): result.append(0x09)
    case UInt8(ascii: "a"): result.append(0x07)
    case UInt8(ascii: "b"): result.append(0x08)
    case UInt8(ascii: "f"): result.append(0x0C)
    case UInt8(ascii: "v"): result.append(0x0B)
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "?"): result.append(byte)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      place -= 1
      result.append(UInt8(truncatingIfNeeded: number(base: 8, digits: 3) ?? 0))
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      guard let value = number(base: 16, digits: 2) else { fallthrough }
      result.append(UInt8(truncatingIfNeeded: value))
    default: throw TextFault(message: "an unknown escape in a text", place: start..<place)
    }
  }

  private mutating func number(base: Int, digits: Int) -> Int? {
    var (value, count) = (0, 0)
    while count < digits, let byte = peek, let digit = byte.digitValue, digit < base {
      (value, count) = (value * base + digit, count + 1)
      place += 1
    }
    return count > 0 ? value : nil
  }

  // MARK: Characters

  private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

  private var peekBehindSpace: UInt8 {
    var ahead = self
    ahead.skipSpace()
    return ahead.peek ?? 0
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    place += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek {
      if byte == UInt8(ascii: "#") {
        while let byte = peek, byte != 0x0A { place += 1 }
      } else if byte == 0x20 || (0x09...0x0D).contains(byte) {
        place += 1
      } else {
        return
      }
    }
  }

  /// Letters, digits, points, and the sign of an exponent.
  private mutating func takeWord() -> String {
    let start = place
    while let byte = peek {
      let isExponent =
        (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")) && place > start
        && (bytes[place - 1] | 0x20) == UInt8(ascii: "e") && (bytes[start].isDigit || bytes[start] == UInt8(ascii: "."))
      guard byte.isLetter || byte.isDigit || byte == UInt8(ascii: ".") || isExponent else { break }
      place += 1
    }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private var shown: String {
    guard let byte = peek else { return "the end of the file" }
    return byte > 0x20 && byte < 0x7F ? "`\(Character(Unicode.Scalar(byte)))`" : "a byte of \(byte)"
  }

  private func fault(_ message: String, _ length: Int) -> TextFault {
    TextFault(message: message, place: place..<min(place + length, max(place, bytes.count)))
  }
}

extension UInt8 {
  fileprivate var isLetter: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == UInt8(ascii: "_")
  }
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  fileprivate var digitValue: Int? {
    if isDigit { return Int(self - UInt8(ascii: "0")) }
    let lower = self | 0x20
    return (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(lower) ? Int(lower - UInt8(ascii: "a")) + 10 : nil
  }
}
