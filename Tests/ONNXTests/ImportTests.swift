import CPUBackend
import Compiler
import DataPipeline
import Driver
import Exchange
import FileTestSupport
import Importing
import Layers
import NetIR
import NetworkTestSupport
import Runtime
import Testing

@testable import ONNX

/// Networks that went through an ONNX model and came back.
@Suite struct ImportTests {

  private func imported(_ network: Network) throws -> ImportedNetwork {
    let model = try ExportCommand.model(of: network, batch: nil, weights: NoiseWeights.values)
    var importer = ONNXImport(model, name: network.name)
    var back = try importer.imported()
    back.foldRepeats { LayerRegistry.kind(named: $0) != nil }
    return back
  }

  @Test(arguments: ["digits", "lenet", "lenet-caffe", "mnist", "cifar10-quick", "nolearn4", "resnet20", "keypoints"])
  func computesTheSame(_ name: String) throws {
    let network = try Networks.spec(name)
    let back = try imported(network)
    let again = try Networks.of(back.spec(comment: "again"), name: name)
    let weights = Dictionary(back.weights.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first })
    #expect(Set(weights.keys) == Set(again.weights.map(\.name)))
    let graph = try network.lowered(batch: 2).graph
    let inputs = graph.inputs.enumerated().map {
      Noise.doubles(graph[$1].shape.elements, seed: UInt64($0))
    }
    let expected = try ReferenceInterpreter(graph, parameter: NoiseWeights.values).run(inputs)
    let found = try ReferenceInterpreter(try again.lowered(batch: 2).graph) { name, _ in weights[name] ?? [] }.run(
      inputs)
    #expect(found.count == expected.count)
    for (found, expected) in zip(found, expected) {
      let size = expected.reduce(1e-30) { max($0, abs($1)) }
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 * size })
    }
  }

  /// The same number of parameters comes back, and a spec that netc takes.
  @Test(arguments: [
    "alexnet", "bn-inception", "densenet121", "googlenet", "mobilenetv2", "resnet50", "resnet18", "squeezenet", "vgg16",
  ])
  func countsTheSame(_ name: String) throws {
    let network = try Networks.spec(name)
    let model = try ExportCommand.model(of: network, batch: nil) { [Float](repeating: 1, count: $1.elements) }
    var importer = ONNXImport(model, name: name)
    let flat = try importer.imported()
    var back = flat
    back.foldRepeats { LayerRegistry.kind(named: $0) != nil }
    #expect(try Networks.of(flat.spec(comment: "flat"), name: name).weights.count == network.weights.count)
    let again = try Networks.of(back.spec(comment: "again"), name: name)
    #expect(back.weights.reduce(0) { $0 + $1.values.count } == network.weights.reduce(0) { $0 + $1.shape.elements })
    #expect(again.weights.count == network.weights.count)
  }

  @Test func readsLikeASpec() throws {
    #expect(
      try imported(try Networks.spec("lenet-caffe")).spec(comment: "LeNet") == """
        # LeNet
        name: lenet-caffe
        layers:
          - Input:     {name: input1, shape: [null, 1, 28, 28]}
          - Conv2D:    {name: conv1, num_filters: 20, filter_size: 5, nonlinearity: linear}
          - MaxPool2D: {name: pool1, pool_size: 2}
          - Conv2D:    {name: conv2, num_filters: 50, filter_size: 5, nonlinearity: linear}
          - MaxPool2D: {name: pool2, pool_size: 2}
          - Dense:     {name: ip1, num_units: 500}
          - Dense:     {name: ip2, num_units: 10, nonlinearity: softmax}

        """)
  }

  @Test func everythingThatIsUnsupportedIsNamed() throws {
    var model = try ExportCommand.model(of: try Networks.spec("lenet"), batch: nil, weights: NoiseWeights.values)
    for index in model.graph.nodes.indices where model.graph.nodes[index].type == "MaxPool" {
      model.graph.nodes[index].type = "Sin"
    }
    var importer = ONNXImport(model, name: "sines")
    // The second one reads what the first would have made.
    #expect(throws: ModelProblem.unsupported(["node 2 `pool1` (Sin): netc has no such layer"])) {
      try importer.imported()
    }
    model.opset = 3
    model.graph.nodes[0].attributes.append(.init("group", .int(2)))
    var another = ONNXImport(model, name: "sines")
    let problem = #expect(throws: ModelProblem.self) { try another.imported() }
    guard case .unsupported(let parts)? = problem else { return }
    #expect(parts.first == "opset 3: netc reads 7 to 28")
  }

  // MARK: Models of others

  private func relative(_ found: [Float], _ expected: [Float]) -> Float {
    let size = expected.reduce(1e-30) { max($0, abs($1)) }
    return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / size
  }

  /// An imported model on an input, in double precision.
  private func run(_ path: String, _ input: [Float], batch: Int) throws -> [[Float]] {
    let back = try ForeignModel([path]).network()
    let network = try Networks.of(back.spec(comment: "imported"), name: "imported")
    let weights = Dictionary(back.weights.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first })
    let graph = try network.lowered(batch: network.fixedBatch ?? batch).graph
    let results = try ReferenceInterpreter(graph) { name, _ in weights[name] ?? [] }.run([input.map(Double.init)])
    return results.map { $0.map(Float.init) }
  }

  @Test(.enabled(if: SharedData.file("models/mnist-8/mnist-8.onnx") != nil, "no shared data"))
  func mnist8ReproducesItsTestPair() throws {
    func tensor(_ name: String) throws -> [Float] {
      let path = try #require(SharedData.file("models/mnist-8/test_data_set_0/\(name).pb"))
      let bytes = try #require(TestFile.bytes(path))
      return try #require(try bytes.withUnsafeBytes { try ONNXTensor(bytes: $0) }.floats)
    }
    let model = try #require(SharedData.file("models/mnist-8/mnist-8.onnx"))
    let found = try run(model, try tensor("input_0"), batch: 1)
    #expect(relative(found[0], try tensor("output_0")) < 1e-6)
  }

  @Test(.enabled(if: SharedData.file("models/lenet_caffe/lenet.onnx") != nil, "no shared data"))
  func modelsOfTheCollection() throws {
    for (model, parameters) in [
      ("lenet_caffe/lenet", 431_080), ("squeezenet_v1.0/squeezenet_v1.0", 1_248_424),
    ] {
      let path = try #require(SharedData.file("models/\(model).onnx"))
      let back = try ForeignModel([path]).network()
      #expect(back.weights.reduce(0) { $0 + $1.values.count } == parameters)
      _ = try Networks.of(back.spec(comment: "imported"), name: "imported")
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

  /// An imported model in fp32, as `netc run` has it.
  private func compiled(_ path: String, batch: Int) throws -> CPUExecutable {
    let back = try ForeignModel([path]).network()
    let network = try Networks.of(back.spec(comment: "imported"), name: "imported")
    let weights = Dictionary(back.weights.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first })
    let options = CompileOptions(
      batch: network.fixedBatch ?? batch, target: HostCPU.current.target, catalogue: KernelTable.catalogue)
    let plan = try CompilerFront.compile(network, options)
    let memory = try CompilerFront.pack(plan) { name, _ in weights[name] ?? [] }
    return try CPUExecutable(plan.plan, constants: memory, pool: ThreadPool(threads: 2))
  }

  /// Three photographs: logits within 1e-5 of the largest of onnxruntime's, the same five best classes in their order.
  @Test(.enabled(if: SharedData.file("images/ref") != nil, "no shared data"))
  func squeezenetReproducesItsLogits() throws {
    let model = try #require(SharedData.file("models/squeezenet_v1.0/squeezenet_v1.0.onnx"))
    let executable = try compiled(model, batch: 1)
    for image in ["coral_bird", "coral_cat", "coral_grace_hopper"] {
      let input = try floats("images/ref/\(image).squeezenet_v1.0.input.f32.gz")
      let expected = try floats("images/ref/\(image).squeezenet_v1.0.logits.f32")
      let outputs = executable.run(examples: 1, inputs: [input])
      let close = outputs.first { relative($0, expected) < 1e-5 }
      let found = try #require(close, "\(image)")
      func best(_ scores: [Float]) -> [Int] {
        Array(scores.indices.sorted { scores[$0] > scores[$1] }.prefix(5))
      }
      #expect(best(found) == best(expected))
    }
  }

  @Test(.enabled(if: SharedData.file("cifar10/val.bin.gz") != nil, "no shared data"))
  func resnet20ReproducesItsLogits() throws {
    let path = try #require(SharedData.file("cifar10/val.bin.gz"))
    let records = try Gzip.inflate(path: path)
    let (mean, deviation): ([Float], [Float]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    let input = (0..<64 * 3072).map { index -> Float in
      let (record, place) = (index / 3072, index % 3072)
      return (Float(records[record * 3073 + 1 + place]) / 255 - mean[place / 1024]) / deviation[place / 1024]
    }
    let model = try #require(SharedData.file("models/resnet20_cifar10/resnet20_cifar10.onnx"))
    let found = try compiled(model, batch: 64).run(examples: 64, inputs: [input])[0]
    #expect(relative(found, try floats("models/resnet20_cifar10/logits_val_0_63.f32")) < 1e-5)
  }
}
