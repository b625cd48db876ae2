/// Makes text from files and users harmless for a terminal.
package enum SafeText {
  /// The text with every control, bidirectional override and line separator spelled as an escape.
  package static func escaped(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { escape(for: $0) != nil }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if let escape = escape(for: scalar) {
        result += escape
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// What stands for a scalar that must not reach a terminal; nil for harmless ones.
  static func escape(for scalar: Unicode.Scalar) -> String? {
    switch scalar.value {
    case 0x09: return "\\t"
    case 0x0A: return "\\n"
    case 0x0D: return "\\r"
    case 0x00..<0x20, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF,
      0xFFF9...0xFFFB, 0xE0000...0xE007F:
      return "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    default: return nil
    }
  }
}
