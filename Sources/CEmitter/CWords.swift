/// Numbers, names and remarks as C has them.
enum CWords {
  /// The shortest decimal that is this float again, with its suffix.
  static func literal(_ value: Float) -> String {
    if value.isNaN { return "NAN" }
    if value.isInfinite { return value < 0 ? "-INFINITY" : "INFINITY" }
    return "\(value)f"
  }

  /// As an operand of an expression.
  static func operand(_ value: Float) -> String {
    value.sign == .minus ? "(\(literal(value)))" : literal(value)
  }

  /// A text as a name: what C does not allow becomes `_`.
  static func identifier(_ text: String) -> String {
    let allowed = text.utf8.map { byte -> Character in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        Character(Unicode.Scalar(byte))
      default: "_"
      }
    }
    // A leading underscore belongs to the implementation.
    let name = String(allowed.drop { $0 == "_" })
    guard let first = name.first else { return "net" }
    return first.isNumber ? "n" + name : name
  }

  /// A text that cannot end a comment, in ASCII: some compilers know nothing else.
  static func comment(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "×": "x"
      case "→": "->"
      case "ε": "eps"
      case "α": "alpha"
      case "β": "beta"
      case "·": "."
      case "*": "_"
      default: scalar.isASCII && scalar.value >= 32 && scalar.value < 127 ? String(scalar) : "_"
      }
    }.joined()
  }

  /// `"…"`: other bytes than those of ASCII as octal numbers, and no trigraphs.
  static func string(_ text: String) -> String {
    let bytes = text.utf8.map { byte -> String in
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "?"): "\\" + String(Unicode.Scalar(byte))
      case 32..<127: String(Unicode.Scalar(byte))
      default:
        "\\" + String(repeating: "0", count: byte < 8 ? 2 : byte < 64 ? 1 : 0) + String(byte, radix: 8)
      }
    }
    return "\"\(bytes.joined())\""
  }

  /// `1 x 6 x 14 x 14`.
  static func shape(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: " x ") }

  /// Words in lines of at most `width` columns.
  static func lines(_ words: [String], width: Int = 96) -> [String] {
    var (lines, line) = ([String](), "")
    for word in words {
      if !line.isEmpty, line.utf8.count + 1 + word.utf8.count > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? word : " " + word
    }
    return line.isEmpty ? lines : lines + [line]
  }
}

/// Names that a file has used up.
struct CNames {
  private var taken: Set<String>

  /// What C, its headers, and netc's own parameters and helpers are called.
  init() {
    taken = Set(
      """
      auto break case char const continue default do double else enum extern float for goto if inline int long \
      register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while \
      bool true false asm typeof near far main errno memcpy memset memcmp NAN INFINITY arena weights class_names raw \
      larger smaller least most rectify leaky_rectify elu selu softplus sigmoid swish hard_swish clip gelu copy_row \
      copy_floats between and or not xor new delete this class private public template operator int8_t uint8_t uint32_t size_t
      """.split(separator: " ").map(String.init)
        + ["exp", "expm1", "log1p", "tanh", "erfc", "sqrt", "pow", "fabs"].flatMap { [$0, $0 + "f"] })
  }

  mutating func reserve(_ name: String) { taken.insert(name) }

  /// A name like that text that nothing else has.
  mutating func unique(_ text: String) -> String {
    let name = CWords.identifier(text)
    var (result, number) = (name, 1)
    while !taken.insert(result).inserted {
      number += 1
      result = "\(name)_\(number)"
    }
    return result
  }
}
