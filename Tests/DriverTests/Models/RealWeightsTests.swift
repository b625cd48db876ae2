import CPUBackend
import Compiler
import DataPipeline
import Driver
import Exchange
import FileTestSupport
import Glibc
import Layers
import NetIR
import NetworkTestSupport
import Testing

/// Published weights as those of a base, against the results that others computed with them.
@Suite(.enabled(if: SharedData.file("models") != nil, "no folder shared/data/models: set NETC_SHARED"))
struct RealWeightsTests {
  private let folder = TemporaryFolder()

  /// The weights of a model under netc's names.
  private func store(_ model: String, renaming names: [(String, String)]) throws {
    let path = try #require(SharedData.file("models/\(model)/weights.safetensors"))
    let file = try SafetensorsFile(path: path)
    var writer = SafetensorsWriter()
    for tensor in file.tensors {
      let name = names.reduce(tensor.name) { $0.replacing($1.0, with: $1.1) }
      writer.add(name, tensor.shape, floats: try file.floats(named: tensor.name))
    }
    try writer.write(to: folder.path + "/weights.safetensors")
  }

  private func model(_ text: String, batch: Int) throws -> (model: Model, weights: Weights) {
    TestFile.write(text, to: folder.path + "/net.yaml")
    let loaded = SpecLoader.load(folder.path + "/net.yaml")
    let network = try #require(loaded.network, "\(loaded.bag.sorted.map(\.message))")
    let weights: Weights
    do {
      weights = try #require(try Weights.load(nil, for: loaded, network))
    } catch let error as SpecProblems {
      Issue.record("\(error.bag.sorted.map { [$0.message] + $0.notes })")
      throw error
    }
    let options = CompileOptions(batch: batch, target: HostCPU.current.target, catalogue: KernelTable.catalogue)
    return (try Model.compile(network, weights, options, threads: 2), weights)
  }

  private func floats(_ name: String) throws -> [Float] {
    let path = try #require(SharedData.file(name))
    var bytes = try #require(TestFile.bytes(path))
    if name.hasSuffix(".gz") { bytes = try Gzip.inflate(bytes, name: name) }
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / 4).map { Float(bitPattern: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)) }
    }
  }

  private func expectClose(_ found: [Float], _ wanted: [Float], _ comment: String = "") {
    let largest = wanted.reduce(0) { max($0, abs($1)) }
    let worst = zip(found, wanted).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(found.count == wanted.count && worst <= 1e-5 * largest, "\(comment): off by \(worst) of \(largest)")
  }

  /// Caffe's LeNet, its Dense layers as they are and as convolutions.
  @Test(arguments: ["", ", transform: {fc_to_conv: [ip1, ip2]}"])
  func lenet(transform: String) throws {
    try store("lenet_caffe", renaming: [(".weight", ".W"), (".bias", ".b")])
    let (model, weights) = try model(
      """
      base: {spec: \(Repository.root)/specs/lenet-caffe.yaml, weights: weights.safetensors\(transform)}

      """, batch: 25)
    #expect(weights.remark == "8 tensors of `weights.safetensors`")
    let images = try InputFile.load(try #require(SharedData.file("mnist/t10k-images-idx3-ubyte.gz")))
    let input = images.elements.prefix(100 * 28 * 28).map { $0 / 256 }
    let logits = try floats("models/lenet_caffe/logits_test_0_99.f32")
    let wanted = (0..<100).flatMap { image in
      let powers = logits[10 * image..<10 * image + 10].map { exp(Double($0)) }
      return powers.map { Float($0 / powers.reduce(0, +)) }
    }
    expectClose(model.executable.run(examples: 100, inputs: [input])[0], wanted)
  }

  /// SqueezeNet 1.0 on photographs of 227 × 227, which replace the base's input. Its last convolution is padded.
  @Test func squeezenet() throws {
    try store(
      "squeezenet_v1.0",
      renaming: [
        ("conv1x1_1", "squeeze1x1"), ("conv1x1_2", "expand1x1"), ("conv3x3_2", "expand3x3"), ("conv_final", "conv10"),
        (".weight", ".W"), (".bias", ".b"),
      ])
    let spec = try #require(TestFile.text(Repository.root + "/specs/squeezenet10.yaml"))
    let padded = spec.replacing("num_filters: 1000, filter_size: 1", with: "num_filters: 1000, filter_size: 1, pad: 1")
    try #require(padded != spec)
    TestFile.write(padded, to: folder.path + "/squeezenet10.yaml")
    let (model, weights) = try model(
      """
      base: {spec: squeezenet10.yaml, weights: weights.safetensors, drop: [prob]}
      layers: [Input: {shape: [null, 3, 227, 227]}]
      """, batch: 1)
    #expect(weights.remark == "52 tensors of `weights.safetensors`")
    for image in ["coral_bird", "coral_cat", "coral_grace_hopper"] {
      let input = try floats("images/ref/\(image).squeezenet_v1.0.input.f32.gz")
      let logits = try floats("images/ref/\(image).squeezenet_v1.0.logits.f32")
      expectClose(model.executable.run(examples: 1, inputs: [input])[0], logits, image)
    }
  }

  /// The start of a fine-tuning: SqueezeNet 1.1 without its classifier, which the file does not have.
  @Test func backbone() throws {
    try store("squeezenet_v1.1_backbone", renaming: [(".weight", ".W"), (".bias", ".b")])
    let base = "spec: \(Repository.root)/specs/squeezenet.yaml, weights: weights.safetensors"
    let (_, weights) = try model(
      """
      base: {\(base), until: drop9}
      layers:
        - Conv2D: {name: conv10, num_filters: 2, filter_size: 1}
        - GlobalPool: {}
      """, batch: 1)
    #expect(
      weights.remark
        == "50 tensors of `weights.safetensors`; `conv10.W`, `conv10.b` have their first values")
    // The whole base needs what the file lacks, unless the spec says that it is meant.
    TestFile.write("base: {\(base)}\n", to: folder.path + "/whole.yaml")
    let loaded = SpecLoader.load(folder.path + "/whole.yaml")
    let network = try #require(loaded.network)
    #expect(throws: SpecProblems.self) { try Weights.load(nil, for: loaded, network) }
    let (_, fresh) = try model("base: {\(base), fresh: [conv10]}\n", batch: 1)
    #expect(fresh.remark == weights.remark)
  }
}
