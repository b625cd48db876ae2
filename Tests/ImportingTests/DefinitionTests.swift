import CPUBackend
import Compiler
import DataPipeline
import Diagnostics
import Driver
import FileTestSupport
import Importing
import Layers
import NetIR
import NetworkTestSupport
import Testing

/// Definitions that others published, with the parameters that they have there.
@Suite struct DefinitionTests {
  private struct Definition {
    var file: String
    var parameters: Int
    var shape: [Int]?
  }

  private static let isHere = SharedData.file("defs/caffe/lenet.prototxt") != nil

  private static let all: [Definition] = [
    .init(file: "defs/caffe/lenet.prototxt", parameters: 431_080),
    .init(file: "defs/caffe/lenet_train_test.prototxt", parameters: 431_080, shape: [1, 28, 28]),
    .init(file: "models/lenet_caffe/lenet_train_test.prototxt", parameters: 431_080, shape: [1, 28, 28]),
    .init(file: "defs/caffe/bvlc_alexnet_deploy.prototxt", parameters: 60_965_224),
    .init(file: "defs/caffe/bvlc_alexnet_train_val.prototxt", parameters: 60_965_224),
    .init(file: "defs/caffe/bvlc_googlenet_deploy.prototxt", parameters: 6_998_552),
    .init(file: "defs/caffe/vgg16_deploy.prototxt", parameters: 138_357_544),
    .init(file: "models/squeezenet_v1.0/SqueezeNet_deploy.prototxt", parameters: 1_248_424),
    .init(file: "models/squeezenet_v1.1_backbone/squeezenet_v1.1_deploy.prototxt", parameters: 1_235_496),
    // 2,432 + 25,632 + 51,264 + 10,250, and the quick one's dense layers of 64 and 10 units.
    .init(file: "defs/caffe/cifar10_full.prototxt", parameters: 89_578),
    .init(file: "defs/caffe/cifar10_quick.prototxt", parameters: 145_578),
    .init(file: "defs/caffe/cifar10_quick_train_test.prototxt", parameters: 145_578, shape: [3, 32, 32]),
    // torchvision's 25,557,032 and the 53,120 numbers of running statistics; the first convolution has biases here.
    .init(file: "defs/caffe/ResNet-50-deploy.prototxt", parameters: 25_557_032 + 53_120 + 64),
    .init(file: "defs/darknet/cifar.cfg", parameters: 7_687_050),
    .init(file: "defs/darknet/resnet18.cfg", parameters: resnet18),
  ]

  /// k²·in·out and four numbers for each normalised filter.
  private static let resnet18: Int = {
    var (total, channels) = (49 * 3 * 64 + 4 * 64, 64)
    for filters in [64, 128, 256, 512] {
      for _ in 0..<2 {
        total += 9 * channels * filters + 9 * filters * filters + 8 * filters
        channels = filters
      }
    }
    return total + 512 * 1000 + 1000
  }()

  @Test(.enabled(if: isHere, "no shared data"), arguments: all.indices)
  func parametersAreThePublishedOnes(_ index: Int) throws {
    let definition = Self.all[index]
    var options = ImportOptions()
    options.inputShape = definition.shape
    let path = try #require(SharedData.file(definition.file))
    let network = try Networks.of(try ForeignModel([path], options).network().spec(comment: "imported"))
    #expect(network.weights.reduce(0) { $0 + $1.shape.elements } == definition.parameters)
  }

