import Diagnostics
import Exchange

/// A place in a document as the protocol counts: lines and UTF-16 code units, from 0.
package struct TextPosition: Sendable, Equatable {
  package var line: Int
  package var character: Int

  package init(line: Int, character: Int) { (self.line, self.character) = (line, character) }
}

/// A document's text, and its places in the three ways of counting that meet here: bytes, the protocol's lines and
/// UTF-16 code units, and the lines and Unicode scalars of diagnostics.
///
/// Lines of the protocol end with LF, CRLF and CR; those of YAML also with NEL, LS and PS.
package struct DocumentText: Sendable {
  package let bytes: [UInt8]
  /// Where each line of the protocol begins.
  let lineStarts: [Int]

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var starts = [0]
    for (index, byte) in bytes.enumerated() {
      let isBreak = byte == 0x0A || byte == 0x0D && (index + 1 == bytes.count || bytes[index + 1] != 0x0A)
      if isBreak { starts.append(index + 1) }
    }
    lineStarts = starts
  }

  package init(_ text: String) { self.init(Array(text.utf8)) }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range.clamped(to: bytes.indices)], as: UTF8.self) }

  /// The line that a byte lies in.
  func line(of offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// The bytes of a line without its break; empty beyond the end.
  func range(ofLine line: Int) -> Range<Int> {
    guard lineStarts.indices.contains(line) else { return bytes.count..<bytes.count }
    let start = lineStarts[line]
    var end = line + 1 < lineStarts.count ? lineStarts[line + 1] : bytes.count
    while end > start, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
    return start..<end
  }

  /// A byte's place. Places inside of a character count as its beginning.
  package func position(of offset: Int) -> TextPosition {
    let offset = min(max(offset, 0), bytes.count)
    let line = line(of: offset)
    var units = 0
    var index = lineStarts[line]
    while index < offset {
      let width = Self.width(bytes[index])
      guard index + width.bytes <= offset else { break }
      units += width.units
      index += width.bytes
    }
    return TextPosition(line: line, character: units)
  }

  /// The byte at a place; places behind the end of a line mean its end, as the protocol wants it.
  package func offset(of position: TextPosition) -> Int {
    guard position.line >= 0 else { return 0 }
    let line = range(ofLine: position.line)
    var units = 0
    var index = line.lowerBound
    while index < line.upperBound, units < position.character {
      let width = Self.width(bytes[index])
      // Half of a surrogate pair means the whole.
      guard units + width.units <= position.character else { break }
      units += width.units
      index += width.bytes
    }
    return min(index, line.upperBound)
  }

  /// Bytes and UTF-16 code units of the character that begins with this byte.
  private static func width(_ byte: UInt8) -> (bytes: Int, units: Int) {
    switch byte {
    case ..<0xC0: (1, 1)
    case ..<0xE0: (2, 1)
    case ..<0xF0: (3, 1)
    default: (4, 2)
    }
  }
}

extension DocumentText {
  /// The text after one of the protocol's changes: of a range, or of everything.
  func changed(_ change: JSONValue) -> DocumentText {
    guard let new = change["text"]?.stringValue else { return self }
    guard let start = change["range"]?["start"]?.position, let end = change["range"]?["end"]?.position else {
      return DocumentText(new)
    }
    let from = offset(of: start)
    var bytes = bytes
    bytes.replaceSubrange(from..<max(from, offset(of: end)), with: new.utf8)
    return DocumentText(bytes)
  }
}

extension SourceFile {
  /// The byte at a place of a diagnostic.
  func offset(of position: SourcePosition) -> Int {
    let place = clamped(position)
    guard let line = byteRange(ofLine: place.line) else { return bytes.count }
    var index = line.lowerBound
    var column = 1
    while index < line.upperBound, column < place.column {
      index += 1
      while index < line.upperBound, bytes[index] & 0xC0 == 0x80 { index += 1 }
      column += 1
    }
    return index
  }

  func range(of span: SourceSpan) -> Range<Int> {
    let start = offset(of: span.start)
    return start..<max(start, offset(of: span.end))
  }
}
