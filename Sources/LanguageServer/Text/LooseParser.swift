/// Reads a document as far as it can be understood: block and flow collections by indentation and brackets, scalars
/// of one line. What is wrong is the matter of the YAML parser; here nothing is refused, and a bracket or a quote
/// that does not end ends where the next line says so.
struct LooseParser {
  static let deepest = 100

  let document: DocumentText
  var bytes: [UInt8] { document.bytes }
  /// The byte to be read next.
  var at = 0

  static func parse(_ document: DocumentText) -> LooseNode {
    var parser = LooseParser(document: document)
    return parser.root()
  }

  private init(document: DocumentText) { self.document = document }

  private mutating func root() -> LooseNode {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    skipToContent()
    var entries: [LooseNode.Entry] = []
    var first: LooseNode?
    while at < bytes.count {
      let start = at
      let node = block(depth: 0)
      if let more = node.entries { entries += more } else if first == nil { first = node }
      if at == start { at = lineEnd }
      skipToContent()
    }
    if entries.isEmpty, let first { return first }
    return LooseNode(.mapping(entries), 0..<bytes.count)
  }

  // MARK: Bytes

  func byte(_ offset: Int) -> UInt8? { bytes.indices.contains(offset) ? bytes[offset] : nil }

  var line: Int { document.line(of: at) }
  var lineEnd: Int { document.range(ofLine: line).upperBound }
  /// Bytes from the beginning of the line.
  var column: Int { at - document.lineStarts[line] }

