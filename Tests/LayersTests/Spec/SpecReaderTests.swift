import Diagnostics
import FileTestSupport
import Layers
import NetIR
import Testing

struct SpecReaderTests {
  private static let layers = """
    layers:
      - Input: {name: in, shape: [null, 4]}
      - Dense: {name: out, num_units: 3}

    """

  @Test func topLevelKeys() throws {
    let checked = Checked(
      "name: tiny\nclasses: [a, b, c]\noutputs: [in, out]\n" + Self.layers
        + "data: {preprocess: [{scale: [0, 1]}], train: {idx: {images: a, labels: b}}}\ntrain: {update: adam, max_epochs: 3}\n"
    )
    let network = try checked.good()
    #expect(network.name == "tiny")
    #expect(network.classes == ["a", "b", "c"])
    #expect(network.outputs == [0, 1])
    #expect(network.preprocessing == [.scale(low: 0, high: 1)])
    #expect(network.optimizer == .adam)
  }

  @Test func withoutThem() throws {
    let network = try Checked(Self.layers).good()
    #expect(network.name == "net")
    #expect(network.classes.isEmpty && network.preprocessing.isEmpty)
    #expect(network.outputs == [1])
    #expect(network.optimizer == .nesterovMomentum)
  }

  @Test(
    arguments: [
      ("nmae: x", ["N0101 nmae"]), ("[a]: x", ["N0101 [a]"]), ("name: [a]", ["N0105 [a]"]),
      ("name: null", ["N0105 null"]), ("outputs: []", ["N0105 []"]), ("outputs: {a: b}", ["N0105 {a: b}"]),
      ("outputs: [[a]]", ["N0105 [a]"]), ("outputs: [lost]", ["N0305 lost"]), ("classes: x", ["N0117 x"]),
      ("classes: {a: b}", ["N0105 {a: b}"]), ("classes: null", ["N0105 null"]),
      ("classes: []", ["N0105 []"]), ("classes: [a, null]", ["N0105 [a, null]"]), ("data: 3", ["N0105 3"]),
      ("data: {tran: x}", ["N0101 tran"]), ("train: [x]", ["N0105 [x]"]), ("train: {epochs: 3}", ["N0101 epochs"]),
      ("train: {update: adma}", ["N0106 adma"]), ("train: {update: [adam]}", ["N0105 [adam]"]),
      ("let: {2a: 3}", ["N0109 2a"]), ("let: 3", ["N0105 3"]), ("defaults: {Dens: {}}", ["N0102 Dens"]),
      ("blocks: 3", ["N0105 3"]), ("include: [x.yaml]", ["N0117 x.yaml"]), ("base: {}", ["N0105 {}"]),
      ("out_nmu_units: 3", ["N0103 out_nmu_units"]),
      ("lost_num_units: 3", ["N0101 lost_num_units"]), ("data: null", []), ("train: null", []),
    ] as [(String, [String])])
  func faultsAtTheTop(_ line: String, _ marks: [String]) {
    #expect(Checked(Self.layers + line + "\n").marks == marks)
  }

  @Test(
    arguments: [
      ("[]", ["N0105 []"]), ("3", ["N0105 3"]), ("{}", ["N0112 "]), ("name: x", ["N0112 "]),
      ("layers:", ["N0112 ?"]), ("layers: {a: b}", ["N0105 {a: b}"]), ("layers: 3", ["N0105 3"]),
    ])
  func noSpecAtAll(_ text: String, _ marks: [String]) {
    let checked = Checked(text)
    #expect(checked.codes.map(\.rawValue) == marks.map { String($0.prefix(5)) })
    #expect(checked.network == nil)
  }

  @Test(arguments: Optimizer.allCases)
  func optimizers(_ optimizer: Optimizer) throws {
    let call = "train: {update: {\(optimizer.rawValue): {learning_rate: 0.1}}}\n"
    #expect(try Checked(Self.layers + call).good().optimizer == optimizer)
    #expect(try Checked(Self.layers + "update: \(optimizer.rawValue)\n").good().optimizer == optimizer)
  }

  /// What each rule keeps beside a parameter: Lasagne's accumulators, and AMSGrad's third.
  @Test func slotsOfOptimizers() {
    let slots: [Optimizer: Int] = [
      .sgd: 0, .momentum: 1, .nesterovMomentum: 1, .adagrad: 1, .rmsprop: 1, .adadelta: 2, .adam: 2, .adamax: 2,
      .amsgrad: 3, .adamw: 2,
    ]
    #expect(slots.count == Optimizer.allCases.count)
    for (optimizer, count) in slots { #expect(optimizer.slots == count) }
  }

  // MARK: nolearn's flat spelling

  @Test func theKeypointsNetworkOfNolearn() throws {
    let bytes = try #require(Repository.bytes("specs/keypoints.yaml"))
    let network = try Checked(bytes: bytes).good()
    #expect(
      network.layers.map(\.name) == [
        "input", "conv1", "pool1", "conv2", "pool2", "conv3", "pool3", "hidden4", "hidden5", "output",
      ])
    #expect(
      network.layers.map(\.shape.crossed) == [
        "1×96×96", "32×94×94", "32×47×47", "64×46×46", "64×23×23", "128×22×22", "128×11×11", "1000", "1000", "30",
      ])
    #expect((network.layers.last?.kind as? Dense)?.nonlinearity == .linear)
    #expect(network.optimizer == .nesterovMomentum)
  }

  /// `conv1_1_num_filters` is of `conv1_1`, and not `1_num_filters` of `conv1`.
  @Test func theLongestNameOwnsAFlatKey() throws {
    let text = """
      layers:
        - [in, InputLayer]
        - [conv1, Conv2DLayer]
        - [conv1_1, Conv2DLayer]
      in_shape: [null, 1, 8, 8]
      conv1_num_filters: 2
      conv1_1_num_filters: 3
      conv1_filter_size: 3
      conv1_1_filter_size: 3
      """
    #expect(try Checked(text).good().layers.map(\.shape.crossed) == ["1×8×8", "2×6×6", "3×4×4"])
  }

  @Test func aFlatKeyKeepsItsPlace() throws {
    let text = """
      layers:
        - [in, InputLayer]
        - [out, DenseLayer]
      in_shape: [null, 4]
      out_num_units: 0
      """
    #expect(Checked(text).summary == ["N0106 5:16"])
  }

  @Test func aParameterInBothSpellingsIsAConflict() throws {
    let checked = Checked(Self.layers + "out_num_units: 5\n")
    #expect(checked.marks == ["N0113 out_num_units"])
    #expect(try checked.only().related.map { checked.text($0.span) } == ["3"])
  }

  @Test func nolearnsTrainingKeysAreKnown() {
    let keys = """
      update_learning_rate: 0.01
      update_momentum: 0.9
      regression: true
      out_nonlinearity: null
      max_epochs: 10
      objective_l2: 0.0025
      verbose: 1

      """
    #expect(Checked(Self.layers + keys).bag.isEmpty)
  }

  @Test func aNearKeyIsSuggested() throws {
    #expect(try Checked(Self.layers + "ouptuts: [out]\n").only().replacement?.text == "outputs")
    #expect(try Checked(Self.layers + "outt_num_units: 3\n").only().replacement?.text == "out_num_units")
  }
}
