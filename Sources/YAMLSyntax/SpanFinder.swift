import Diagnostics

/// Turns the marks of libyaml into spans that cover what a reader would underline.
struct SpanFinder {
  private let source: SourceFile

  /// The last place looked up, so that a long line is walked once and not once for each event.
  private var known = (position: SourcePosition(line: 1, column: 1), offset: 0)

  init(_ source: SourceFile) {
    self.source = source
    known.offset = source.byteRange(ofLine: 1)?.lowerBound ?? 0
  }

  /// Where the value itself begins, behind its anchor and tag.
  mutating func contentStart(of event: YAMLEvent) -> SourcePosition {
    guard event.hasProperties else { return event.start }
    switch event.kind {
    case .sequenceStart(isFlow: true), .mappingStart(isFlow: true):
      return SourcePosition(line: event.end.line, column: max(1, event.end.column - 1))
    case .mappingStart: return event.end
    case .sequenceStart:
      // In a list that is not indented libyaml puts the mark behind the dash.
      let offset = seek(event.end)
      let isAtDash = offset < source.bytes.count && source.bytes[offset] == 0x2D
      return isAtDash || event.end.column == 1
        ? event.end : SourcePosition(line: event.end.line, column: event.end.column - 1)
    default: return skipProperties(from: event.start, to: event.end)
    }
  }

  /// Where a scalar ends. libyaml ends block scalars at the next token.
  func contentEnd(of event: YAMLEvent, _ scalar: Node.Scalar) -> SourcePosition {
    guard scalar.style == .literal || scalar.style == .folded else { return event.end }
    var line = event.end.line
    while line > event.start.line {
      let text = source.line(line)?.unicodeScalars
      let scalars = Array(text ?? "".unicodeScalars)
      let length = line == event.end.line ? min(scalars.count, event.end.column - 1) : scalars.count
      let isBlank = scalars[..<length].allSatisfy { $0 == " " || $0 == "\t" }
      if !isBlank { return SourcePosition(line: line, column: length + 1) }
      line -= 1
    }
    let header = source.line(line)?.unicodeScalars.count ?? 0
    return SourcePosition(line: line, column: max(event.start.column, header + 1))
  }

  /// The byte at which a position lies.
  private mutating func seek(_ position: SourcePosition) -> Int {
    guard let line = source.byteRange(ofLine: position.line) else { return source.bytes.count }
    if known.position.line != position.line || known.position.column > position.column {
      known = (SourcePosition(line: position.line, column: 1), line.lowerBound)
    }
    while known.position.column < position.column, known.offset < line.upperBound {
      known.offset += 1
      while known.offset < line.upperBound, source.bytes[known.offset] & 0xC0 == 0x80 { known.offset += 1 }
      known.position.column += 1
    }
    return known.offset
  }

  private mutating func skipProperties(
    from start: SourcePosition, to end: SourcePosition
  ) -> SourcePosition {
    let bytes = source.bytes
    var offset = seek(start)
    let limit = seek(end)
    var isInside = false
    while offset < limit {
      switch bytes[offset] {
      case 0x26, 0x21: isInside = true  // & !
      case 0x20, 0x09, 0x0A, 0x0D: isInside = false
      case 0x23 where !isInside:  // # up to the end of the line
        while offset + 1 < limit, bytes[offset + 1] != 0x0A, bytes[offset + 1] != 0x0D { offset += 1 }
      default:
        if !isInside { return place(offset, after: start) }
      }
      offset += 1
    }
    return end
  }

  /// The position of a byte, counted from a place before it where both are in one line.
  private mutating func place(_ offset: Int, after start: SourcePosition) -> SourcePosition {
    guard let line = source.byteRange(ofLine: start.line), offset < line.upperBound else {
      return source.position(ofByte: offset)
    }
    let scalars = source.bytes[seek(start)..<offset].count { $0 & 0xC0 != 0x80 }
    return SourcePosition(line: start.line, column: start.column + scalars)
  }
}
