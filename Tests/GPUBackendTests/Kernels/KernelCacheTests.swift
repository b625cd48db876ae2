import FileTestSupport
import GPUTestSupport
import Testing

@testable import GPUBackend

/// Compiled kernels are kept, and whatever becomes of the files costs time alone.
@Suite struct KernelCacheTests {
  private static let text = "NETC_KERNEL(nothing, Arguments, 1) { (void)a; }\n"
  private static let source = "struct Arguments { void *p; };\n" + text

  private func compiler(_ fake: FakeGPU = .shared) throws -> KernelCompiler {
    try GPUSystem(LibrarySearch(folders: [fake.path])).compiler.get()
  }

  @Test func keepsAndFinds() throws {
    let folder = TemporaryFolder()
    let cache = KernelCache(folder: folder.path)
    let first = try cache.binary(of: Self.source, name: "a", for: "sm_80", try compiler())
    #expect(folder.names.count == 1)
    let file = folder.path + "/" + (try #require(folder.names.first))
    let content = try #require(TestFile.bytes(file))
    // What is read is what is there: another binary with a right checksum is believed.
    #expect(try cache.binary(of: Self.source, name: "a", for: "sm_80", try compiler()) == first)
    #expect(TestFile.bytes(file) == content)
    _ = try cache.binary(of: Self.source, name: "a", for: "sm_90", try compiler())
    _ = try cache.binary(of: Self.source + "\n", name: "a", for: "sm_80", try compiler())
    #expect(folder.names.count == 3)
  }

  @Test func damageIsMended() throws {
    let folder = TemporaryFolder()
    let cache = KernelCache(folder: folder.path)
    let wanted = try cache.binary(of: Self.source, name: "a", for: "sm_80", try compiler())
    let name = try #require(folder.names.first)
    let whole = try #require(TestFile.bytes(folder.path + "/" + name))
    // Every byte of the binary and of what stands before and behind it, and every length.
    var damaged = stride(from: 0, to: whole.count, by: 7).map { Array(whole[..<$0]) }
    damaged += whole.indices.map { index in
      var copy = whole
      copy[index] ^= 1
      return copy
    }
    damaged.append(whole + [0])
    for bytes in damaged {
      folder.store(bytes, as: name)
      #expect(try cache.binary(of: Self.source, name: "a", for: "sm_80", try compiler()) == wanted)
      #expect(TestFile.bytes(folder.path + "/" + name) == whole)
    }
  }

  @Test func aFolderThatCannotBe() throws {
    let folder = TemporaryFolder()
    folder.store([], as: "file")
    let cache = KernelCache(folder: folder.path + "/file/below")
    #expect(!(try cache.binary(of: Self.source, name: "a", for: "sm_80", try compiler())).isEmpty)
    #expect(folder.names == ["file"])
  }

  @Test func aTextThatIsWrong() throws {
    let problem = try #require(throws: GPUProblem.self) {
      try KernelCache(folder: nil).binary(of: "int wrong(", name: "broken", for: "sm_80", try compiler())
    }
    guard case .compilation("broken", let log) = problem else { Issue.record("\(problem)"); return }
    #expect(log.contains("error"))
  }
}
