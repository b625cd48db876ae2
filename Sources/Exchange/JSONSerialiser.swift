extension JSONValue {
  /// The document as text without a final newline: on one line without spaces, or `pretty` with one member
  /// a line, two spaces a level, and lists of plain values on one line. Doubles are the shortest text that reads back as the same number.
  package func serialised(pretty: Bool = false) -> String {
    var serialiser = JSONSerialiser(isPretty: pretty)
    serialiser.append(self, level: 0)
    return serialiser.text
  }
}

struct JSONSerialiser {
  let isPretty: Bool
  private(set) var text = ""

  init(isPretty: Bool) {
    self.isPretty = isPretty
  }

  mutating func append(_ value: JSONValue, level: Int) {
    switch value {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += String(value)
    case .double(let value): text += value.isFinite ? value.description : "null"
    case .string(let value): append(quoted: value)
    case .array(let values) where isPretty && !values.isEmpty && values.allSatisfy(\.isPlain):
      text += "["
      for (index, value) in values.enumerated() {
        if index > 0 { text += ", " }
        append(value, level: level)
      }
      text += "]"
    case .array(let values):
      append(values, between: "[", and: "]", level: level) { $0.append($1, level: level + 1) }
    case .object(let members):
      append(members, between: "{", and: "}", level: level) { serialiser, member in
        serialiser.append(quoted: member.0)
        serialiser.text += serialiser.isPretty ? ": " : ":"
        serialiser.append(member.1, level: level + 1)
      }
    }
  }

  private mutating func append<Element>(
    _ elements: [Element], between opening: String, and closing: String, level: Int,
    _ appendElement: (inout JSONSerialiser, Element) -> Void
  ) {
    text += opening
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      breakLine(level + 1)
      appendElement(&self, element)
    }
    if !elements.isEmpty { breakLine(level) }
    text += closing
  }

  private mutating func breakLine(_ level: Int) {
    guard isPretty else { return }
    text += "\n" + String(repeating: "  ", count: level)
  }

  private mutating func append(quoted string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

extension JSONValue {
  fileprivate var isPlain: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }
}
