import Diagnostics
import Layers
import Testing

/// Each lint fires where it should, stays quiet next to that, and can be switched off. (The catalogue's examples, one
/// with the fault and one without, go through the command in `CodeTests`.)
@Suite struct LintTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var code: DiagnosticCode
    var what: String
    /// Whether the code is expected; no other is, ever.
    var fires = true
    /// Layers behind the input.
    var layers: String
    var input = "[null, 3, 32, 32]"
    var rest = ""

    var testDescription: String { "\(code.name) \(what)" }
    var text: String { "\(rest)\nlayers:\n  - Input: {name: in, shape: \(input)}\n\(layers)\n" }
  }

  private static let conv = "  - Conv2D: {name: c, num_filters: 4, filter_size: 3"
  private static let dense = "  - Dense: {name: d, num_units: 2, nonlinearity: softmax}"

  static let cases: [Case] = [
    Case(code: .receptiveField, what: "3 of 32 before dense", layers: "\(conv)}\n  - Flatten: {}\n\(dense)"),
    Case(
      code: .receptiveField, what: "3 of 30", fires: false, layers: "\(conv)}\n\(dense)", input: "[null, 3, 30, 30]"),
    Case(code: .receptiveField, what: "a perceptron", fires: false, layers: dense),
    Case(
      code: .receptiveField, what: "7 of 32 before a global pool",
      layers: "\(conv), repeat: 3}\n  - GlobalPool: {}\n\(dense)"),
    Case(
      code: .receptiveField, what: "9 of 32 before a global pool", fires: false,
      layers: "\(conv), repeat: 4}\n  - GlobalPool: {}\n\(dense)"),
    Case(code: .lowCapacity, what: "3 of 19", layers: "\(conv), repeat: 9}"),
    Case(code: .lowCapacity, what: "3 of 17", fires: false, layers: "\(conv), repeat: 8}"),
    Case(
      code: .lowCapacity, what: "filters of one pixel", fires: false,
      layers: "\(conv), repeat: 8}\n  - Conv2D: {num_filters: 4, filter_size: 1}"),
    Case(
      code: .lowCapacity, what: "behind a shortcut", fires: false,
      layers: "\(conv), pad: same}\n  - ElemwiseSum: {incomings: [c, c]}\n"
        + "  - Conv2D: {name: e, num_filters: 4, filter_size: 3, repeat: 9}"),
    Case(code: .filterBeyondImage, what: "3 on 1", layers: "\(conv), pad: same}", input: "[null, 3, 1, 8]"),
    Case(
      code: .filterBeyondImage, what: "3 on 2", fires: false, layers: "\(conv), pad: same}", input: "[null, 3, 2, 8]"),
    Case(code: .filterBeyondImage, what: "full", fires: false, layers: "\(conv), pad: full}", input: "[null, 3, 1, 1]"),
    Case(
      code: .filterBeyondImage, what: "dilated", layers: "\(conv), pad: same, dilation: 8}", input: "[null, 3, 8, 8]"),
    Case(
      code: .hugeDense, what: "50,003,968", layers: "  - Dense: {num_units: 6104}", input: "[null, 8, 32, 32]"),
    Case(
      code: .hugeDense, what: "49,995,776", fires: false, layers: "  - Dense: {num_units: 6103}",
      input: "[null, 8, 32, 32]"),
    Case(
      code: .hugeDense, what: "no image", fires: false, layers: "  - Dense: {num_units: 60000}", input: "[null, 1000]"),
    Case(code: .repeatedNonlinearity, what: "rectify twice", layers: "\(conv)}\n  - Nonlinearity: {}"),
    Case(
      code: .repeatedNonlinearity, what: "rectify, pool, rectify",
      layers: "\(conv)}\n  - MaxPool2D: {pool_size: 2}\n  - Nonlinearity: {}"),
    Case(
      code: .repeatedNonlinearity, what: "tanh, pool, rectify", fires: false,
      layers: "\(conv), nonlinearity: tanh}\n  - MaxPool2D: {pool_size: 2}\n  - Nonlinearity: {}"),
    Case(
      code: .repeatedNonlinearity, what: "an average between", fires: false,
      layers: "\(conv)}\n  - GlobalPool: {}\n  - Nonlinearity: {nonlinearity: softmax}", input: "[null, 3, 9, 9]"),
    Case(
      code: .repeatedNonlinearity, what: "dropout between",
      layers: "  - Dense: {num_units: 3}\n  - Dropout: {}\n  - Dense: {num_units: 3, nonlinearity: sigmoid}\n"
        + "  - Flatten: {}\n  - Nonlinearity: {nonlinearity: softmax}"),
    Case(code: .repeatedNonlinearity, what: "a learned rectifier", layers: "\(conv)}\n  - PReLU: {}"),
    Case(
      code: .repeatedNonlinearity, what: "a learned rectifier alone", fires: false,
      layers: "\(conv), nonlinearity: linear}\n  - PReLU: {}"),
    Case(code: .dropoutAtOutput, what: "channels", layers: "\(conv)}\n  - SpatialDropout: {}"),
    Case(code: .dropoutAtOutput, what: "last", layers: "\(dense)\n  - Dropout: {}"),
    Case(code: .dropoutAtOutput, what: "p 0", fires: false, layers: "\(dense)\n  - Dropout: {p: 0}"),
    Case(
      code: .dropoutAtOutput, what: "before softmax",
      layers: "  - Dense: {num_units: 3, nonlinearity: linear}\n  - Dropout: {}\n"
        + "  - Nonlinearity: {nonlinearity: softmax}"),
    Case(code: .dropoutAtOutput, what: "before the last layer", fires: false, layers: "  - Dropout: {}\n\(dense)"),
    Case(
      code: .softmaxOfOne, what: "a map", layers: "  - Conv2D: {num_filters: 1, filter_size: 3, nonlinearity: softmax}"),
    Case(code: .softmaxOfOne, what: "two", fires: false, layers: dense),
    Case(
      code: .biasBeforeNorm, what: "dense", layers: "  - Dense: {num_units: 3, nonlinearity: linear}\n  - BatchNorm: {}"
    ),
    Case(
      code: .biasBeforeNorm, what: "transposed, instance norm",
      layers: "  - TransposedConv2D: {num_filters: 3, filter_size: 3, nonlinearity: linear}\n  - InstanceNorm: {}"),
    Case(
      code: .biasBeforeNorm, what: "a Bias",
      layers: "\(conv), b: null, nonlinearity: linear}\n  - Bias: {}\n  - BatchNorm: {}"),
    Case(
      code: .biasBeforeNorm, what: "a layer norm", fires: false,
      layers: "\(conv), nonlinearity: linear}\n  - LayerNorm: {}"),
    Case(
      code: .biasBeforeNorm, what: "other axes", fires: false,
      layers: "\(conv), nonlinearity: linear}\n  - BatchNorm: {axes: [0]}"),
    Case(code: .biasBeforeNorm, what: "rectified", fires: false, layers: "\(conv)}\n  - BatchNorm: {}"),
    Case(
      code: .biasBeforeNorm, what: "used elsewhere", fires: false,
      layers: "\(conv), nonlinearity: linear}\n  - BatchNorm: {name: n}\n  - Concat: {incomings: [c, n]}"),
    Case(code: .biasBeforeNorm, what: "batch_norm", fires: false, layers: "\(conv), batch_norm: true}"),
    Case(
      code: .objectiveMismatch, what: "binary with softmax", layers: dense,
      rest: "train: {objective: binary_crossentropy}"),
    Case(
      code: .objectiveMismatch, what: "regression with softmax", layers: dense,
      rest: "train: {objective: squared_error}"),
    Case(
      code: .objectiveMismatch, what: "regression with the default", layers: "  - Dense: {num_units: 2}",
      rest: "train: {objective: squared_error}"),
    Case(
      code: .objectiveMismatch, what: "regression that says rectify", fires: false,
      layers: "  - Dense: {num_units: 2, nonlinearity: rectify}", rest: "train: {objective: squared_error}"),
    Case(
      code: .objectiveMismatch, what: "sigmoid and binary", fires: false,
      layers: "  - Dense: {num_units: 1, nonlinearity: sigmoid}", rest: "train: {objective: binary_crossentropy}"),
    Case(
      code: .objectiveMismatch, what: "classes rectified", layers: "  - Dense: {num_units: 2}", rest: "classes: [a, b]"),
    Case(code: .classCount, what: "three of two", layers: dense, rest: "classes: [a, b, c]"),
    Case(code: .classCount, what: "two", fires: false, layers: dense, rest: "classes: [a, b]"),
    Case(
      code: .classCount, what: "one sigmoid", fires: false,
      layers: "  - Dense: {num_units: 1, nonlinearity: sigmoid}", rest: "classes: [a, b]"),
    Case(code: .unusedBlock, what: "alone", layers: dense, rest: "blocks: {x: {layers: [Flatten: {}]}}"),
    Case(
      code: .unusedBlock, what: "repeated 0 times", fires: false, layers: "  - x: {repeat: 0}\n\(dense)",
      rest: "blocks: {x: {layers: [Flatten: {}]}}"),
    Case(code: .unusedConstant, what: "one of two", layers: "  - Dense: {num_units: $a}", rest: "let: {a: 1, ab: 2}"),
    Case(
      code: .unusedConstant, what: "in an expression", fires: false, layers: "  - Dense: {num_units: \"${2*(a+b)}\"}",
      rest: "let: {a: 1, b: 2}"),
    Case(
      code: .unusedConstant, what: "in a block", fires: false, layers: "  - x: {}",
      rest: "let: {a: 1}\nblocks: {x: {layers: [Dense: {num_units: $a}]}}"),
  ]

  @Test(arguments: cases)
  func firesWhereItShould(example: Case) {
    let (network, diagnostics) = Files.check(example.text)
    #expect(network != nil)
    #expect(diagnostics.map(\.code) == (example.fires ? [example.code] : []), "\(diagnostics.map(\.message))")
  }

  @Test(arguments: cases.filter(\.fires))
  func canBeSwitchedOff(example: Case) {
    for key in [example.code.name, example.code.rawValue] {
      let (network, diagnostics) = Files.check("warnings: {\(key): off}\n" + example.text)
      #expect(network != nil)
      #expect(diagnostics.isEmpty, "\(diagnostics.map(\.message))")
    }
    #expect(!Files.check("warnings: {\(example.code.name): on}\n" + example.text).diagnostics.isEmpty)
  }

  @Test func warningsOfKindsCanBeSwitchedOff() {
    let text = "layers: [{Input: {shape: [1, 1, 8, 8]}}, {MaxPool2D: {pool_size: 3}}]"
    #expect(Files.check(text).diagnostics.map(\.code) == [.droppedRows])
    #expect(Files.check("warnings: {dropped-rows: off}\n" + text).diagnostics.isEmpty)
  }

  @Test func everyWarningOfTheWholeNetworkIsTested() {
    let perLayer: Set<DiagnosticCode> = [.droppedRows, .evenSameFilter, .unusedLayer]
    let tested = Set(Self.cases.filter(\.fires).map(\.code))
    #expect(tested == Set(DiagnosticCode.allCases.filter(\.isWarning)).subtracting(perLayer))
  }

  @Test(arguments: [
    ("warnings: {receptive-feild: off}", DiagnosticCode.unknownTopLevelKey),
    ("warnings: {filter-too-large: off}", .unknownTopLevelKey), ("warnings: [receptive-field]", .wrongType),
    ("warnings: {receptive-field: loud}", .wrongType),
  ])
  func unknownSwitchesAreErrors(text: String, code: DiagnosticCode) {
    let diagnostics = Files.check(text + "\nlayers: [{Input: {shape: [1, 4]}}]").diagnostics
    #expect(diagnostics.map(\.code) == [code])
  }

  @Test func aBlockSpeaksOnce() {
    let text = """
      blocks:
        x: {layers: [{Dense: {num_units: 3, nonlinearity: linear}}, {BatchNorm: {}}]}
      layers:
        - Input: {shape: [null, 4]}
        - x: {repeat: 3}
      """
    let diagnostics = Files.check(text).diagnostics
    #expect(diagnostics.map(\.code) == [.biasBeforeNorm])
    #expect(diagnostics.first?.related.count == 1)
  }

  @Test func vggSwitchesItsWarningOff() throws {
    let text = try ZooCountsTests.text("vgg16.yaml").replacing("huge-dense: off", with: "huge-dense: on")
    #expect(Files.check(text).diagnostics.map(\.code) == [.hugeDense])
  }

  @Test func theClassicsAreQuiet() throws {
    // nolearn's tutorial shows it as one whose filters see too little.
    let known: [String: [DiagnosticCode]] = ["nolearn2": [.lowCapacity]]
    for row in ZooCountsTests.rows {
      let codes = try ZooCountsTests.diagnostics(row.name).map(\.code).filter { $0 != .droppedRows }
      #expect(codes == known[row.name] ?? [], "\(row.name)")
    }
  }
}
