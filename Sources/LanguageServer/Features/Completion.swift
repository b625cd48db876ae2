import Exchange
import Layers

/// `textDocument/completion`. A mark is put where the cursor is, and the text is read with it: so the place is known
/// whether or not the document is valid.
struct Completion {
  /// A private character, which no spec has.
  private static let mark = "\u{E000}"

  let document: OpenDocument
  let offset: Int
  let client: ClientAbilities

  var result: JSONValue {
    guard document.text.bytes.count <= Analysis.largestDocument else { return ["isIncomplete": false, "items": []] }
    var bytes = document.text.bytes
    bytes.insert(contentsOf: Self.mark.utf8, at: offset)
    let marked = DocumentText(bytes)
    let outline = Outline(marked)
    guard let cursor = Cursor(at: offset, in: outline), let text = cursor.leaf.text, text.contains(Self.mark) else {
      return ["isIncomplete": false, "items": []]
    }
    var start = cursor.leaf.range.lowerBound
    if let first = document.text.bytes.indices.contains(start) ? document.text.bytes[start] : nil, start < offset,
      first == UInt8(ascii: "\"") || first == UInt8(ascii: "'")
    {
      start += 1
    }
    var found: [CompletionItem]
    if let (constants, from) = constants(cursor, typed: start..<offset) {
      (found, start) = (constants, from)
    } else {
      found = CompletionSource(document: document, outline: outline, cursor: cursor).items
    }
    let range = JSONValue(start..<offset, in: document.text)
    let items = found.enumerated().map { $0.element.json(replacing: range, order: $0.offset, client: client) }
    return ["isIncomplete": false, "items": .array(items)]
  }

  /// Names behind a dollar, and where the word begins; nil where no constant is being typed.
  private func constants(_ cursor: Cursor, typed range: Range<Int>) -> ([CompletionItem], Int)? {
    let bytes = document.text.bytes
    guard let dollar = bytes[range].lastIndex(of: UInt8(ascii: "$")) else { return nil }
    let behind = bytes[(dollar + 1)..<range.upperBound]
    let all = NameTable(document: document).constants(in: cursor.block)
    if behind.first == UInt8(ascii: "{") {
      guard !behind.contains(UInt8(ascii: "}")) else { return nil }
      var start = range.upperBound
      while start > dollar + 2, Self.isWord(bytes[start - 1]) { start -= 1 }
      return (all.map { Self.item($0, label: $0.name) }, start)
    }
    guard behind.allSatisfy(Self.isWord) else { return nil }
    return (all.map { Self.item($0, label: "$" + $0.name) }, dollar)
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte >= 0x80 || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
      || (0x61...0x7A).contains(byte)
  }

  static func item(_ constant: NameTable.Constant, label: String, rank: Int = 1) -> CompletionItem {
    CompletionItem(label: label, kind: .constant, detail: constant.text, doc: constant.doc, rank: rank)
  }
}
