import CPUBackend
import Driver
import Exchange
import FileTestSupport
import Layers
import NetIR
import NetworkTestSupport
import Testing

@testable import ONNX

/// Networks that went through an ONNX model and came back.
@Suite struct ImportTests {

  private func imported(_ network: Network) throws -> ImportedNetwork {
    let model = try ExportCommand.model(of: network, batch: nil, weights: NoiseWeights.values)
    var importer = ONNXImport(model, name: network.name)
    return try importer.imported()
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
    "alexnet", "bn-inception", "densenet121", "googlenet", "mobilenetv2", "resnet18", "squeezenet", "vgg16",
  ])
  func countsTheSame(_ name: String) throws {
    let network = try Networks.spec(name)
    let model = try ExportCommand.model(of: network, batch: nil) { [Float](repeating: 1, count: $1.elements) }
    var importer = ONNXImport(model, name: name)
    let back = try importer.imported()
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
    #expect(throws: ONNXProblem.unsupported(["node 2 `pool1` (Sin): netc has no such layer"])) {
      try importer.imported()
    }
    model.opset = 3
    model.graph.nodes[0].attributes.append(.init("group", .int(2)))
    var another = ONNXImport(model, name: "sines")
    let problem = #expect(throws: ONNXProblem.self) { try another.imported() }
    guard case .unsupported(let parts)? = problem else { return }
    #expect(parts.first == "opset 3: netc reads 7 to 25")
  }

  // MARK: Models of others

  private func relative(_ found: [Float], _ expected: [Float]) -> Float {
    let size = expected.reduce(1e-30) { max($0, abs($1)) }
    return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / size
  }

  /// An imported model on an input, in double precision.
  private func run(_ path: String, _ input: [Float], batch: Int) throws -> [[Float]] {
    let back = try ImportCommand.network(of: path)
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
      let back = try ImportCommand.network(of: path)
      #expect(back.weights.reduce(0) { $0 + $1.values.count } == parameters)
      _ = try Networks.of(back.spec(comment: "imported"), name: "imported")
    }
  }
}