  @Test(.enabled(if: isHere, "no shared data"), arguments: ["lenet", "cifar10_quick"])
  func solversBecomeTraining(_ name: String) throws {
    var options = ImportOptions()
    options.inputShape = name == "lenet" ? [1, 28, 28] : [3, 32, 32]
    options.examples = name == "lenet" ? 60_000 : 50_000
    let files = [
      try #require(SharedData.file("defs/caffe/\(name)_train_test.prototxt")),
      try #require(SharedData.file("defs/caffe/\(name)_solver.prototxt")),
    ]
    let spec = try ForeignModel(files, options).network().spec(comment: "imported")
    let training = try Networks.of(spec).training
    #expect(training.rule == .momentum(0.9))
    #expect(training.learningRate == (name == "lenet" ? 0.01 : 0.001))
    // 10,000 iterations of 64 examples out of 60,000; 4,000 of 100 out of 50,000.
    #expect(training.epochs == (name == "lenet" ? 11 : 8))
    #expect(spec.contains("lr_policy` is \"inv\"") == (name == "lenet"))
  }

  /// The author's own weights: the logits of the first hundred test images.
  @Test(.enabled(if: isHere, "no shared data"))
  func aCaffemodelReproducesItsLogits() throws {
    var options = ImportOptions()
    options.inputShape = [1, 28, 28]
    let files = [
      try #require(SharedData.file("models/lenet_caffe/lenet_train_test.prototxt")),
      try #require(SharedData.file("models/lenet_caffe/lenet_iter_10000.caffemodel")),
    ]
    var imported = try ForeignModel(files, options).network()
    #expect(imported.weights.reduce(0) { $0 + $1.values.count } == 431_080)
    // What is published are the numbers in front of softmax.
    imported.layers[imported.layers.count - 1]["nonlinearity"] = "linear"
    let network = try Networks.of(imported.spec(comment: "imported"))
    let weights = Dictionary(imported.weights.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first })
    let images = try #require(SharedData.file("mnist/t10k-images-idx3-ubyte.gz"))
    let pixels = try InputFile.load(images).elements.prefix(100 * 784).map { Double($0 * 0.00390625) }
    let graph = try network.lowered(batch: 100).graph
    let found = try ReferenceInterpreter(graph) { name, _ in weights[name] ?? [] }.run([pixels])[0]
    let path = try #require(SharedData.file("models/lenet_caffe/logits_test_0_99.f32"))
    let expected = try #require(TestFile.bytes(path)).withUnsafeBytes { bytes in
      (0..<1000).map { Double(bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)) }
    }
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  /// SqueezeNet's definition with its published weights: the logits of three photographs.
  @Test(.enabled(if: SharedData.file("images/ref") != nil, "no shared data"))
  func aDefinitionWithWeightsByAMap() throws {
    let folder = TemporaryFolder()
    let definition = try #require(SharedData.file("models/squeezenet_v1.0/SqueezeNet_deploy.prototxt"))
    let network = try Networks.of(try ForeignModel([definition]).network().spec(comment: "imported"), name: "fire")
    let rules = """
      '(.*)\\.weight': $1.W
      '(.*)\\.bias': $1.b
      """
    let map = folder.store(Array(rules.utf8), as: "map.yaml")
    let file = try #require(SharedData.file("models/squeezenet_v1.0/weights.safetensors"))
    let weights = try Weights.load(file, map: map, for: network)
    let options = CompileOptions(batch: 1, target: HostCPU.current.target, catalogue: KernelTable.catalogue)
    let model = try Model.compile(network, weights, options, threads: 2)
    for image in ["coral_bird", "coral_cat", "coral_grace_hopper"] {
      let found = model.executable.run(
        examples: 1, inputs: [try floats("images/ref/\(image).squeezenet_v1.0.input.f32.gz")])[0]
      let expected = try floats("images/ref/\(image).squeezenet_v1.0.logits.f32")
      let largest = expected.reduce(0) { max($0, abs($1)) }
      let worst = zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(found.count == 1000 && worst < 1e-5 * largest, "\(image): off by \(worst) of \(largest)")
    }
  }

  private func floats(_ name: String) throws -> [Float] {
    let path = try #require(SharedData.file(name))
    var bytes = try #require(TestFile.bytes(path))
    if name.hasSuffix(".gz") { bytes = try Gzip.inflate(bytes, name: name) }
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }
}
