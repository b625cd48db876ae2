import Diagnostics
import Exchange
import FileTestSupport
import Glibc
import Testing

@Suite struct FileWriterTests {
  @Test func collectsEveryKindOfPart() throws {
    let bytes = try FileWriter.collect { (writer) throws(DiagnosticError) in
      try writer.write("é")
      try writer.write([1, 2] as [UInt8])
      try writer.pad(to: 8)
      try writer.pad(to: 8)
      try writer.write(littleEndian: UInt16(0x0102))
      try writer.write([1.0] as [Float])
    }
    #expect(bytes == [0xC3, 0xA9, 1, 2, 0, 0, 0, 0, 2, 1, 0, 0, 0x80, 0x3F])
  }

  @Test func thePositionCountsAllBytes() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/out"
    let large = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try AtomicFile.write(path: path) { (writer) throws(DiagnosticError) in
      try writer.write([9] as [UInt8])
      try writer.write(large)
      try writer.write([8] as [UInt8])
      let end = writer.position
      #expect(end == large.count + 2)
      try writer.pad(to: 64)
      let padded = writer.position
      #expect(padded.isMultiple(of: 64))
    }
    let content = try MappedFile(path: path).withBytes { Array($0) }
    #expect(content.count == (large.count + 2 + 63) / 64 * 64)
    #expect(Array(content[..<(large.count + 2)]) == [9] + large + [8])
    #expect(content[(large.count + 2)...].allSatisfy { $0 == 0 })
  }

  @Test func aReaderThatGoesAwayIsNoError() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/pipe"
    try #require(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    try #require(reader >= 0)
    try AtomicFile.write(path: path) { (writer) throws(DiagnosticError) in
      let before = writer.readerHasGone
      #expect(!before)
      close(reader)
      try writer.write([UInt8](repeating: 0, count: 1_000_000))
      let after = writer.readerHasGone
      #expect(after)
      try writer.write([UInt8](repeating: 0, count: 1_000_000))
    }
  }

  @Test func aReaderThatGoesAwayDuringAWriteRaisesNoSignal() throws {
    signal(SIGPIPE, SIG_DFL)
    let folder = TemporaryFolder()
    let path = folder.path + "/pipe"
    try #require(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    try #require(reader >= 0)
    let closer = TestThread {
      // Until the pipe has something, and so the write is under way.
      var events = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
      poll(&events, 1, 10_000)
      usleep(50_000)
      close(reader)
    }
    try AtomicFile.write(path: path) { (writer) throws(DiagnosticError) in
      try writer.write([UInt8](repeating: 0, count: 10_000_000))
      let gone = writer.readerHasGone
      #expect(gone)
    }
    closer.join()
  }
}
