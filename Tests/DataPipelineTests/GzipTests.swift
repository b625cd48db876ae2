import DataPipeline
import Diagnostics
import FileTestSupport
import Testing

@Suite struct GzipTests {
  private let text = Array("hello hello hello hello\n".utf8)

  private func inflate(_ bytes: [UInt8], limit: Int = 1000) throws(DiagnosticError) -> [UInt8] {
    try Gzip.inflate(bytes, name: "x.gz", limit: limit)
  }

  @Test func inflatesWhatPythonWrote() throws {
    #expect(try inflate(InputFixture.gzipHello) == text)
    let folder = TemporaryFolder()
    #expect(try Gzip.inflate(path: folder.store(InputFixture.gzipHello, as: "x")) == text)
  }

  @Test func joinsMembersAndIgnoresFinalZeros() throws {
    let two = InputFixture.gzipHello + InputFixture.gzipHello
    #expect(try inflate(two) == text + text)
    #expect(try inflate(two + [UInt8](repeating: 0, count: 100)) == text + text)
  }

  @Test func theOutputIsBounded() throws {
    #expect(try inflate(InputFixture.gzipHello, limit: text.count) == text)
    let fault = diagnostic { try inflate(InputFixture.gzipHello, limit: text.count - 1) }
    #expect(fault?.message == "the file decompresses to more than 23 bytes")
    let two = InputFixture.gzipHello + InputFixture.gzipHello
    #expect(diagnostic { try inflate(two, limit: 2 * text.count - 1) }?.code == .damagedGzip)
  }

  @Test func whatFollowsMustBeGzip() {
    let fault = diagnostic { try inflate(InputFixture.gzipHello + [1, 2, 3]) }
    #expect(fault?.message == "after the compressed data comes something else")
    #expect(fault?.notes == ["at byte \(InputFixture.gzipHello.count) of the file"])
    #expect(diagnostic { try inflate([]) }?.code == .damagedGzip)
    #expect(diagnostic { try inflate([0, 0, 0]) }?.code == .damagedGzip)
  }

  @Test func survivesDamage() {
    for bytes in [InputFixture.gzipHello, InputFixture.gzipHello + InputFixture.gzipHello] {
      for copy in Mutations.truncations(bytes) where copy.count != InputFixture.gzipHello.count {
        #expect(diagnostic { try inflate(copy) }?.code == .damagedGzip)
      }
    }
    for copy in Mutations.corruptions(InputFixture.gzipHello) {
      // The time, the name of the system and such do not change the content.
      if let content = try? inflate(copy) { #expect(content == text) }
    }
  }

  @Test func truncationSaysSo() {
    let fault = diagnostic { try inflate(Array(InputFixture.gzipHello.dropLast())) }
    #expect(fault?.message.contains("end before member 1 is complete") == true)
    #expect(fault?.help.first?.contains("cut short") == true)
  }

  @Test func aWrongChecksumIsNoticed() {
    var bytes = InputFixture.gzipHello
    bytes[bytes.count - 6] ^= 1
    #expect(diagnostic { try inflate(bytes) }?.message.contains("incorrect data check") == true)
  }
}
