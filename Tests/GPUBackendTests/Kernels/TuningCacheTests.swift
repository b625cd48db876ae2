import FileTestSupport
import GPUBackend
import Testing

/// Times that were kept: read again, and never believed where they are damaged or of something else.
@Suite struct TuningCacheTests {
  private static let times = [
    "conv2d 3×3 (1×4) → 1×4": ["cudnn_conv2d": 1200, "cuda_conv2d_tile32": 3400],
    "dense (9×4, 4×4) → 9×4": ["cublaslt_dense": 0],
  ]
  private static let circumstances = "Fake GPU 0\nsm_80\nfp32 strict"

  @Test func remembers() {
    let folder = TemporaryFolder()
    let cache = TuningCache(folder: folder.path + "/gpu")
    #expect(cache.times(under: Self.circumstances).isEmpty)
    cache.store(Self.times, under: Self.circumstances)
    #expect(cache.times(under: Self.circumstances) == Self.times)
    #expect(cache.times(under: Self.circumstances + "!").isEmpty)
    #expect(TuningCache(folder: nil).times(under: Self.circumstances).isEmpty)
  }

  @Test func believesNothingDamaged() throws {
    let folder = TemporaryFolder()
    let cache = TuningCache(folder: folder.path)
    cache.store(Self.times, under: Self.circumstances)
    let name = try #require(folder.names.first { $0.hasPrefix("times-") })
    let whole = try #require(TestFile.bytes("\(folder.path)/\(name)"))
    for place in stride(from: 0, to: whole.count, by: 7) {
      var damaged = whole
      damaged[place] ^= 1
      folder.store(damaged, as: name)
      #expect(cache.times(under: Self.circumstances).isEmpty, "byte \(place)")
      folder.store(Array(whole.prefix(place)), as: name)
      #expect(cache.times(under: Self.circumstances).isEmpty, "\(place) bytes")
    }
    cache.store(Self.times, under: Self.circumstances)
    #expect(cache.times(under: Self.circumstances) == Self.times)
  }

  @Test func aFolderThatCannotBeWrittenTo() {
    let cache = TuningCache(folder: "/proc/no/such/folder")
    cache.store(Self.times, under: Self.circumstances)
    #expect(cache.times(under: Self.circumstances).isEmpty)
  }
}
