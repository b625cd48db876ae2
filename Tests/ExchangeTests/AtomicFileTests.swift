import Diagnostics
import Exchange
import FileTestSupport
import Glibc
import Testing

@Suite struct AtomicFileTests {
  private let folder = TemporaryFolder()

  private func content(_ path: String) throws -> [UInt8] {
    try MappedFile(path: path).withBytes { Array($0) }
  }

  private func mode(_ path: String) -> UInt32 {
    var info = stat()
    return stat(path, &info) == 0 ? info.st_mode & 0o7777 : 0
  }

  private func write(_ text: String, to path: String, mode: UInt32? = nil) throws {
    try AtomicFile.write(path: path, mode: mode) { (writer) throws(DiagnosticError) in
      try writer.write(text)
    }
  }

  @Test func createsAndReplaces() throws {
    let path = folder.path + "/out"
    try write("first", to: path)
    #expect(try content(path) == Array("first".utf8))
    try write("second", to: path)
    #expect(try content(path) == Array("second".utf8))
    #expect(folder.names == ["out"])
  }

  @Test func anInterruptedWriteLeavesTheOldFile() throws {
    let path = folder.store(Array("old".utf8), as: "out")
    let fault = diagnostic {
      try AtomicFile.write(path: path) { (writer) throws(DiagnosticError) in
        try writer.write([UInt8](repeating: 1, count: 1_000_000))
        throw FileFault.make(.emptyInput, in: "x", "stop")
      }
    }
    #expect(fault?.message == "stop")
    #expect(try content(path) == Array("old".utf8))
    #expect(folder.names == ["out"])
  }

  @Test func readersOfTheOldFileKeepIt() throws {
    let path = folder.store(Array("old".utf8), as: "out")
    let file = try MappedFile(path: path)
    try write("new and longer", to: path)
    #expect(file.withBytes { Array($0) } == Array("old".utf8))
  }

  @Test func permissionsAreKeptOrGiven() throws {
    let path = folder.store([], as: "out")
    chmod(path, 0o640)
    try write("x", to: path)
    #expect(mode(path) == 0o640)
    try write("x", to: path, mode: 0o600)
    #expect(mode(path) == 0o600)
    try write("x", to: folder.path + "/new", mode: 0o700)
    #expect(mode(folder.path + "/new") == 0o700)
  }

  @Test func aSymbolicLinkStays() throws {
    let path = folder.store([], as: "target")
    let link = folder.path + "/link"
    try #require(symlink(path, link) == 0)
    try write("x", to: link)
    #expect(try content(path) == Array("x".utf8))
    var info = stat()
    #expect(lstat(link, &info) == 0 && info.st_mode & S_IFMT == S_IFLNK)
    #expect(folder.names == ["link", "target"])
  }

  @Test(arguments: [
    ("", "Is a directory"), ("/no/such", "No such file or directory"), ("/a/b", "Not a directory"),
  ])
  func refusesWithTheReasonOfTheSystem(name: String, reason: String) {
    folder.store([1], as: "a")
    let fault = diagnostic { try write("x", to: folder.path + name) }
    #expect(fault?.code == .cannotWrite)
    #expect(fault?.message.contains(reason) == true)
    #expect(folder.names == ["a"])
  }

  @Test func emptyAndBrokenPathsAreRefused() {
    #expect(diagnostic { try write("x", to: "") }?.code == .cannotWrite)
    #expect(diagnostic { try write("x", to: folder.path + "/a\0b") }?.code == .cannotWrite)
    #expect(folder.names.isEmpty)
  }

  @Test func aFullDiskIsReported() {
    let fault = diagnostic { try write("x", to: "/dev/full") }
    #expect(fault?.code == .cannotWrite)
    #expect(fault?.message == "cannot write `/dev/full`: No space left on device")
    #expect(fault?.help.isEmpty == false)
  }

  @Test func devicesAreWrittenDirectly() throws {
    try write("x", to: "/dev/null")
  }
}