  func isBlank(_ byte: UInt8?) -> Bool { byte == nil || byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

  mutating func skipBlanks() { while let next = byte(at), next == 0x20 || next == 0x09 { at += 1 } }

  /// Whether nothing but a comment is left in the line.
  var isAtLineEnd: Bool { at >= lineEnd || byte(at) == UInt8(ascii: "#") && (at == 0 || isBlank(byte(at - 1))) }

  /// Goes to the first byte of the next content, over comments, empty lines and the marks of documents.
  mutating func skipToContent() {
    while at < bytes.count {
      skipBlanks()
      if let next = byte(at), next == 0x0A || next == 0x0D {
        at += 1
      } else if isAtLineEnd || isDocumentMark {
        at = max(lineEnd, at + 1)
      } else {
        return
      }
    }
  }

  private var isDocumentMark: Bool {
    guard column == 0 else { return false }
    if byte(at) == UInt8(ascii: "%") { return true }
    let word = bytes[at..<min(at + 3, bytes.count)]
    return (word.elementsEqual("---".utf8) || word.elementsEqual("...".utf8)) && isBlank(byte(at + 3))
  }

  // MARK: Blocks

  var isDash: Bool { byte(at) == UInt8(ascii: "-") && isBlank(byte(at + 1)) }

  /// Whether a `key:` begins here.
  private var isKey: Bool {
    guard let first = byte(at), !"{[|>".utf8.contains(first) else { return false }
    var probe = self
    _ = probe.scalar(inFlow: false)
    probe.skipBlanks()
    return probe.byte(probe.at) == UInt8(ascii: ":") && isBlank(byte(probe.at + 1))
  }

  /// A value that begins at the head of a line, or behind a dash.
  private mutating func block(depth: Int) -> LooseNode {
    let column = column
    guard depth < Self.deepest else { return skippedLine() }
    if isDash { return sequence(column, depth) }
    if isKey || isFollowedByKey(column) { return mapping(column, depth) }
    return inline(depth, above: column - 1)
  }

  /// A word without a colon above other keys is one that is being typed.
  private func isFollowedByKey(_ column: Int) -> Bool {
    guard let first = byte(at), !"{[\"'|>&*!".utf8.contains(first) else { return false }
    var probe = self
    probe.at = lineEnd
    probe.skipToContent()
    return probe.at < bytes.count && probe.column == column && !probe.isDash && probe.isKey
  }

  mutating func skippedLine() -> LooseNode {
    at = max(lineEnd, at + 1)
    return LooseNode(.missing, at..<at)
  }

  private mutating func sequence(_ indent: Int, _ depth: Int) -> LooseNode {
    let start = at
    var end = at
    var nodes: [LooseNode] = []
    while at < bytes.count, column >= indent {
      guard isDash else {
        if column == indent { break }
        nodes.append(block(depth: depth + 1))
        skipToContent()
        continue
      }
      at += 1
      let node = value(indent, depth, allowsSameIndent: false, isItem: true)
      end = max(end, node.range.upperBound)
      nodes.append(node)
      skipToContent()
    }
    return LooseNode(.sequence(nodes), start..<end)
  }

  private mutating func mapping(_ indent: Int, _ depth: Int) -> LooseNode {
    let start = at
    var end = at
    var entries: [LooseNode.Entry] = []
    while at < bytes.count, column >= indent, !isDash {
      let head = at
      let key = scalar(inFlow: false)
      let behind = at
      skipBlanks()
      var entry = LooseNode.Entry(key: key, hasColon: false, value: LooseNode(.missing, behind..<behind))
      if byte(at) == UInt8(ascii: ":") {
        at += 1
        entry.hasColon = true
        entry.value = value(indent, depth, allowsSameIndent: true, isItem: false)
      } else {
        at = lineEnd
      }
      end = max(end, key.range.upperBound, entry.value.range.upperBound)
      entries.append(entry)
      if at <= head { at = max(lineEnd, head + 1) }
      skipToContent()
    }
    return LooseNode(.mapping(entries), start..<end)
  }

  /// What stands behind a colon or a dash, in the line or below it.
  private mutating func value(_ indent: Int, _ depth: Int, allowsSameIndent: Bool, isItem: Bool) -> LooseNode {
    let empty = at
    skipBlanks()
    let anchor = properties()
    var node: LooseNode
    if isAtLineEnd {
      skipToContent()
      let isBelow = at < bytes.count && (column > indent || allowsSameIndent && column == indent && isDash)
      node = isBelow ? block(depth: depth + 1) : LooseNode(.missing, empty..<empty)
    } else if isItem {
      node = block(depth: depth + 1)
    } else {
      node = inline(depth + 1, above: indent)
    }
    node.anchor = anchor
    return node
  }

  /// Anchor and tag; returns the anchor.
  mutating func properties() -> Range<Int>? {
    var anchor: Range<Int>?
    while let first = byte(at), first == UInt8(ascii: "&") || first == UInt8(ascii: "!") {
      let start = at
      while let next = byte(at), !isBlank(next), !",]}".utf8.contains(next) { at += 1 }
      if first == UInt8(ascii: "&") { anchor = start..<at }
      skipBlanks()
    }
    return anchor
  }

  /// A value that begins in the line: a scalar or a flow collection.
  private mutating func inline(_ depth: Int, above indent: Int) -> LooseNode {
    switch byte(at) {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      let first = document.range(ofLine: line)
      let base = bytes[first].prefix { $0 == 0x20 }.count
      let node = flow(depth, base: first.lowerBound + base == at ? base - 1 : base)
      return node
    case UInt8(ascii: "|"), UInt8(ascii: ">"):
      let start = at
      repeat { at = min(lineEnd + 1, bytes.count) } while at < bytes.count && isInBlockScalar(indent)
      return LooseNode(.scalar(document.text(start..<at)), start..<min(at, bytes.count))
    default:
      let node = scalar(inFlow: false)
      // The rest of a text of several lines is of no interest.
      at = max(at, lineEnd)
      return node
    }
  }

  private func isInBlockScalar(_ indent: Int) -> Bool {
    let range = document.range(ofLine: line)
    let spaces = bytes[range].prefix { $0 == 0x20 }.count
    return spaces == range.count || spaces > indent
  }
}
