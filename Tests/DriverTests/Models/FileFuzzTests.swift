import CPUBackend
import DataPipeline
import Diagnostics
import Exchange
import FileTestSupport
import Glibc
import Importing
import Layers
import NetIR
import NetworkTestSupport
import ONNX
import Testing

@testable import Driver

/// Whatever happened to a file: an error that says so, or a result that is whole. `NETC_FUZZ_FILES=10000 swift test
/// --filter FileFuzz` damages each as often.
@Suite struct FileFuzzTests {
  private static let rounds = getenv("NETC_FUZZ_FILES").flatMap { Int(String(cString: $0)) } ?? 400

  /// One format: a small file of it, and what reads it.
  struct Format: Sendable, CustomTestStringConvertible {
    var name: String
    var file: @Sendable () throws -> [UInt8]
    var read: @Sendable ([UInt8]) throws -> Void
    var testDescription: String { name }
  }

  static let all: [Format] = [
    Format(name: "safetensors", file: safetensors) { try readTensors($0, "w.safetensors") },
    Format(name: "npz", file: npz) { try readTensors($0, "w.npz") },
    Format(name: "onnx", file: onnx) { bytes in
      let model = try bytes.withUnsafeBytes { (bytes) throws(ModelProblem) in try ONNXModel(bytes: bytes) }
      var importer = ONNXImport(model, name: "net")
      try check(try importer.imported())
    },
    Format(name: "caffemodel", file: caffemodel) { bytes in
      let weights = try bytes.withUnsafeBytes { (bytes) throws(ModelProblem) in try CaffeWeights(bytes) }
      let (_, parameters) = try definition(Array(prototxt.utf8))
      _ = try weights.values(of: parameters)
    },
    Format(name: "prototxt", file: { Array(prototxt.utf8) }) { try check(try definition($0).network) },
    Format(name: "artefact", file: { try Compiled().bytes }) { bytes in
      let folder = TemporaryFolder()
      _ = try Model.open(folder.store(bytes, as: "net.netc"), threads: 1)
    },
    Format(name: "cfg", file: { Array(cfg.utf8) }) {
      try check(try DarknetImport.read(try DarknetSection.parse($0), name: "net"))
    },
  ]

  @Test(arguments: all)
  func everyTruncation(_ format: Format) throws {
    let file = try format.file()
    try format.read(file)
    // An artefact is large for what is in it: a part of its lengths will do.
    for count in stride(from: 0, to: file.count, by: 1 + file.count / 8000) {
      expectAnswer(Array(file[..<count]), format, "the first \(count) bytes")
    }
  }

  @Test(arguments: all)
  func randomDamage(_ format: Format) throws {
    let file = try format.file()
    for seed in 0..<Self.rounds {
      var mutator = FileMutator(seed: UInt64(seed))
      expectAnswer(mutator.damaged(file), format, "seed \(seed)")
    }
  }

  /// The errors that a file may be answered with.
  private func expectAnswer(_ bytes: [UInt8], _ format: Format, _ what: String) {
    let clock = ContinuousClock()
    let start = clock.now
    do {
      try format.read(bytes)
    } catch let error as DiagnosticError {
      #expect(!error.diagnostic.message.isEmpty)
    } catch is ModelProblem, is TextFault, is DefinitionProblems, is CaffeMismatch {
      // Answers of the importers, which the driver puts into words.
    } catch {
      Issue.record("\(format.name), \(what): \(error)")
    }
    #expect(start.duration(to: clock.now) < .seconds(5), "\(format.name), \(what)")
  }

  // MARK: Reading

  private static func readTensors(_ bytes: [UInt8], _ name: String) throws {
    let file = try TensorFile(MappedFile(copying: bytes, name: name))
    for entry in file.entries where entry.isNumeric {
      let numbers = try file.numbers(named: entry.name)
      guard numbers.count == entry.shape.reduce(1, *) else { throw GraphProblem("\(entry.name): \(numbers.count)") }
    }
  }

  /// What an importer gives is a spec that netc reads, or one whose faults it names.
  private static func check(_ network: ImportedNetwork) throws {
    let text = network.spec(comment: "fuzz")
    guard text.utf8.count < 1 << 20 else { throw GraphProblem("a spec of \(text.utf8.count) bytes") }
    _ = SpecLoader.understand(Array(text.utf8), "net.yaml", as: "net.yaml")
  }

