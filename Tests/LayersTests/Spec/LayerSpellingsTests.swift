import Diagnostics
import Layers
import Testing

struct LayerSpellingsTests {
  /// The same network in netc's spelling, in nolearn's two, and mixed.
  static let spellings = [
    """
    layers:
      - Input:     {name: images, shape: [null, 1, 28, 28]}
      - Conv2D:    {name: conv1, num_filters: 32, filter_size: [5, 5]}
      - MaxPool2D: {name: pool1, pool_size: 2}
      - Dense:     {name: output, num_units: 10, nonlinearity: softmax, W: he_normal}
    """,
    """
    layers:
      - [images, InputLayer]
      - [conv1,  Conv2DLayer]
      - [pool1,  MaxPool2DLayer]
      - [output, DenseLayer]
    images_shape: [null, 1, 28, 28]
    conv1_num_filters: 32
    conv1_filter_size: [5, 5]
    pool1_pool_size: 2
    output_num_units: 10
    output_nonlinearity: softmax
    output_W: he_normal
    """,
    """
    layers:
      - [InputLayer, {name: images, shape: [null, 1, 28, 28]}]
      - [Conv2DLayer, {name: conv1, num_filters: 32, filter_size: [5, 5]}]
      - [MaxPool2DLayer, {name: pool1, pool_size: 2}]
      - [DenseLayer, {name: output, num_units: 10, nonlinearity: softmax, W: he_normal}]
    """,
    """
    layers:
      - InputLayer:
          name: images
          shape: [null, 1, 28, 28]
      - [conv1, Conv2D, {num_filters: 32}]
      - MaxPool2D: {name: pool1}
      - [output, Dense, {num_units: 10, nonlinearity: softmax}]
    conv1_filter_size: 5
    pool1_pool_size: [2, 2]
    output_W: {he_normal: {gain: relu}}
    """,
  ]

  @Test(arguments: spellings)
  func allSpellingsAreOneNetwork(_ text: String) throws {
    let network = try Checked(text).good()
    #expect(network.layers.map(\.name) == ["images", "conv1", "pool1", "output"])
    #expect(network.layers.map(\.typeName) == ["Input", "Conv2D", "MaxPool2D", "Dense"])
    #expect(network.layers.map(\.shape.crossed) == ["1×28×28", "32×24×24", "32×12×12", "10"])
    let first = try Checked(Self.spellings[0]).good()
    for (layer, other) in zip(network.layers, first.layers) {
      #expect("\(layer.kind)" == "\(other.kind)")
      #expect(layer.inputs == other.inputs)
      #expect(layer.weights.map(\.source) == other.weights.map(\.source))
    }
  }

  @Test func aTypeAloneIsALayer() throws {
    let network = try Checked(layers: [
      "Input: {shape: [null, 3, 8, 8]}", "GlobalPool", "[Dropout]", "Nonlinearity:", "[act, NonlinearityLayer]",
    ]).good()
    #expect(network.layers.map(\.name) == ["input1", "globalpool1", "dropout1", "nonlinearity1", "act"])
  }

  /// Counted per type; a layer with a name counts as well.
  @Test func namesAreMade() throws {
    let network = try Checked(layers: [
      "Input: {shape: [null, 1, 28, 28]}", "Conv2D: {num_filters: 1, filter_size: 1}",
      "Conv2DLayer: {num_filters: 1, filter_size: 1}", "Dense: {num_units: 5}",
      "Dense: {num_units: 5, name: hidden}", "Dense: {num_units: 5}",
    ]).good()
    #expect(network.layers.map(\.name) == ["input1", "conv2d1", "conv2d2", "dense1", "hidden", "dense3"])
  }

  @Test(
    arguments: [
      ("Conv2D: {num_filters: 8}\n    filter_size: 3", "N0108 filter_size"),
      ("Conv2D:\n    num_filters: 8\n    filter_size: 3", "N0108 num_filters"), ("Conv2D: 8", "N0108 8"),
      ("Conv2D: [8, 3]", "N0108 [8, 3]"), ("3", "N0108 3"), ("[]", "N0108 []"), ("null", "N0108 null"),
      ("[a, Dense, {}, x]", "N0108 [a, Dense, {}, x]"), ("[[a], Dense]", "N0108 [[a], Dense]"),
      ("[a, Dense, 3]", "N0108 [a, Dense, 3]"), ("{}", "N0108 {}"), ("Conv3d2: {}", "N0102 Conv3d2"),
      ("[conv, ConvLayer2D]", "N0102 ConvLayer2D"), ("dense: {num_units: 3}", "N0102 dense"),
    ])
  func refuses(_ layer: String, _ mark: String) {
    #expect(Checked(layer, on: "[null, 1, 8, 8]").marks == [mark])
  }

  @Test(
    arguments: [
      ("a.b", false), ("a/b", false), ("a b", false), ("\"\"", false), ("3", false), ("true", false), ("null", false),
      ("[a]", false), ("\"3\"", true), ("a-b_3", true), ("größe", true), ("\"true\"", true), ("a+b", false),
    ])
  func names(_ name: String, _ isGood: Bool) {
    let checked = Checked("Dense: {num_units: 3, name: \(name)}", on: "[null, 4]")
    let mark = "N0109 " + name
    #expect(checked.marks == (isGood ? [] : [mark]))
  }

  @Test func aNumberAsNameGetsQuotes() throws {
    let diagnostic = try Checked("Dense: {num_units: 3, name: 12}", on: "[null, 4]").only()
    #expect(diagnostic.help == ["write it in quotes: `name: \"12\"`"])
  }

  @Test(
    arguments: [
      ("Dense: {num_units: 3, incoming: in, incomings: [in]}", "N0113 incomings"),
      ("[x, Dense, {num_units: 3, name: y}]", "N0113 name"), ("Dense: {num_units: 3, repeat: x}", "N0105 x"),
      ("Dense: {num_units: 3, when: yes}", "N0105 yes"), ("Dense: {num_units: 3, incoming: null}", "N0105 null"),
      ("Dense: {num_units: 3, incomings: []}", "N0105 []"), ("Dense: {num_units: 3, incoming: {a: b}}", "N0105 {a: b}"),
      ("Dense: {num_units: 3, [a, b]: 1}", "N0103 [a, b]"), ("Dense: {num_units: 3, 7: 1}", "N0103 7"),
    ])
  func keysOfEveryLayer(_ layer: String, _ mark: String) {
    #expect(Checked(layer, on: "[null, 4]").marks == [mark])
  }

  @Test func unknownTypesGetTheNearest() throws {
    let plain = try Checked("Conv2d2: {}", on: "[null, 4]").only()
    #expect(plain.replacement?.text == "Conv2D")
    let nolearn = try Checked("[a, DensLayer]", on: "[null, 4]").only()
    #expect(nolearn.replacement?.text == "DenseLayer")
  }

  /// Who leaves out the number of axes means images.
  @Test(arguments: [("MaxPool", "MaxPool2D"), ("conv", "Conv2D"), ("TransposedConvLayer", "TransposedConv2DLayer")])
  func theNumberOfAxesIsSuggested(_ word: String, _ type: String) throws {
    let diagnostic = try Checked("\(word): {}", on: "[null, 1, 8, 8]").only()
    #expect(diagnostic.label == "did you mean `\(type)`?")
  }
}
