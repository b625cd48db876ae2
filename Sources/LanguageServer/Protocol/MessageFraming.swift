import Exchange

/// Cuts a stream of bytes into messages: a header with `Content-Length`, an empty line, and so many bytes.
package struct MessageFraming: Sendable {
  package enum Piece: Sendable, Equatable {
    case body([UInt8])
    /// What could not be read, in words; the stream goes on behind it.
    case malformed(String)
  }

  /// A longer message is skipped without being kept.
  package static let largestBody = 64 << 20
  private static let largestHeader = 8 << 10

  private var buffer: [UInt8] = []
  /// Bytes of a message that is too long and not here yet.
  private var skipping = 0

  package init() {}

  package mutating func append(_ bytes: some Collection<UInt8>) { buffer += bytes }

  /// The next message; nil until more bytes come.
  package mutating func next() -> Piece? {
    if skipping > 0 {
      let count = min(skipping, buffer.count)
      buffer.removeFirst(count)
      skipping -= count
      guard skipping == 0 else { return nil }
    }
    guard let end = headerEnd() else {
      guard buffer.count > Self.largestHeader else { return nil }
      buffer.removeAll()
      return .malformed("a header without end")
    }
    let header = String(decoding: buffer[..<end.header], as: UTF8.self)
    guard let length = Self.length(header) else {
      buffer.removeFirst(end.body)
      return .malformed("a header without Content-Length")
    }
    guard length <= Self.largestBody else {
      skipping = end.body + length
      // The rest is skipped at the next call.
      return .malformed("a message of \(length) bytes; \(Self.largestBody) are the most")
    }
    guard buffer.count >= end.body + length else { return nil }
    let body = Array(buffer[end.body..<end.body + length])
    buffer.removeFirst(end.body + length)
    return .body(body)
  }

  /// Where the header ends and the body begins: at an empty line, with CR LF or LF.
  private func headerEnd() -> (header: Int, body: Int)? {
    for index in buffer.indices.prefix(Self.largestHeader) where buffer[index] == 0x0A {
      if index + 1 < buffer.count, buffer[index + 1] == 0x0A { return (index, index + 2) }
      if index + 2 < buffer.count, buffer[index + 1] == 0x0D, buffer[index + 2] == 0x0A { return (index, index + 3) }
    }
    return nil
  }

  private static func length(_ header: String) -> Int? {
    for line in header.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "content-length" else { continue }
      let digits = parts[1].filter { $0 != " " && $0 != "\t" }
      return digits.allSatisfy { ("0"..."9").contains($0) } ? Int(digits) : nil
    }
    return nil
  }

  /// A message with its header.
  package static func framed(_ message: JSONValue) -> [UInt8] {
    let body = Array(message.serialised().utf8)
    return Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body
  }
}