  private static func definition(
    _ bytes: [UInt8]
  ) throws -> (network: ImportedNetwork, parameters: [CaffeParameter]) {
    try CaffeImport.read(try TextFormatParser.parse(bytes), name: "net")
  }

  // MARK: Files

  private static func safetensors() throws -> [UInt8] {
    var writer = SafetensorsWriter(metadata: [("made by", "a test")])
    writer.add("a.W", [2, 3], floats: [1, 2, 3, 4, 5, 6])
    writer.add("half", .f16, [3], bytes: [0, 0x3C, 0, 0x40, 0, 0x42])
    writer.add("brain", .bf16, [2], bytes: [0x80, 0x3F, 0, 0x40])
    writer.add("double", .f64, [1], bytes: [0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
    writer.add("whole", .i64, [1], bytes: [7, 0, 0, 0, 0, 0, 0, 0])
    writer.add("empty", .f32, [0, 4], bytes: [])
    writer.add("scalar", .u8, [], bytes: [9])
    return try writer.serialised()
  }

  private static func npz() throws -> [UInt8] {
    let folder = TemporaryFolder()
    var writer = NpzWriter()
    writer.add("a.W", [2, 3]) { () throws(DiagnosticError) in [1, 2, 3, 4, 5, 6] }
    writer.add("b", []) { () throws(DiagnosticError) in [1] }
    writer.add("none", [0]) { () throws(DiagnosticError) in [] }
    try writer.write(to: folder.path + "/w.npz")
    return try #require(TestFile.bytes(folder.path + "/w.npz"))
  }

  private static func onnx() throws -> [UInt8] {
    let network = try Networks.of(
      """
      layers:
        - Input:      {name: in, shape: [null, 1, 8, 8]}
        - Conv2D:     {name: conv, num_filters: 2, filter_size: 3, pad: same, batch_norm: true}
        - MaxPool2D:  {name: pool, pool_size: 2}
        - Slice:      {name: slice, indices: "0:1", axis: 1}
        - Dense:      {name: fc, num_units: 3, nonlinearity: softmax}

      """)
    return try ExportCommand.model(of: network, batch: nil, weights: NoiseWeights.values).serialized()
  }

  private static let prototxt = """
    name: "net"
    layer { name: "data" type: "Input" top: "data" input_param { shape: { dim: 1 dim: 2 dim: 8 dim: 8 } } }
    layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
      convolution_param { num_output: 2 kernel_size: 3 pad: 1 stride: 1 weight_filler { type: "xavier" } } }
    layer { name: "norm" type: "BatchNorm" bottom: "conv" top: "conv" }
    layer { name: "scale" type: "Scale" bottom: "conv" top: "conv" scale_param { bias_term: true } }
    layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
    layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool" pooling_param { pool: AVE kernel_size: 3 stride: 2 } }
    layer { name: "sum" type: "Eltwise" bottom: "pool" bottom: "pool" top: "sum" }
    layer { name: "ip" type: "InnerProduct" bottom: "sum" top: "ip" inner_product_param { num_output: 3 } }
    layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob" }
    """

  private static let cfg = """
    [net]
    height=9
    width=9
    channels=3
    [convolutional]
    batch_normalize=1
    filters=4
    size=3
    stride=2
    pad=1
    activation=leaky
    [maxpool]
    size=2
    stride=1
    [shortcut]
    from=-2
    activation=linear
    [route]
    layers=-1,0
    [avgpool]
    [softmax]
    """

  private static func caffemodel() throws -> [UInt8] {
    var writer = ProtobufWriter()
    let layers: [(String, [[Int]])] = [
      ("conv", [[2, 2, 3, 3], [2]]), ("norm", [[2], [2], [1]]), ("scale", [[2], [2]]), ("ip", [[3, 32], [3]]),
    ]
    for (name, blobs) in layers {
      writer.write(100) { layer in
        layer.write(1, name)
        for shape in blobs {
          layer.write(7) { blob in
            blob.write(7) { for size in shape { $0.write(1, Int64(size)) } }
            let values = [Float](repeating: 0.5, count: shape.reduce(1, *))
            values.withUnsafeBytes { blob.write(5, $0) }
          }
        }
      }
    }
    return writer.bytes
  }
}
