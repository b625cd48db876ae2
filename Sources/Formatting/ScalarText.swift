import Diagnostics
import YAMLSyntax

/// How scalars are spelled: as they were, with quotes only where they are needed.
enum ScalarText {
  /// - Parameter written: how the scalar stands in the file, where that is one line.
  /// - Parameter inFlow: whether brackets are around it.
  static func text(_ scalar: Node.Scalar, written: String?, inFlow: Bool, isKey: Bool = false) -> String {
    if scalar.tag != nil {
      return written.flatMap { isBlockStyle(scalar) ? nil : $0 } ?? doubleQuoted(scalar.text)
    }
    switch scalar.style {
    case .plain:
      switch plainMeaning(of: scalar.text) {
      case .null: return isKey && !scalar.text.isEmpty ? scalar.text : "null"
      case .string: return mayStayPlain(scalar.text, inFlow: inFlow) ? scalar.text : doubleQuoted(scalar.text)
      default: return scalar.text
      }
    case .singleQuoted, .doubleQuoted:
      return mayBePlain(scalar.text) ? scalar.text : written ?? doubleQuoted(scalar.text)
    case .literal, .folded: return mayBePlain(scalar.text) ? scalar.text : doubleQuoted(scalar.text)
    }
  }

  /// A key or a word that is not in the file.
  static func text(_ word: String) -> String { mayBePlain(word) ? word : doubleQuoted(word) }

  private static func isBlockStyle(_ scalar: Node.Scalar) -> Bool {
    scalar.style == .literal || scalar.style == .folded
  }

  /// Whether a text that is written without quotes may go on without them.
  private static func mayStayPlain(_ text: String, inFlow: Bool) -> Bool {
    let scalars = text.unicodeScalars
    if scalars.contains("\n") || scalars.contains("$") && !isConstant(text) { return false }
    let isIndicator = scalars.first == "?" || scalars.first == ":"
    return !inFlow || !isIndicator && !scalars.contains { ",[]{}".unicodeScalars.contains($0) }
  }

  /// Whether a text means the same without quotes, to netc and to readers of older YAML.
  private static func mayBePlain(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
      case .string = plainMeaning(of: text)
    else { return false }
    if text.unicodeScalars.contains("$"), !isConstant(text) { return false }
    if "-?:,[]{}#&*!|>'\"%@`=<. ".unicodeScalars.contains(first) || last == " " || last == ":" { return false }
    for scalar in text.unicodeScalars {
      if ",[]{}:#".unicodeScalars.contains(scalar) || !isPrintable(scalar) { return false }
    }
    return !isOldWord(text)
  }

  /// `$width`: a constant and nothing else needs no quotes.
  private static func isConstant(_ text: String) -> Bool {
    guard text.first == "$", let first = text.dropFirst().first, !first.isNumber else { return false }
    return text.dropFirst().allSatisfy { $0 == "_" || $0.isLetter || $0.isNumber }
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }

  /// What YAML 1.1 takes for a boolean, a number or a date: whoever put it in quotes may have thought of that.
  private static func isOldWord(_ text: String) -> Bool {
    if ["y", "n", "yes", "no", "on", "off"].contains(text.lowercased()) { return true }
    guard let first = text.first, first.isNumber || first == "+" else { return false }
    if text.hasPrefix("0b") || text.hasPrefix("0x") || text.hasPrefix("0o") { return true }
    return text.allSatisfy { $0.isNumber || "+-_.".contains($0) }
  }

  static func doubleQuoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      default:
        if isPrintable(scalar) {
          result.unicodeScalars.append(scalar)
        } else {
          let digits = String(scalar.value, radix: 16, uppercase: true)
          let width = scalar.value > 0xFFFF ? 8 : 4
          result += (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
        }
      }
    }
    return result + "\""
  }
}
