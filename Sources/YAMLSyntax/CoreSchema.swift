/// The core schema of YAML 1.2 (section 10.3.2): what a plain scalar means.
///
/// Unlike in YAML 1.1 `yes` and `off` are strings, `010` is ten, and there are no sexagesimal numbers.
enum CoreSchema {
  private static let prefix = "tag:yaml.org,2002:"

  static func resolve(_ scalar: Node.Scalar) -> Resolved {
    if let tag = scalar.tag {
      // A tag that its text contradicts, such as `!!int x`, leaves the string to whoever asked for a number.
      guard tag.hasPrefix(prefix) else { return .string(scalar.text) }
      let plain = plainMeaning(of: scalar.text)
      switch (tag.dropFirst(prefix.count), plain) {
      case ("int", .int), ("float", .float), ("bool", .bool), ("null", .null): return plain
      case ("float", .int(let value)): return .float(Double(value))
      default: return .string(scalar.text)
      }
    }
    return scalar.style == .plain ? plainMeaning(of: scalar.text) : .string(scalar.text)
  }

  static func plainMeaning(of text: String) -> Resolved {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    case ".nan", ".NaN", ".NAN": return .float(.nan)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .float(.infinity)
    case "-.inf", "-.Inf", "-.INF": return .float(-.infinity)
    default: return number(text) ?? .string(text)
    }
  }

  private static func number(_ text: String) -> Resolved? {
    let letters = Array(text.utf8)
    if letters.starts(with: [0x30, 0x6F]) { return integer(letters.dropFirst(2), radix: 8) }
    if letters.starts(with: [0x30, 0x78]) { return integer(letters.dropFirst(2), radix: 16) }
    var rest = letters[...]
    if rest.first == 0x2B || rest.first == 0x2D { rest = rest.dropFirst() }
    let whole = takeDigits(&rest)
    if rest.isEmpty, whole > 0 {
      return Int(text).map { .int($0) } ?? Double(text).map { .float($0) }
    }
    var fraction = 0
    if rest.first == 0x2E {
      rest = rest.dropFirst()
      fraction = takeDigits(&rest)
    }
    guard whole + fraction > 0 else { return nil }
    if rest.first == 0x65 || rest.first == 0x45 {
      rest = rest.dropFirst()
      if rest.first == 0x2B || rest.first == 0x2D { rest = rest.dropFirst() }
      guard takeDigits(&rest) > 0 else { return nil }
    }
    guard rest.isEmpty else { return nil }
    return Double(text).map { .float($0) }
  }

  private static func takeDigits(_ letters: inout ArraySlice<UInt8>) -> Int {
    let rest = letters.drop { (0x30...0x39).contains($0) }
    defer { letters = rest }
    return letters.count - rest.count
  }

  /// Digits of base 8 or 16, without a sign.
  private static func integer(_ digits: ArraySlice<UInt8>, radix: Int) -> Resolved? {
    guard !digits.isEmpty else { return nil }
    var value: Int? = 0
    var float = 0.0
    for letter in digits {
      let digit: Int
      switch letter {
      case 0x30...0x39: digit = Int(letter) - 0x30
      case 0x41...0x46: digit = Int(letter) - 0x41 + 10
      case 0x61...0x66: digit = Int(letter) - 0x61 + 10
      default: return nil
      }
      guard digit < radix else { return nil }
      float = float * Double(radix) + Double(digit)
      if let current = value {
        let (scaled, overflow) = current.multipliedReportingOverflow(by: radix)
        let (sum, carry) = scaled.addingReportingOverflow(digit)
        value = overflow || carry ? nil : sum
      }
    }
    return value.map { .int($0) } ?? .float(float)
  }
}
