import Diagnostics

/// Finds bytes that are no text before libyaml sees them, since it would not say where they are.
enum EncodingCheck {
  /// The first fault of the file's encoding.
  static func fault(in source: SourceFile, _ id: FileID) -> Diagnostic? {
    let bytes = source.bytes
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || looksLikeUTF16(bytes) {
      return Diagnostic(
        .badEncoding, "the file is in UTF-16, not in UTF-8", at: .file(source.path),
        help: ["save the file as UTF-8"])
    }
    var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte >= 0x20, byte < 0x7F {
        index += 1
      } else if let (scalar, length) = decode(bytes, at: index) {
        if isForbidden(scalar) { return controlCharacter(scalar, at: index, source, id) }
        index += length
      } else {
        return badByte(byte, at: index, source, id)
      }
    }
    return nil
  }

  /// Text of ASCII letters in UTF-16 without a mark: every other byte is zero.
  private static func looksLikeUTF16(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 4, bytes.count.isMultiple(of: 2) else { return false }
    let start = bytes.prefix(64)
    let even = stride(from: 0, to: start.count, by: 2).allSatisfy { start[$0] == 0 && start[$0 + 1] != 0 }
    let odd = stride(from: 0, to: start.count, by: 2).allSatisfy { start[$0] != 0 && start[$0 + 1] == 0 }
    return even || odd
  }

  /// The scalar at `index` and its length in bytes; nil if the bytes there are not well-formed UTF-8.
  private static func decode(_ bytes: [UInt8], at index: Int) -> (UInt32, Int)? {
    let first = bytes[index]
    let length: Int
    var value: UInt32
    let least: UInt32
    switch first {
    case 0x00...0x7F: return (UInt32(first), 1)
    case 0xC2...0xDF: (length, value, least) = (2, UInt32(first & 0x1F), 0x80)
    case 0xE0...0xEF: (length, value, least) = (3, UInt32(first & 0x0F), 0x800)
    case 0xF0...0xF4: (length, value, least) = (4, UInt32(first & 0x07), 0x10000)
    default: return nil
    }
    guard index + length <= bytes.count else { return nil }
    for next in bytes[(index + 1)..<(index + length)] {
      guard next & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(next & 0x3F)
    }
    guard value >= least, Unicode.Scalar(value) != nil else { return nil }
    return (value, length)
  }

  /// What YAML excludes from the printable characters.
  private static func isForbidden(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x09, 0x0A, 0x0D, 0x85: return false
    case 0x00..<0x20, 0x7F...0x9F, 0xFFFE, 0xFFFF: return true
    default: return false
    }
  }

  private static func controlCharacter(
    _ scalar: UInt32, at index: Int, _ source: SourceFile, _ id: FileID
  ) -> Diagnostic {
    let digits = String(scalar, radix: 16, uppercase: true)
    let name = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return Diagnostic(
      .badEncoding, "control character \(name) in the file", at: span(index, source, id),
      label: "not allowed in YAML", notes: ["it is byte \(index) of the file"],
      help: ["remove it, or write it as an escape in double quotes"])
  }

  private static func badByte(
    _ byte: UInt8, at index: Int, _ source: SourceFile, _ id: FileID
  ) -> Diagnostic {
    let digits = String(byte, radix: 16, uppercase: true)
    let name = "0x" + (digits.count < 2 ? "0" : "") + digits
    return Diagnostic(
      .badEncoding, "the file is not valid UTF-8: unexpected byte \(name)", at: span(index, source, id),
      label: "this byte", notes: ["it is byte \(index) of the file"], help: ["save the file as UTF-8"])
  }

  private static func span(_ index: Int, _ source: SourceFile, _ id: FileID) -> SourceSpan {
    let start = source.position(ofByte: index)
    return SourceSpan(file: id, start: start, end: SourcePosition(line: start.line, column: start.column + 1))
  }
}
