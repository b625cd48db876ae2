import Layers
import NetIR
import Testing

struct Conv2DTests {
  /// floor((n + pad − ((k − 1)·d + 1)) / s) + 1 by hand for each axis.
  @Test(
    arguments: [
      ("filter_size: 5", "[null, 1, 32, 32]", [nil, 8, 28, 28]),
      ("filter_size: 5, pad: valid", "[2, 1, 32, 32]", [2, 8, 28, 28]),
      ("filter_size: 11, stride: 4", "[null, 3, 227, 227]", [nil, 8, 55, 55]),
      ("filter_size: 11, stride: 4, pad: 2", "[null, 3, 224, 224]", [nil, 8, 55, 55]),
      ("filter_size: [3, 5], stride: [2, 1]", "[null, 1, 11, 11]", [nil, 8, 5, 7]),
      ("filter_size: 3, pad: [2, 1]", "[null, 1, 5, 5]", [nil, 8, 7, 5]),
      ("filter_size: 3, pad: [[1, 0], [2, 3]]", "[null, 1, 5, 5]", [nil, 8, 4, 8]),
      ("filter_size: 3, pad: [[1, 0], 2]", "[null, 1, 5, 5]", [nil, 8, 4, 7]),
      ("filter_size: 3, dilation: 2", "[null, 1, 10, 10]", [nil, 8, 6, 6]),
      ("filter_size: 3, dilation: [1, 3]", "[null, 1, 10, 10]", [nil, 8, 8, 4]),
      ("filter_size: 3, num_groups: 2", "[null, 4, 5, 5]", [nil, 8, 3, 3]),
      // `same` is ceil(n / s) at any stride, filter and dilation.
      ("filter_size: 3, pad: same", "[null, 1, 7, 8]", [nil, 8, 7, 8]),
      ("filter_size: 4, pad: same", "[null, 1, 28, 28]", [nil, 8, 28, 28]),
      ("filter_size: 3, pad: same, stride: 2", "[null, 1, 7, 8]", [nil, 8, 4, 4]),
      ("filter_size: 4, pad: same, stride: 2", "[null, 1, 7, 8]", [nil, 8, 4, 4]),
      ("filter_size: 5, pad: same, stride: 3, dilation: 3", "[null, 1, 10, 11]", [nil, 8, 4, 4]),
      ("filter_size: 3, pad: same_upper, stride: 2", "[null, 1, 7, 8]", [nil, 8, 4, 4]),
      ("filter_size: 2, pad: same_upper, stride: 3", "[null, 1, 9, 10]", [nil, 8, 3, 4]),
      // `full` adds every overlap: n + (k − 1)·d rows at stride 1.
      ("filter_size: 5, pad: full, stride: 3", "[null, 1, 13, 13]", [nil, 8, 6, 6]),
      ("filter_size: 3, pad: full, dilation: 2", "[null, 1, 10, 10]", [nil, 8, 14, 14]),
    ] as [(String, String, LayerShape)])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape) throws {
    #expect(try Built("Conv2D: {num_filters: 8, \(parameters)}", on: input).shape == shape)
  }

  @Test(
    arguments: [
      ("pad: same", "4", "[null, 1, 8, 8]", Padding2D(top: 1, bottom: 2, left: 1, right: 2)),
      ("pad: same", "5", "[null, 1, 8, 8]", Padding2D(top: 2, bottom: 2, left: 2, right: 2)),
      ("pad: same_upper, stride: 2", "3", "[null, 1, 8, 7]", Padding2D(top: 0, bottom: 1, left: 1, right: 1)),
      ("pad: same_upper, stride: 4", "3", "[null, 1, 8, 8]", Padding2D(top: 0, bottom: 0, left: 0, right: 0)),
      ("pad: full", "[3, 2]", "[null, 1, 8, 8]", Padding2D(top: 2, bottom: 2, left: 1, right: 1)),
      ("pad: [[1, 2], [3, 4]]", "3", "[null, 1, 8, 8]", Padding2D(top: 1, bottom: 2, left: 3, right: 4)),
    ] as [(String, String, String, Padding2D)])
  func lowersToItsPadding(_ pad: String, _ size: String, _ input: String, _ expected: Padding2D) throws {
    let built = try Built("Conv2D: {num_filters: 2, filter_size: \(size), \(pad)}", on: input)
    guard case .conv2D(let attributes, let epilogue) = built.ops.first else {
      Issue.record("no convolution in \(built.ops)")
      return
    }
    #expect(attributes.padding == expected)
    #expect(epilogue == Epilogue(bias: true))
  }

  @Test(
    arguments: [
      ("filter_size: 5", "[null, 3, 9, 9]", ["W 8×3×5×5", "b 8"]),
      ("filter_size: [3, 2]", "[null, 3, 9, 9]", ["W 8×3×3×2", "b 8"]),
      ("filter_size: 3, num_groups: 4", "[null, 12, 9, 9]", ["W 8×3×3×3", "b 8"]),
      ("filter_size: 3, b: null", "[null, 3, 9, 9]", ["W 8×3×3×3"]),
      ("filter_size: 3, untie_biases: true, stride: 2", "[null, 3, 9, 7]", ["W 8×3×3×3", "b 8×4×3"]),
    ] as [(String, String, [String])])
  func weights(_ parameters: String, _ input: String, _ expected: [String]) throws {
    #expect(try Built("Conv2D: {num_filters: 8, \(parameters)}", on: input).weights == expected)
  }

  @Test func weightsStartAsLasagneHasThem() throws {
    let weights = try Built("Conv2D: {num_filters: 8, filter_size: 3}", on: "[null, 3, 9, 9]").layer.weights
    #expect(weights.map(\.name) == ["conv2d1.W", "conv2d1.b"])
    #expect(
      weights.map(\.source) == [.initialiser(.glorotUniform(gain: 1)), .initialiser(.constant(0))])
    #expect(weights.map(\.isRegularized) == [true, false])
    #expect(weights.allSatisfy { $0.role == .trainable && !$0.isTied })
  }

  @Test(
    arguments: [
      ("", ["conv2d", "activation"]), ("nonlinearity: null", ["conv2d"]), ("nonlinearity: linear", ["conv2d"]),
      ("nonlinearity: softmax", ["conv2d", "softmax"]),
      ("untie_biases: true", ["conv2d", "reshape", "elementwise", "activation"]),
      ("untie_biases: true, b: null", ["conv2d", "activation"]),
    ] as [(String, [String])])
  func lowersTo(_ parameters: String, _ ops: [String]) throws {
    let built = try Built(
      "Conv2D: {num_filters: 8, filter_size: 3, \(parameters)}", on: "[null, 3, 9, 9]")
    #expect(built.ops.map(\.name) == ops)
  }

  @Test(
    arguments: [
      ("filter_size: 7", "[null, 1, 5, 9]", "N0203 7", "filter 7×7 does not fit the 5×9 input of `conv2d1`"),
      (
        "filter_size: 3, dilation: 3", "[null, 1, 9, 6]", "N0203 3",
        "filter 3×3 with dilation 3 does not fit the 9×6 input of `conv2d1`"
      ),
      ("filter_size: 3", "[null, 784]", "N0201 Conv2D", "needs channels×height×width, but `in` gives 784"),
      ("filter_size: 3, num_groups: 3", "[null, 4, 5, 5]", "N0205 3", "the 4 channels of `in`"),
      ("filter_size: 3, num_groups: 4", "[null, 4, 5, 5]", "N0205 4", "4 groups do not divide 6 filters"),
      ("filter_size: 16777216, pad: 8388608", "[null, 1, 2, 2]", "N0209 Conv2D", "`conv2d1.W` has more than 2^40"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String, _ words: String) throws {
    let checked = Checked("Conv2D: {num_filters: 6, \(parameters)}", on: input)
    #expect(checked.marks == [mark])
    #expect(try checked.only().message.contains(words))
  }

  @Test(
    arguments: [
      // (7 − 3)/2 leaves nothing; (8 − 3)/2 leaves a row.
      ("filter_size: 3, stride: 2", "[null, 1, 7, 7]", []),
      ("filter_size: 3, stride: 2", "[null, 1, 8, 8]", ["W0201 2"]),
      ("filter_size: 3, stride: 2", "[null, 1, 8, 7]", ["W0201 2"]),
      // The rest of the stride is padding: no pixel is lost.
      ("filter_size: 3, stride: 2, pad: 1", "[null, 1, 8, 8]", []),
      ("filter_size: 3, stride: 2, pad: same", "[null, 1, 8, 8]", []),
      ("filter_size: 4, pad: same", "[null, 1, 8, 8]", ["W0202 4"]),
      ("filter_size: [3, 4], pad: same", "[null, 1, 8, 8]", ["W0202 [3, 4]"]),
      ("filter_size: 4, pad: same_upper", "[null, 1, 8, 8]", []),
      ("filter_size: 4, pad: [[1, 2], [1, 2]]", "[null, 1, 8, 8]", []),
    ] as [(String, String, [String])])
  func warnings(_ parameters: String, _ input: String, _ marks: [String]) throws {
    let built = try Built("Conv2D: {num_filters: 6, \(parameters)}", on: input)
    #expect(built.checked.marks == marks)
  }

  @Test func warningsSayWhatIsLost() throws {
    let words = try Built(
      "Conv2D: {num_filters: 6, filter_size: 3, stride: 3}", on: "[null, 1, 11, 10]"
    ).checked.only()
    #expect(words.message == "`conv2d1` never sees the last 2 rows and the last column of its 11×10 input")
    #expect(words.label == "3×3 at stride 3 leaves a rest")
  }

  @Test func slidesAWindow() throws {
    let built = try Built(
      "Conv2D: {num_filters: 6, filter_size: [3, 5], stride: 2, dilation: [2, 1]}", on: "[null, 1, 9, 9]")
    #expect(
      built.layer.kind.window(over: built.shape)
        == Window(.convolution, size: Size2D(3, 5), stride: Size2D(2), dilation: Size2D(2, 1)))
  }
}
