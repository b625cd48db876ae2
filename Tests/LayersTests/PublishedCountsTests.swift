import FileTestSupport
import Layers
import NetIR
import Testing

/// Parameter counts and MACs that others have published.
struct PublishedCountsTests {
  /// The networks of `specs`, with the counts of the papers, of torchvision, Caffe and nolearn.
  @Test(arguments: [
    ("lenet", 61_706), ("vgg16", 138_357_544), ("alexnet", 61_100_840), ("alexnet-grouped", 60_965_224),
    ("keypoints", 16_561_502), ("digits", 45_162),
  ])
  func specs(_ name: String, _ count: Int) throws {
    #expect(try spec(name).parameterCount == count)
  }

  /// LeCun et al. 1998, with full connections.
  @Test(arguments: [
    ("conv1", 156), ("conv2", 2_416), ("conv3", 48_120), ("hidden", 10_164), ("output", 850),
  ])
  func layersOfLeNet(_ name: String, _ count: Int) throws {
    let layer = try #require(try spec("lenet").layers.first { $0.name == name })
    #expect(layer.weights.map(\.shape.elements).reduce(0, +) == count)
  }

  @Test func workOfLeNet() throws {
    #expect(try spec("lenet").macs == 416_520)
  }

  @Test func convolutionsOfVGG16() throws {
    let network = try spec("vgg16")
    let convolutions = network.layers.filter { $0.kind is Conv2D }.flatMap(\.weights)
    #expect(convolutions.map(\.shape.elements).reduce(0, +) == 14_714_688)
    #expect(fixed(Double(try network.macs) / 1e9, digits: 2) == "15.47")
  }

  /// The networks of nolearn's MNIST tutorial, with the parameters and output sizes that it prints.
  @Test(arguments: NolearnTutorial.networks)
  func nolearnTutorial(_ network: NolearnTutorial) throws {
    let result = try Checked(network.yaml).good()
    #expect(result.parameterCount == network.parameters)
    #expect(result.layers.map(\.shape.crossed) == network.sizes)
  }

  @Test func keypointsWithHalfTheUnits() throws {
    let bytes = try #require(Repository.bytes("specs/keypoints.yaml"))
    let text = String(decoding: bytes, as: UTF8.self)
    let narrow = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("hidden") ? $0.prefix { $0 != ":" } + ": 500" : $0 }.joined(separator: "\n")
    #expect(try Checked(narrow).good().parameterCount == 8_051_502)
  }

  @Test(arguments: [
    ("Conv2D: {num_filters: 20, filter_size: 5}", "[null, 1, 28, 28]", 520),
    ("Dense: {num_units: 30}", "[null, 1, 28, 28]", 23_550),
  ])
  func singleLayers(_ layer: String, _ input: String, _ count: Int) throws {
    #expect(try Checked(layer, on: input).good().parameterCount == count)
  }

  @Test func everySpecIsGood() throws {
    let names = Repository.names(in: "specs").filter { $0.hasSuffix(".yaml") }
    #expect(names.count >= 7)
    for name in names {
      let network = try spec(String(name.dropLast(5)))
      let (graph, _) = try network.lowered(batch: 1)
      try graph.verify()
    }
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try #require(Repository.bytes(path)), as: UTF8.self)
  }

  private func spec(_ name: String) throws -> Network {
    var texts = ["net.yaml": try text("specs/\(name).yaml")]
    for block in Repository.names(in: "specs/blocks") {
      texts["blocks/\(block)"] = try text("specs/blocks/\(block)")
    }
    return try #require(Files.check(texts).network)
  }
}

extension Network {
  /// Trainable numbers; tied ones count once.
  var parameterCount: Int {
    weights.filter { $0.role == .trainable }.map(\.shape.elements).reduce(0, +)
  }

  /// Multiply-accumulates of one example.
  var macs: Int {
    get throws {
      let graph = try lowered(batch: 1).graph
      return graph.nodes.map { node in
        node.op.work(node.operands.map { graph[$0].shape }, result: node.shape).macs
      }.reduce(0, +)
    }
  }
}
