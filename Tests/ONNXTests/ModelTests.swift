import Driver
import Exchange
import FileTestSupport
import Layers
import NetIR
import NetworkTestSupport
import Testing

@testable import ONNX

@Suite struct ModelTests {
  private func read(_ bytes: [UInt8]) throws(ModelProblem) -> ONNXModel {
    let result = bytes.withUnsafeBytes { bytes in Result { () throws(ModelProblem) in try ONNXModel(bytes: bytes) } }
    return try result.get()
  }

  private var everything: ONNXModel {
    var model = ONNXModel()
    (model.irVersion, model.opset, model.producerName, model.producerVersion) = (8, 17, "netc", "1.2.3")
    var node = ONNXNode()
    (node.name, node.type, node.inputs, node.outputs) = ("n", "Conv", ["x", "", "w"], ["y", "z"])
    node.attributes = [
      .int("i", -3), .float("f", 0.1), .string("s", "größer"), .ints("list", [1, -1, 1 << 40]),
      .init("floats", .floats([1, -0.0, .infinity])), .ints("empty", []),
      .init("t", .tensor(ONNXTensor(name: "t", shape: [2], .integers([5, -6])))),
    ]
    model.graph.name = "graph"
    model.graph.nodes = [node, node]
    model.graph.initializers = [
      ONNXTensor(name: "w", shape: [2, 3], .floats([1, 2, 3, 4, 5, 6])),
      ONNXTensor(name: "none", shape: [0], .floats([])),
      ONNXTensor(name: "scalar", shape: [], .integers([7])),
    ]
    model.graph.inputs = [ONNXValue(name: "x", elementType: .float, shape: [.named("N"), .size(3), .unknown])]
    model.graph.outputs = [ONNXValue(name: "y", elementType: .float, shape: [])]
    return model
  }

  @Test func whatIsWrittenIsRead() throws {
    #expect(try read(everything.serialized()) == everything)
  }

  /// Bytes that another implementation writes: `onnx.helper.make_tensor_value_info("x", 1, ["N", 300])` within a model.
  @Test func bytesOfAnotherWriter() throws {
    let value: [UInt8] = [
      0x0A, 0x01, 0x78, 0x12, 0x10, 0x0A, 0x0E, 0x08, 0x01, 0x12, 0x0A, 0x0A, 0x03, 0x12, 0x01, 0x4E, 0x0A, 0x03,
      0x08, 0xAC, 0x02,
    ]
    let graph: [UInt8] = [0x5A, UInt8(value.count)] + value
    let model = try read([0x08, 0x08, 0x3A, UInt8(graph.count)] + graph)
    #expect(model.irVersion == 8)
    let expected = ONNXValue(name: "x", elementType: .float, shape: [.named("N"), .size(300)])
    #expect(model.graph.inputs == [expected])
    var written = ProtobufWriter()
    expected.write(to: &written)
    #expect(written.bytes == value)
  }

  /// Numbers in the fields of their types, packed and one by one, and in halves, as writers other than netc have them.
  @Test func tensorsInOtherForms() throws {
    func tensor(_ body: (inout ProtobufWriter) -> Void) throws -> ONNXTensor {
      var writer = ProtobufWriter()
      body(&writer)
      return try writer.bytes.withUnsafeBytes { try ONNXTensor(bytes: $0) }
    }
    func packed(_ field: Int, _ type: Int64, _ numbers: [some BitwiseCopyable]) throws -> ONNXTensor {
      try tensor { writer in
        writer.write(1, Int64(2))
        writer.write(2, type)
        numbers.withUnsafeBytes { writer.write(field, $0) }
      }
    }
    #expect(try packed(4, 1, [Float(1.5), -2]).numbers == .floats([1.5, -2]))
    #expect(try packed(10, 11, [1.5, -2.0]).numbers == .floats([1.5, -2]))
    #expect(try packed(9, 10, [Float16(1.5), -2]).numbers == .floats([1.5, -2]))
    #expect(try packed(9, 16, [UInt16(0x3FC0), 0xC000]).numbers == .floats([1.5, -2]))
    #expect(try packed(9, 6, [Int32(3), -4]).numbers == .integers([3, -4]))
    #expect(try packed(7, 7, [UInt8(3), 0x7F]).numbers == .integers([3, 127]))
    let single = try tensor {
      for (field, number) in [(1, 2), (2, 7), (7, -1), (7, 9)] { $0.write(field, Int64(number)) }
    }
    #expect(single.numbers == .integers([-1, 9]))
    #expect(throws: ModelProblem.self) { try packed(4, 1, [Float(1), 2, 3]) }
    #expect(throws: ModelProblem.self) { try packed(9, 9, [true, false]) }
  }

  @Test func truncatedAnywhere() throws {
    let bytes = everything.serialized()
    for part in Mutations.truncations(bytes) {
      // Where a field ends, what is left is a smaller message; anywhere else it is damage.
      if let model = try? read(part) { #expect(model != everything) }
    }
  }

  @Test func damagedAnywhere() throws {
    let bytes = try ExportCommand.model(of: try Networks.spec("lenet5"), batch: nil, weights: NoiseWeights.values)
      .serialized()
    var noise = Noise(seed: 7)
    for _ in 0..<10_000 {
      var copy = Array(bytes.prefix(4096))
      for _ in 0...noise.next(below: 4) { copy[noise.next(below: copy.count)] = UInt8(noise.next(below: 256)) }
      _ = try? read(copy)
    }
  }

  /// A few bytes that promise terabytes.
  @Test func hugePromises() {
    func tensor(_ bytes: [UInt8]) throws -> ONNXTensor { try bytes.withUnsafeBytes { try ONNXTensor(bytes: $0) } }
    let huge: [UInt8] = [0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]
    #expect(throws: ModelProblem.self) { try tensor(huge + huge + [0x10, 0x01]) }
    #expect(throws: ModelProblem.self) { try tensor([0x08, 0xE8, 0x07, 0x10, 0x01, 0x4A, 0x04, 0, 0, 0, 0]) }
    #expect(throws: ModelProblem.self) { try read([0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]) }
    #expect(throws: ModelProblem.damaged("it has no graph")) { try read([]) }
  }
}
