import Diagnostics
import Exchange
import FileTestSupport
import Testing

@Suite struct SafetensorsFileTests {
  private func read(_ bytes: [UInt8]) throws(DiagnosticError) -> SafetensorsFile {
    try SafetensorsFile(MappedFile(copying: bytes, name: "w.safetensors"))
  }

  /// A file with this header and `data` zeros.
  private func file(_ header: String, data: Int = 0) -> [UInt8] {
    let text = Array(header.utf8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
      + [UInt8](repeating: 0, count: data)
  }

  @Test func readsWhatPythonWrote() throws {
    let file = try read(SafetensorsFixture.safetensors)
    #expect(file.metadata == ["format": "np", "note": "größer"])
    #expect(file.tensors.count == 8)
    #expect(try file.tensor(named: "w").shape == [2, 3])
    #expect(try file.floats(named: "w") == [0, 0.5, 1, 1.5, 2, 2.5])
    #expect(try file.floats(named: "h") == [1, -2.5, 0x1p-24, .infinity])
    #expect(try file.floats(named: "d") == [0.1, -3])
    #expect(try file.tensor(named: "s").shape == [])
    #expect(try file.floats(named: "s") == [4])
    #expect(try file.tensor(named: "empty").shape == [0, 5])
    #expect(try file.floats(named: "empty") == [])
    #expect(try file.tensor(named: "i").type == .i64)
    #expect(file.withBytes(of: try file.tensor(named: "u")) { Array($0) } == [7, 8, 9])
    #expect(file.withBytes(of: try file.tensor(named: "flag")) { Array($0) } == [1, 0])
    #expect(file.info(named: "nosuch") == nil)
  }

  @Test func readsAFileWithoutTensors() throws {
    let file = try read(SafetensorsFixture.safetensorsNone)
    #expect(file.tensors.isEmpty && file.metadata.isEmpty)
    #expect(diagnostic { try file.tensor(named: "a") }?.notes == ["it has none at all"])
  }

  @Test func readsBfloat16() throws {
    var bytes = file(#"{"x":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#)
    bytes += [0x20, 0xC0, 0x80, 0x3F]
    #expect(try read(bytes).floats(named: "x") == [-2.5, 1])
  }

  @Test func theHeaderMayListTensorsInAnyOrder() throws {
    let header =
      #"{"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]},"e":{"dtype":"U8","shape":[0],"data_offsets":[2,2]},"#
      + #""a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}   "#
    #expect(try read(file(header, data: 3)).tensors.map(\.name) == ["a", "e", "b"])
  }

  @Test func missingAndForeignTensors() throws {
    let file = try read(SafetensorsFixture.safetensors)
    #expect(diagnostic { try file.floats(named: "x") }?.code == .missingTensor)
    #expect(diagnostic { try file.floats(named: "i") }?.code == .unsupportedType)
    #expect(diagnostic { try file.floats(named: "flag") }?.code == .unsupportedType)
  }

  @Test(arguments: [
    (#" {}"#, 0, "begin with `{`"),
    (#"[]"#, 0, "begin with `{`"),
    (#""#, 0, "begin with `{`"),
    (#"{"#, 0, "not valid JSON"),
    (#"{} x"#, 0, "not valid JSON"),
    (#"{"a":1,"a":2}"#, 0, "comes twice"),
    (#"{"__metadata__":[]}"#, 0, "an array where an object of strings"),
    (#"{"__metadata__":{"a":1}}"#, 0, "an integer under \"a\""),
    (#"{"a":1}"#, 0, "described by an integer"),
    (#"{"a":{"shape":[1],"data_offsets":[0,1]}}"#, 1, "no `dtype`"),
    (#"{"a":{"dtype":"X8","shape":[1],"data_offsets":[0,1]}}"#, 1, "unknown dtype \"X8\""),
    (#"{"a":{"dtype":"U8","data_offsets":[0,1]}}"#, 1, "no list `shape`"),
    (#"{"a":{"dtype":"U8","shape":[1]}}"#, 1, "no list `data_offsets`"),
    (#"{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}"#, 1, "has -1 where"),
    (#"{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}"#, 1, "has 1.0 where"),
    (#"{"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,1]}}"#, 1, "where an integer"),
    (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}"#, 1, "not [begin, end]"),
    (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}"#, 1, "not [begin, end]"),
    (#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,1]}}"#, 1, "has 1 byte, its shape 2 of U8 needs 2"),
    (#"{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}"#, 0, "no possible size"),
    (#"{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, 0, "no possible size"),
    (#"{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}"#, 1, "no possible size"),
    (
      #"{"a":{"dtype":"U8","shape":[0],"data_offsets":[9223372036854775807,9223372036854775807]}}"#, 0,
      "out of range"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, 2, "1 byte between the header and tensor `a`"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
      3, "`b` overlaps tensor `a` by 1 byte"
    ),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, 3, "says 4 bytes of data, the file has 3"),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, 5, "says 4 bytes of data, the file has 5"),
    (#"{}"#, 1, "says 0 bytes of data, the file has 1"),
  ])
  func refuses(header: String, data: Int, words: String) {
    let fault = diagnostic { try read(file(header, data: data)) }
    #expect(fault?.code == .damagedSafetensors)
    #expect(fault?.message.contains(words) == true, "\(fault?.message ?? "no fault")")
  }

  @Test func headerSizesAreChecked() {
    #expect(diagnostic { try read([]) }?.message.contains("is empty") == true)
    #expect(diagnostic { try read([1, 2]) }?.message.contains("only 2 bytes") == true)
    #expect(diagnostic { try read([255, 0, 0, 0, 0, 0, 0, 0, 123]) }?.message.contains("255 bytes") == true)
    #expect(
      diagnostic { try read([UInt8](repeating: 255, count: 9)) }?.message.contains("allows 100,000,000")
        == true)
  }

  @Test func saysWhatTheFileIsInstead() {
    let fault = diagnostic { try read(Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 1, count: 60)) }
    #expect(fault?.notes.first?.contains("zip archive") == true)
  }

  @Test(arguments: [SafetensorsFixture.safetensorsSmall, SafetensorsFixture.safetensors])
  func survivesDamage(bytes: [UInt8]) throws {
    for copy in Mutations.truncations(bytes) {
      #expect(diagnostic { try read(copy) }?.code == .damagedSafetensors)
    }
    for copy in Mutations.corruptions(bytes) {
      guard let file = try? read(copy) else {
        #expect(diagnostic { try read(copy) }?.code == .damagedSafetensors)
        continue
      }
      for tensor in file.tensors {
        #expect(file.withBytes(of: tensor) { $0.count } == tensor.type.byteCount(tensor.shape))
        _ = try? file.floats(named: tensor.name)
      }
    }
  }
}
