import FileTestSupport
import Testing

/// Files that say of themselves that they are enormous: answered in a process that may not have much memory.
@Suite struct HostileFileTests {
  private let folder = TemporaryFolder()

  private func safetensors(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
    let count = UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(header.utf8) + data
  }

  private static let hostile: [(name: String, header: String, size: Int)] = [
    (
      "overlap",
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
      12
    ),
    (
      "hole",
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#,
      12
    ),
    ("backwards", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4),
    ("beyond", #"{"a":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}}"#, 4),
    ("overflow", #"{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,4]}}"#, 4),
    ("negative", #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4),
    (
      "twice",
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4
    ),
    ("short", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4),
    ("rest", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 8),
    ("nibbles", #"{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}"#, 1),
    ("type", #"{"a":{"dtype":"F128","shape":[1],"data_offsets":[0,16]}}"#, 16),
    ("array", "[1]", 0), ("deep", String(repeating: "[", count: 100_000), 0),
  ]

  /// - Returns: how `netc` ends with 600 MB of addresses, and what it says.
  private func answer(_ bytes: [UInt8], _ name: String) -> NetcProcess {
    let path = folder.store(bytes, as: name)
    return NetcProcess.run(
      command: ["sh", "-c", "ulimit -v 1200000; \"$0\" weights \"$1\"", NetcProcess.binary, path])
  }

  @Test(arguments: hostile.indices)
  func headers(_ index: Int) {
    let (name, header, size) = Self.hostile[index]
    let run = answer(safetensors(header, [UInt8](repeating: 0, count: size)), name + ".safetensors")
    #expect(run.status == 1 && run.errors.contains("error[N0502]"), "\(name): \(run.status) \(run.errors.prefix(300))")
  }

  @Test(arguments: [UInt64.max, 1 << 62, 100_000_001, 99_999_999, 0])
  func headerSizes(_ size: UInt64) {
    let run = answer((0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + Array("{}".utf8), "w.safetensors")
    #expect(run.status == 1 && run.errors.contains("error[N0502]"), "\(run.status) \(run.errors.prefix(300))")
  }

  /// An archive whose entry says that it becomes eight gigabytes.
  @Test func aBombThatIsNone() {
    func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    let (name, data) = (Array("a.npy".utf8), [UInt8](repeating: 0, count: 16))
    let fields: [UInt8] = [20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0] + word(0) + word(16) + word(0xFFFF_FFF0) + [5, 0, 0, 0]
    let local = word(0x0403_4B50) + fields + name + data
    let central = word(0x0201_4B50) + [20, 0] + fields + [UInt8](repeating: 0, count: 10) + word(0) + name
    let end =
      word(0x0605_4B50) + [0, 0, 0, 0, 1, 0, 1, 0] + word(UInt32(central.count)) + word(UInt32(local.count)) + [0, 0]
    let run = answer(local + central + end, "bomb.npz")
    #expect(run.status == 1 && run.errors.contains("error[N0508]"), "\(run.status) \(run.errors.prefix(300))")
  }

  /// Lengths beyond the file, and messages within messages.
  @Test func wireFormat() {
    for ending in ["onnx", "caffemodel"] {
      let huge: [UInt8] = [0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
      for bytes in [huge, [0xA2, 0x06, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x0F], []] {
        let run = answer(bytes, "net.\(ending)")
        #expect(run.status == 1 && run.errors.contains("error[N05"), "\(ending) \(bytes): \(run.errors.prefix(300))")
      }
    }
  }
}
