import Diagnostics
import FileTestSupport
import Layers
import NetIR
import Testing

/// Every network of `specs/` has exactly the counts that were published for it.
@Suite struct ZooCountsTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    var trainable: Int
    /// Means and variances of batch normalisations.
    var state = 0
    /// Millions of multiply-accumulates of one example, rounded, where somebody published them.
    var megaMACs: Int?
    var testDescription: String { name }
  }

  /// torchvision: its weight enums and the buffers of its models. Keras: `count_params`, with and without the
  /// non-trainable. kfkd: the tutorial on facial keypoints.
  static let rows: [Row] = [
    Row(name: "alexnet-grouped", trainable: 60_965_224),  // bvlc_alexnet.caffemodel
    Row(name: "alexnet", trainable: 61_100_840, megaMACs: 714),  // torchvision
    Row(name: "bn-inception", trainable: 11_285_224, state: 20_032),  // Caffe's 11,295,240 less 10,016 biases
    Row(name: "cifar10-quick", trainable: 145_578),  // Caffe's examples
    Row(name: "densenet121", trainable: 7_978_856, state: 83_648, megaMACs: 2834),  // torchvision, Keras 8,062,504
    Row(name: "digits", trainable: 45_162),  // specs/digits/weights.safetensors
    // VGG-16's convolutions, fc6 and fc7 with biases, score layers of 21; 4×4, 4×4 and 16×16 filters between 21 maps
    Row(name: "fcn8s", trainable: 134_489_759),
    Row(name: "googlenet-aux", trainable: 13_378_280),  // bvlc_googlenet.caffemodel
    Row(name: "googlenet-bn", trainable: 6_624_904, state: 14_560, megaMACs: 1498),  // torchvision
    Row(name: "googlenet", trainable: 6_998_552),  // bvlc_googlenet without its auxiliary heads
    // torchvision's 27,161,264 less the 3,326,696 of the head; Keras has 34,432 of state
    Row(name: "inception-v3", trainable: 23_834_568, state: 34_432, megaMACs: 5713),
    Row(name: "keypoints", trainable: 16_561_502),  // kfkd, hidden layers of 1000
    Row(name: "lenet5", trainable: 60_000),  // LeCun et al. 1998: C1 156, S2 12, C3 1,516, S4 32, C5 48,120, F6 10,164
    Row(name: "lenet-caffe", trainable: 431_080),  // lenet.caffemodel
    Row(name: "lenet", trainable: 61_706),  // 156 + 2,416 + 48,120 + 10,164 + 850
    Row(name: "mnist", trainable: 160_362),  // 832 + 25,632 + 131,328 + 2,570
    Row(name: "mobilenetv1", trainable: 4_231_976, state: 21_888, megaMACs: 569),  // Keras 4,253,864; the paper
    Row(name: "mobilenetv2", trainable: 3_504_872, state: 34_112, megaMACs: 301),  // torchvision, Keras 3,538,984
    Row(name: "nin", trainable: 966_986),  // the authors' cifar-10_def
    Row(name: "nolearn0", trainable: 753_610),  // nolearn's CNN tutorial, and the four below
    Row(name: "nolearn1", trainable: 122_154),
    Row(name: "nolearn2", trainable: 273_930),
    Row(name: "nolearn3", trainable: 166_314),
    Row(name: "nolearn4", trainable: 353_738),
    Row(name: "resnet101", trainable: 44_549_160, state: 105_344, megaMACs: 7801),  // torchvision, Keras
    Row(name: "resnet18", trainable: 11_689_512, state: 9_600, megaMACs: 1814),  // torchvision
    Row(name: "resnet20", trainable: 269_722, state: 1_376, megaMACs: 41),  // the paper: 0.27 M; its checkpoint
    Row(name: "resnet32", trainable: 464_154, state: 2_272, megaMACs: 69),  // Lasagne's recipe, n = 5
    Row(name: "resnet34", trainable: 21_797_672, state: 17_024, megaMACs: 3664),  // torchvision
    Row(name: "resnet50", trainable: 25_557_032, state: 53_120, megaMACs: 4089),  // torchvision, Keras
    Row(name: "resnet56", trainable: 853_018, state: 4_064, megaMACs: 125),  // Lasagne's recipe, n = 9
    Row(name: "squeezenet", trainable: 1_235_496, megaMACs: 349),  // torchvision
    Row(name: "squeezenet10", trainable: 1_248_424, megaMACs: 819),  // torchvision
    Row(name: "tiny-yolo", trainable: 15_861_773, state: 6_112),  // darknet's file: 15,867,885 numbers
    Row(name: "unet", trainable: 31_030_658),  // the sums of the paper's figure 1, one input channel and two classes
    Row(name: "vgg11", trainable: 132_863_336, megaMACs: 7609),  // torchvision, and the three below
    Row(name: "vgg13", trainable: 133_047_848, megaMACs: 11_308),
    Row(name: "vgg16", trainable: 138_357_544, megaMACs: 15_470),
    Row(name: "vgg19", trainable: 143_667_240, megaMACs: 19_632),
    Row(name: "zfnet", trainable: 62_357_608),  // Caffe's zfnet as the paper draws it
  ]

  /// Rows of torchvision's table and the specs that mean them.
  private static let torchvision = [
    "AlexNet": "alexnet", "VGG16": "vgg16", "GoogLeNet": "googlenet-bn", "ResNet18": "resnet18",
    "ResNet50": "resnet50", "SqueezeNet1_0": "squeezenet10", "SqueezeNet1_1": "squeezenet",
  ]

  static func text(_ name: String) throws -> String {
    try #require(TestFile.text("\(Repository.root)/specs/\(name)"))
  }

  private static func check(_ name: String) throws -> (network: Network?, diagnostics: [Diagnostic]) {
    let blocks = Repository.names(in: "specs/blocks", suffix: ".yaml").map { "blocks/\($0)" }
    var texts = try Dictionary(uniqueKeysWithValues: blocks.map { ($0, try text($0)) })
    texts["net.yaml"] = try text("\(name).yaml")
    return Files.check(texts)
  }

  /// What netc says of a spec.
  static func diagnostics(_ name: String) throws -> [Diagnostic] { try check(name).diagnostics }

  /// The network; records every error.
  private static func network(_ name: String) throws -> Network {
    let (network, diagnostics) = try check(name)
    let errors = diagnostics.filter { $0.severity == .error }
    #expect(errors.isEmpty, "\(errors.map(\.message))")
    return try #require(network)
  }

  private static func count(_ network: Network, _ role: WeightSpec.Role) -> Int {
    network.weights.filter { $0.role == role }.reduce(0) { $0 + $1.shape.elements }
  }

  private static func macs(_ network: Network) throws -> Int {
    let graph = try network.lowered(batch: 1).graph
    return graph.ids.reduce(0) { sum, id in
      sum + graph[id].op.work(graph[id].operands.map { graph[$0].shape }, result: graph[id].shape).macs
    }
  }

  @Test func everySpecHasARow() {
    let names = Repository.names(in: "specs", suffix: ".yaml").map { String($0.dropLast(5)) }
    #expect(names.sorted() == Self.rows.map(\.name).sorted())
  }

  @Test(arguments: rows)
  func theCountsAreThePublishedOnes(row: Row) throws {
    let network = try Self.network(row.name)
    #expect(Self.count(network, .trainable) == row.trainable)
    #expect(Self.count(network, .state) == row.state)
    guard let published = row.megaMACs else { return }
    #expect(Int((Double(try Self.macs(network)) / 1e6).rounded()) == published)
  }

  @Test(arguments: rows)
  func theSpecFitsAScreen(row: Row) throws {
    #expect(try Self.text("\(row.name).yaml").split(separator: "\n", omittingEmptySubsequences: false).count <= 60)
  }

  @Test func lenetHasItsMultiplications() throws {
    // 784·25·6 + 100·150·16 + 400·120 + 120·84 + 84·10
    #expect(try Self.macs(Self.network("lenet")) == 416_520)
  }

  @Test(.enabled(if: SharedData.file("tables/torchvision.tsv") != nil))
  func torchvisionsTableAgrees() throws {
    let table = try #require(SharedData.file("tables/torchvision.tsv").flatMap(TestFile.text))
    let lines = table.split(separator: "\n").filter { !$0.hasPrefix("#") }.dropFirst()
    for line in lines {
      let columns = line.split(separator: "\t").map(String.init)
      let network = try Self.network(try #require(Self.torchvision[columns[0]], "\(columns[0])"))
      #expect(Self.count(network, .trainable) == Int(columns[1]), "\(columns[0])")
      let published = try #require(Double(columns[2]))
      #expect(abs(Double(try Self.macs(network)) / 1e9 - published) <= 0.0005 + 1e-9, "\(columns[0])")
    }
    #expect(lines.count == Self.torchvision.count)
  }

  @Test(.enabled(if: SharedData.file("tables/parameter_counts.tsv") != nil))
  func theCountedFilesAgree() throws {
    let table = try #require(SharedData.file("tables/parameter_counts.tsv").flatMap(TestFile.text))
    let specs = [
      "LeNet": "lenet-caffe", "AlexNet": "alexnet-grouped", "VGG-16": "vgg16", "GoogLeNet": "googlenet",
      "ResNet-18": "resnet18", "ResNet-50": "resnet50", "SqueezeNet v1.0": "squeezenet10",
      "SqueezeNet v1.1": "squeezenet", "ResNet-20": "resnet20",
    ]
    let lines = table.split(separator: "\n").dropFirst()
    for line in lines {
      let columns = line.split(separator: "\t").map(String.init)
      let spec = try #require(specs.first { columns[0].hasPrefix($0.key) }?.value, "\(columns[0])")
      let network = try Self.network(spec)
      let trainable = Self.count(network, .trainable)
      #expect(trainable == Int(columns[2]) && trainable + Self.count(network, .state) == Int(columns[1]), "\(spec)")
    }
    #expect(lines.count == specs.count)
  }
}
