/// A text file as it was read, and where its lines begin.
///
/// Lines break where libyaml breaks them: CR, LF, CRLF, NEL (U+0085), LS (U+2028) and PS (U+2029). A UTF-8
/// byte order mark at the start belongs to no line.
package struct SourceFile: Sendable {
  package let path: String
  package let bytes: [UInt8]

  /// The byte ranges of the lines, without their breaks. At least one.
  private let lines: [Range<Int>]

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
    self.lines = Self.splitLines(bytes)
  }

  /// How many lines there are. What follows the last break counts only if it holds something; an empty file
  /// is one empty line.
  package var lineCount: Int { lines.count }

  /// The text of a line, 1-based, without its break; malformed UTF-8 reads as U+FFFD.
  package func line(_ number: Int) -> String? {
    byteRange(ofLine: number).map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  /// The bytes of a line, 1-based, without its break.
  package func byteRange(ofLine number: Int) -> Range<Int>? {
    guard number >= 1, number <= lines.count else { return nil }
    return lines[number - 1]
  }

  /// The place of a byte, for errors that know only an offset. Offsets beyond the file mean its end.
  package func position(ofByte offset: Int) -> SourcePosition {
    var low = 0
    var high = lines.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if lines[middle].lowerBound <= offset { low = middle } else { high = middle - 1 }
    }
    let line = lines[low]
    let end = min(max(offset, line.lowerBound), line.upperBound)
    let before = String(decoding: bytes[line.lowerBound..<end], as: UTF8.self)
    return SourcePosition(line: low + 1, column: before.unicodeScalars.count + 1)
  }

  /// The position itself, or the nearest one that lies in the file.
  package func clamped(_ position: SourcePosition) -> SourcePosition {
    guard position.line >= 1 else { return SourcePosition(line: 1, column: 1) }
    guard position.line <= lines.count else {
      let length = line(lines.count)?.unicodeScalars.count ?? 0
      return SourcePosition(line: lines.count, column: length + 1)
    }
    let length = line(position.line)?.unicodeScalars.count ?? 0
    return SourcePosition(line: position.line, column: min(max(position.column, 1), length + 1))
  }

  /// The number of bytes of the line break at `index`, or nil where none begins.
  package static func lineBreakLength(in bytes: [UInt8], at index: Int) -> Int? {
    func byte(_ ahead: Int) -> UInt8 { index + ahead < bytes.count ? bytes[index + ahead] : 0 }
    switch byte(0) {
    case 0x0A: return 1
    case 0x0D: return byte(1) == 0x0A ? 2 : 1
    case 0xC2: return byte(1) == 0x85 ? 2 : nil
    case 0xE2: return byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9) ? 3 : nil
    default: return nil
    }
  }

  private static func splitLines(_ bytes: [UInt8]) -> [Range<Int>] {
    var lines: [Range<Int>] = []
    var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var start = index
    while index < bytes.count {
      if let length = lineBreakLength(in: bytes, at: index) {
        lines.append(start..<index)
        index += length
        start = index
      } else {
        index += 1
      }
    }
    if start < bytes.count || lines.isEmpty { lines.append(start..<bytes.count) }
    return lines
  }
}
