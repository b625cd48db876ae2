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
  private func store(_ model: String, renaming names: [(String, String)], without part: String? = nil) throws {
    let path = try #require(SharedData.file("models/\(model)/weights.safetensors"))
    let file = try SafetensorsFile(path: path)
    var writer = SafetensorsWriter()
    for tensor in file.tensors where part.map(tensor.name.contains) != true {
      let name = names.reduce(tensor.name) { $0.replacing($1.0, with: $1.1) }
      writer.add(name, tensor.shape, floats: try file.floats(named: tensor.name))
    }
    try writer.write(to: folder.path + "/weights.safetensors")
  }

  private func model(_ text: String, batch: Int, precision: Precision = .fp32) throws
    -> (model: Model, weights: Weights)
  {
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
    let options = CompileOptions(
      batch: batch, precision: precision, target: HostCPU.current.target, catalogue: KernelTable.catalogue)
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

  /// With bf16 the labels of MNIST's 10,000 test images change by 10 at most, and so do those that are right.
  @Test func labelsOfDigitsInBF16() throws {
    try store("lenet_caffe", renaming: [(".weight", ".W"), (".bias", ".b")])
    let spec = "base: {spec: \(Repository.root)/specs/lenet-caffe.yaml, weights: weights.safetensors}\n"
    let images = try InputFile.load(try #require(SharedData.file("mnist/t10k-images-idx3-ubyte.gz")))
    let truth = try InputFile.load(try #require(SharedData.file("mnist/t10k-labels-idx1-ubyte.gz")))
    let input = images.elements.map { $0 / 256 }
    try expectSameLabels(spec, input, classes: 10, truth: truth.elements.map { Int($0) }, atLeast: 9895)
  }

  /// ResNet-20 on 2,000 images of CIFAR-10.
  @Test func labelsOfCIFARInBF16() throws {
    let blocks = (1...3).flatMap { stage in
      (0...2).flatMap { block in
        (1...2).flatMap { conv in
          let old = "layer\(stage).\(block)"
          let new = "conv\(stage + 1)/\(block == 0 ? "first" : "rest\(block - 1)")/\(conv == 1 ? "a" : "b")"
          return [("\(old).conv\(conv).", "\(new)."), ("\(old).bn\(conv).", "\(new)_bn.")]
        }
      }
    }
    try store(
      "resnet20_cifar10",
      renaming: blocks + [
        ("bn1.", "conv1_bn."), ("linear.weight", "fc.W"), ("linear.bias", "fc.b"), ("_bn.weight", "_bn.gamma"),
        ("_bn.bias", "_bn.beta"), ("running_mean", "mean"), ("running_var", "var"), (".weight", ".W"),
      ], without: "shortcut")
    let path = try #require(SharedData.file("cifar10/val.bin.gz"))
    let records = try Gzip.inflate(try #require(TestFile.bytes(path)), name: "val.bin.gz")
    let (mean, deviation): ([Float], [Float]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    let size = 3 * 32 * 32
    var (input, truth): ([Float], [Int]) = ([], [])
    for start in stride(from: 0, to: records.count, by: 1 + size) {
      truth.append(Int(records[start]))
      input += (0..<size).map { (Float(records[start + 1 + $0]) / 255 - mean[$0 / 1024]) / deviation[$0 / 1024] }
    }
    try expectSameLabels(
      "base: {spec: \(Repository.root)/specs/resnet20.yaml, weights: weights.safetensors}\n", input, classes: 10,
      truth: truth, atLeast: 1900)
  }

  /// The labels that plans of both precisions give: at most one in a thousand differs.
  private func expectSameLabels(
    _ spec: String, _ input: [Float], classes: Int, truth: [Int], atLeast: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let labels = try [Precision.fp32, .bf16].map { precision in
      let (model, _) = try model(spec, batch: 50, precision: precision)
      let outputs = model.executable.run(examples: truth.count, inputs: [input])[0]
      return truth.indices.map { example in
        (0..<classes).max { outputs[example * classes + $0] < outputs[example * classes + $1] } ?? 0
      }
    }
    let right = labels.map { zip($0, truth).count { $0 == $1 } }
    let changed = zip(labels[0], labels[1]).count { $0 != $1 }
    #expect(right[0] >= atLeast, sourceLocation: sourceLocation)
    #expect(
      abs(right[0] - right[1]) <= truth.count / 1000 && changed <= truth.count / 1000,
      "\(right) of \(truth.count) are right, \(changed) differ", sourceLocation: sourceLocation)
  }

  /// The labels of photographs in bf16, and logits within 2 % of the largest.
  @Test func photographsInBF16() throws {
    try store(
      "squeezenet_v1.0",
      renaming: [
        ("conv1x1_1", "squeeze1x1"), ("conv1x1_2", "expand1x1"), ("conv3x3_2", "expand3x3"), ("conv_final", "conv10"),
        (".weight", ".W"), (".bias", ".b"),
      ])
    let spec = try #require(TestFile.text(Repository.root + "/specs/squeezenet10.yaml"))
    TestFile.write(
      spec.replacing("num_filters: 1000, filter_size: 1", with: "num_filters: 1000, filter_size: 1, pad: 1"),
      to: folder.path + "/squeezenet10.yaml")
    let (model, _) = try model(
      """
      base: {spec: squeezenet10.yaml, weights: weights.safetensors, drop: [prob]}
      layers: [Input: {shape: [null, 3, 227, 227]}]
      """, batch: 1, precision: .bf16)
    for image in ["coral_bird", "coral_cat", "coral_grace_hopper"] {
      let input = try floats("images/ref/\(image).squeezenet_v1.0.input.f32.gz")
      let logits = try floats("images/ref/\(image).squeezenet_v1.0.logits.f32")
      let found = model.executable.run(examples: 1, inputs: [input])[0]
      let largest = logits.reduce(0) { max($0, abs($1)) }
      let worst = zip(found, logits).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(worst <= 2e-2 * largest, "\(image): off by \(worst) of \(largest)")
      func label(_ values: [Float]) -> Int? { values.indices.max { values[$0] < values[$1] } }
      #expect(label(found) == label(logits), "\(image)")
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
