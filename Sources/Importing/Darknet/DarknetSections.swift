/// Darknet's configuration files: sections of keys and values.
package struct DarknetSection: Sendable {
  package var name: String
  /// Bytes of the name and its brackets.
  package var place: Range<Int>
  package var values: [(key: String, value: String, place: Range<Int>)] = []

  /// - Throws: what is no section, key or comment.
  package static func parse(_ bytes: [UInt8]) throws(TextFault) -> [DarknetSection] {
    var sections: [DarknetSection] = []
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex { $0 == 0x0A } ?? bytes.count
      defer { start = end + 1 }
      let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
      guard let first = bytes[start..<end].firstIndex(where: { !isSpace($0) }),
        let last = bytes[start..<end].lastIndex(where: { !isSpace($0) })
      else { continue }
      let place = first..<last + 1
      switch bytes[first] {
      case UInt8(ascii: "#"), UInt8(ascii: ";"): continue
      case UInt8(ascii: "["):
        guard bytes[last] == UInt8(ascii: "]"), last > first + 1 else {
          throw TextFault(message: "the name of a section ends in `]`", place: place)
        }
        sections.append(
          DarknetSection(name: String(decoding: bytes[first + 1..<last], as: UTF8.self), place: place))
      default:
        guard let equals = bytes[place].firstIndex(of: UInt8(ascii: "=")), equals > first else {
          throw TextFault(message: "expected `key=value`, a section or a comment", place: place)
        }
        guard !sections.isEmpty else { throw TextFault(message: "this key stands in no section", place: place) }
        // Darknet takes spaces out of a line.
        func text(_ range: Range<Int>) -> String {
          String(decoding: bytes[range].filter { !isSpace($0) }, as: UTF8.self)
        }
        sections[sections.count - 1].values.append((text(first..<equals), text(equals + 1..<last + 1), place))
      }
    }
    return sections
  }
}
