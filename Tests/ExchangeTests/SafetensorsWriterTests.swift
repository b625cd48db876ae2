import Diagnostics
import Exchange
import FileTestSupport
import Testing

@Suite struct SafetensorsWriterTests {
  private func fault(_ writer: SafetensorsWriter) -> Diagnostic? {
    diagnostic { try writer.serialised() }
  }

  @Test func readsBackAsWritten() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/w.safetensors"
    var writer = SafetensorsWriter(metadata: [("z", "1"), ("a", "é\"\n")])
    writer.add("conv1.W", [2, 1, 1, 2], floats: [1, -2, 3.5, .infinity])
    writer.add("bytes", .u8, [3], bytes: [1, 2, 3])
    writer.add("scalar", [], floats: [4])
    writer.add("none", [0, 7], floats: [])
    writer.add("later", .i16, [2]) { (writer) throws(DiagnosticError) in
      try writer.write(littleEndian: Int16(-2))
      try writer.write(littleEndian: Int16(5))
    }
    try writer.write(to: path)
    let file = try SafetensorsFile(path: path)
    #expect(file.metadata == ["z": "1", "a": "é\"\n"])
    #expect(file.tensors.map(\.name) == ["conv1.W", "bytes", "scalar", "none", "later"])
    #expect(try file.floats(named: "conv1.W") == [1, -2, 3.5, .infinity])
    #expect(try file.floats(named: "scalar") == [4])
    #expect(file.withBytes(of: try file.tensor(named: "later")) { Array($0) } == [0xFE, 0xFF, 5, 0])
    #expect(file.tensors.first.map { $0.range.lowerBound % 8 } == 0)
    #expect(folder.names == ["w.safetensors"])
  }

  /// The bytes of the header are fixed: compiled artefacts are compared as files.
  @Test func theBytesAreTheFormats() throws {
    var writer = SafetensorsWriter(metadata: [("k", "v")])
    writer.add("a", [1], floats: [1])
    let header =
      #"{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    let padded = header + String(repeating: " ", count: (8 - (8 + header.utf8.count) % 8) % 8)
    #expect(
      try writer.serialised()
        == [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(padded.utf8) + [0, 0, 0x80, 0x3F])
  }

  @Test(arguments: 1...70)
  func alignsTheDataInTheFile(nameLength: Int) throws {
    var writer = SafetensorsWriter(alignment: 64)
    writer.add(String(repeating: "n", count: nameLength), [16], floats: [Float](repeating: 1, count: 16))
    writer.add("next", [1], floats: [1])
    let file = try SafetensorsFile(MappedFile(copying: try writer.serialised(), name: "m"))
    #expect(file.tensors.allSatisfy { $0.range.lowerBound.isMultiple(of: 64) })
    for tensor in file.tensors {
      #expect(file.withBytes(of: tensor) { Int(bitPattern: $0.baseAddress) % 64 } == 0)
    }
  }

  @Test func refusesWhatTheFormatCannotHold() {
    var twice = SafetensorsWriter()
    twice.add("a", [1], floats: [1])
    twice.add("a", [1], floats: [1])
    #expect(fault(twice)?.message.contains("comes twice") == true)

    var reserved = SafetensorsWriter()
    reserved.add("__metadata__", [1], floats: [1])
    #expect(fault(reserved)?.code == .cannotWrite)

    #expect(fault(SafetensorsWriter(metadata: [("a", ""), ("a", "")]))?.code == .cannotWrite)

    var short = SafetensorsWriter()
    short.add("a", [2], floats: [1])
    #expect(fault(short)?.message.contains("was given 4 bytes, its shape 2 of F32 needs 8") == true)

    var negative = SafetensorsWriter()
    negative.add("a", [-1], floats: [])
    #expect(fault(negative)?.code == .cannotWrite)

    var huge = SafetensorsWriter()
    huge.add("a", .u8, [.max], bytes: [])
    huge.add("b", .u8, [.max], bytes: [])
    #expect(fault(huge)?.code == .cannotWrite)

    var crooked = SafetensorsWriter(alignment: 64)
    crooked.add("a", [1], floats: [1])
    crooked.add("b", [1], floats: [1])
    #expect(fault(crooked)?.message.contains("no multiple of 64") == true)
  }

  @Test func aFaultLeavesTheOldFile() throws {
    let folder = TemporaryFolder()
    let path = folder.store([1, 2, 3], as: "w.safetensors")
    var writer = SafetensorsWriter()
    writer.add("good", [1], floats: [1])
    writer.add("short", [2], floats: [1])
    #expect(diagnostic { try writer.write(to: path) }?.code == .cannotWrite)
    #expect(folder.names == ["w.safetensors"])
    #expect(try MappedFile(path: path).count == 3)
  }

  /// Bytes of every type come back as they were, and the numbers of those that netc computes with.
  @Test(arguments: SafetensorsType.allCases)
  func everyTypeThereAndBack(type: SafetensorsType) throws {
    let shape = [2, 4]
    let count = try #require(type.byteCount(shape))
    // 0x3C is a number below 2 in every floating-point type, and 1 in F16.
    let bytes = (0..<count).map { type == .bool ? UInt8($0 % 2) : $0 % 2 == 0 ? 0 : 0x3C }
    var writer = SafetensorsWriter()
    writer.add("before", .u8, [3], bytes: [1, 2, 3])
    writer.add("it", type, shape, bytes: bytes)
    let file = try SafetensorsFile(MappedFile(copying: try writer.serialised(), name: "w"))
    let info = try file.tensor(named: "it")
    #expect(info.type == type && info.shape == shape)
    #expect(file.withBytes(of: info) { Array($0) } == bytes)
    guard let element = type.element else { return }
    let numbers = file.withBytes(of: info) { element.floats($0) }
    #expect(numbers.count == 8 && numbers.allSatisfy(\.isFinite))
    if type == .f16 { #expect(numbers == [Float](repeating: 1, count: 8)) }
  }
}
