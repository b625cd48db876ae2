import Diagnostics
import Exchange
import FileTestSupport
import Glibc
import Testing

@Suite struct MappedFileTests {
  private let folder = TemporaryFolder()

  @Test func mapsTheBytesOfAFile() throws {
    let path = folder.store(Array("hello".utf8), as: "a")
    let file = try MappedFile(path: path)
    #expect(file.count == 5)
    #expect(file.withBytes { Array($0) } == Array("hello".utf8))
    #expect(file.withBytes { Int(bitPattern: $0.baseAddress) % 64 } == 0)
  }

  @Test func anEmptyFileHasNoBytes() throws {
    let file = try MappedFile(path: folder.store([], as: "empty"))
    #expect(file.count == 0)
    #expect(file.withBytes { $0.isEmpty })
  }

  @Test func theMappingOutlivesTheName() throws {
    let path = folder.store(Array(repeating: 7, count: 10_000), as: "a")
    let file = try MappedFile(path: path)
    unlink(path)
    #expect(file.withBytes { $0.allSatisfy { $0 == 7 } })
  }

  @Test func filesThatCallThemselvesEmptyAreRead() throws {
    #expect(try MappedFile(path: "/proc/self/status").count > 100)
  }

  @Test(arguments: [
    ("nosuch", "No such file or directory"), (".", "Is a directory"), ("a/b", "Not a directory"),
  ])
  func refusesWithTheReasonOfTheSystem(name: String, reason: String) {
    folder.store([1], as: "a")
    let fault = diagnostic { try MappedFile(path: folder.path + "/" + name) }
    #expect(fault?.code == .unreadableFile)
    #expect(fault?.message.contains(reason) == true)
  }

  @Test func aPathWithAZeroByteIsRefused() {
    let path = folder.store([1], as: "a")
    #expect(diagnostic { try MappedFile(path: path + "\0.npy") }?.code == .unreadableFile)
    #expect(diagnostic { try MappedFile(path: "") }?.code == .unreadableFile)
  }

  @Test func readsAPipeIntoMemory() throws {
    let path = folder.path + "/pipe"
    try #require(mkfifo(path, 0o600) == 0)
    let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
    let writer = TestThread {
      let fault = diagnostic {
        try AtomicFile.write(path: path) { (writer) throws(DiagnosticError) in try writer.write(content) }
      }
      #expect(fault == nil)
    }
    let file = try MappedFile(path: path)
    writer.join()
    #expect(file.withBytes { Array($0) } == content)
    #expect(file.withBytes { Int(bitPattern: $0.baseAddress) % 64 } == 0)
  }

  @Test func anEndlessStreamIsRefused() {
    let fault = diagnostic { try MappedFile(path: "/dev/zero", streamLimit: 1000) }
    #expect(fault?.message == "`/dev/zero` gives more than 1,000 bytes")
  }

  @Test func takesACopyOfBytes() {
    let file = MappedFile(copying: [1, 2, 3], name: "memory")
    #expect(file.withBytes { Array($0) } == [1, 2, 3])
    #expect(MappedFile(copying: [], name: "memory").count == 0)
  }
}
