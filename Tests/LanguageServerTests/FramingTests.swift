import Exchange
import Testing

@testable import LanguageServer

@Suite struct FramingTests {
  private func all(_ framing: inout MessageFraming) -> [MessageFraming.Piece] {
    var pieces: [MessageFraming.Piece] = []
    while let piece = framing.next() { pieces.append(piece) }
    return pieces
  }

  @Test func messagesComeInAnyPieces() {
    let bytes = MessageFraming.framed(["a": "é😀"]) + MessageFraming.framed([1, 2])
    for size in 1...bytes.count {
      var framing = MessageFraming()
      var pieces: [MessageFraming.Piece] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        framing.append(bytes[start..<min(start + size, bytes.count)])
        pieces += all(&framing)
      }
      #expect(pieces == [.body(Array(#"{"a":"é😀"}"#.utf8)), .body(Array("[1,2]".utf8))])
    }
  }

  @Test func lengthsCountBytes() {
    #expect(String(decoding: MessageFraming.framed("é"), as: UTF8.self) == "Content-Length: 4\r\n\r\n\"é\"")
  }

  @Test(arguments: [
    "Content-Length: 2\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n{}",
    "content-length:2\r\n\r\n{}", "Content-Length: 2\n\n{}", "X: y\r\nCONTENT-LENGTH:  2 \r\n\r\n{}",
  ])
  func headersVary(text: String) {
    var framing = MessageFraming()
    framing.append(text.utf8)
    #expect(all(&framing) == [.body(Array("{}".utf8))])
  }

  @Test(arguments: [
    "Length: 2\r\n\r\n", "Content-Length: x\r\n\r\n", "Content-Length: -3\r\n\r\n", "\r\n\r\n",
    "Content-Length: 99999999999999999999999\r\n\r\n",
  ])
  func badHeadersAreReportedOnce(header: String) {
    var framing = MessageFraming()
    framing.append((header + "Content-Length: 2\r\n\r\n{}").utf8)
    let pieces = all(&framing)
    #expect(pieces.count == 2)
    #expect(pieces.last == .body(Array("{}".utf8)))
  }

  @Test func hugeMessagesAreSkipped() {
    var framing = MessageFraming()
    framing.append("Content-Length: \(MessageFraming.largestBody + 1)\r\n\r\n".utf8)
    guard case .malformed? = framing.next() else {
      Issue.record("not refused")
      return
    }
    let chunk = [UInt8](repeating: 0x20, count: 1 << 20)
    for _ in 0..<MessageFraming.largestBody >> 20 {
      framing.append(chunk)
      #expect(framing.next() == nil)
    }
    framing.append([0x20] + MessageFraming.framed(3))
    #expect(framing.next() == .body([UInt8(ascii: "3")]))
  }

  @Test func aHeaderWithoutEndDoesNotGrowForever() {
    var framing = MessageFraming()
    framing.append([UInt8](repeating: UInt8(ascii: "x"), count: 10_000))
    guard case .malformed? = framing.next() else {
      Issue.record("not refused")
      return
    }
    #expect(framing.next() == nil)
  }
}
