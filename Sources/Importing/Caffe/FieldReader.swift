/// What is wrong with a definition, and the bytes that say it.
package struct DefinitionProblem: Error, Sendable, Equatable {
  package var message: String
  package var place: Range<Int>
  package var help: [String] = []

  package init(_ message: String, _ place: Range<Int>, help: [String] = []) {
    (self.message, self.place, self.help) = (message, place, help)
  }
}

/// Takes a message's fields by their names and types. What was never asked for is unknown, and is said to be.
struct FieldReader {
  let message: TextMessage
  /// As the definition calls it.
  let name: String
  /// Of the message itself.
  let place: Range<Int>
  private var asked: Set<String> = []
  private(set) var problems: [DefinitionProblem] = []

  init(_ message: TextMessage, _ name: String, _ place: Range<Int>) {
    (self.message, self.name, self.place) = (message, name, place)
  }

  /// The message in a field; an empty one where there is none.
  init(_ name: String, in parent: inout FieldReader) {
    let found = parent.messages(name).first
    self.init(found?.message ?? TextMessage(), name, found?.place ?? parent.place)
  }

  mutating func has(_ name: String) -> Bool { !take(name).isEmpty }

  /// Fields that change nothing of what a network computes.
  mutating func ignore(_ names: String...) { asked.formUnion(names) }

  /// For a message that is refused as a whole.
  mutating func ignoreRest() { asked.formUnion(message.fields.map(\.name)) }

  mutating func integers(_ name: String) -> [Int] {
    take(name).compactMap { field in
      if case .word(let word) = field.value, let number = Self.integer(word) { return number }
      return mismatch(field, "a whole number")
    }
  }

  mutating func integer(_ name: String) -> Int? { integers(name).last }

  mutating func numbers(_ name: String) -> [Double] {
    take(name).compactMap { field in
      if case .word(let word) = field.value, let number = Self.number(word) { return number }
      return mismatch(field, "a number")
    }
  }

  mutating func number(_ name: String) -> Double? { numbers(name).last }

  mutating func flag(_ name: String) -> Bool? {
    take(name).compactMap { field -> Bool? in
      if case .word(let word) = field.value {
        if ["true", "True", "t", "1"].contains(word) { return true }
        if ["false", "False", "f", "0"].contains(word) { return false }
      }
      return mismatch(field, "`true` or `false`")
    }.last
  }

  mutating func texts(_ name: String) -> [String] {
    take(name).compactMap { field in
      if case .text(let bytes) = field.value { return String(decoding: bytes, as: UTF8.self) }
      return mismatch(field, "a text in quotes")
    }
  }

  mutating func text(_ name: String) -> String? { texts(name).last }

  /// A word of an enumeration, or its number; older definitions have texts.
  mutating func word(_ name: String) -> String? {
    take(name).compactMap { field -> String? in
      switch field.value {
      case .word(let word): word
      case .text(let bytes): String(decoding: bytes, as: UTF8.self)
      case .message: mismatch(field, "a word")
      }
    }.last
  }

  mutating func messages(_ name: String) -> [(message: TextMessage, place: Range<Int>)] {
    take(name).compactMap { field -> (message: TextMessage, place: Range<Int>)? in
      if case .message(let message) = field.value { return (message, field.place) }
      return mismatch(field, "a message in braces")
    }
  }

  /// Where a field stands; the message where it has none.
  func place(of name: String) -> Range<Int> { message.all(name).last?.place ?? place }

  mutating func report(_ message: String, at field: String? = nil, help: [String] = []) {
    problems.append(DefinitionProblem(message, field.map(place(of:)) ?? place, help: help))
  }

  /// Takes over what another reader found wrong.
  mutating func adopt(_ other: FieldReader) { problems += other.finish() }

  /// All that was wrong, and each field that nothing asked for.
  func finish() -> [DefinitionProblem] {
    var unknown: Set<String> = []
    return problems
      + message.fields.filter { !asked.contains($0.name) && unknown.insert($0.name).inserted }.map {
        DefinitionProblem("netc does not know `\($0.name)` of \(name)", $0.place)
      }
  }

  private mutating func take(_ name: String) -> [TextMessage.Field] {
    asked.insert(name)
    return message.all(name)
  }

  private mutating func mismatch<Value>(_ field: TextMessage.Field, _ wanted: String) -> Value? {
    problems.append(DefinitionProblem("`\(field.name)` has to be \(wanted)", field.place))
    return nil
  }

  private static func integer(_ word: String) -> Int? {
    if word.hasPrefix("0x") || word.hasPrefix("0X") { return Int(word.dropFirst(2), radix: 16) }
    if let number = Int(word) { return number }
    // A float that is whole: some definitions have `dim: 1.0`.
    return number(word).flatMap { Int(exactly: $0) }
  }

  private static func number(_ word: String) -> Double? {
    var text = Substring(word)
    if text.last == "f" || text.last == "F", !text.lowercased().hasSuffix("inf") { text.removeLast() }
    return Double(text).flatMap { $0.isFinite ? $0 : nil }
  }
}
