import Exchange
import NetIR
import Testing

/// The texts are what Swift's derived coding and Foundation's encoder make of the same values: artefacts of other
/// versions of netc have them.
@Suite struct CaseCodingTests {
  private static let pooled = Epilogue(bias: true, residual: false, activation: .rectify, pool: Size2D(2))

  private static let ops: [(GraphOp, String)] = [
    (.input(index: 1, shape: [2, 3]), #"{"input":{"index":1,"shape":[2,3]}}"#),
    (.constant(name: "c.W", shape: [4]), #"{"constant":{"name":"c.W","shape":[4]}}"#),
    (.fill(value: 0.1, shape: []), #"{"fill":{"shape":[],"value":0.1}}"#),
    (
      .conv2D(
        ConvolutionAttributes(kernel: Size2D(3, 5), stride: Size2D(2), padding: Padding2D(top: 1), groups: 2), pooled),
      #"{"conv2D":{"_0":{"dilation":{"height":1,"width":1},"groups":2,"kernel":{"height":3,"width":5},"#
        + #""padding":{"bottom":0,"left":0,"right":0,"top":1},"stride":{"height":2,"width":2}},"#
        + #""_1":{"activation":{"rectify":{}},"bias":true,"pool":{"height":2,"width":2},"residual":false}}}"#
    ),
    (
      .transposedConv2D(
        TransposedConvolutionAttributes(kernel: Size2D(4), stride: Size2D(2), crop: Size2D(1), output: Size2D(8, 9)),
        Epilogue(bias: false)),
      #"{"transposedConv2D":{"_0":{"crop":{"height":1,"width":1},"kernel":{"height":4,"width":4},"#
        + #""output":{"height":8,"width":9},"stride":{"height":2,"width":2}},"_1":{"activation":{"linear":{}},"#
        + #""bias":false,"residual":false}}}"#
    ),
    (
      .dense(Epilogue(bias: true, residual: true, activation: .tanh)),
      #"{"dense":{"_0":{"activation":{"tanh":{}},"bias":true,"residual":true}}}"#
    ),
    (
      .pool2D(
        PoolAttributes(window: Size2D(2), stride: Size2D(1, 2), padding: .none, ceil: true, mode: .averageExcludingPad)),
      #"{"pool2D":{"_0":{"ceil":true,"mode":"average_exc_pad","padding":{"bottom":0,"left":0,"right":0,"#
        + #""top":0},"stride":{"height":1,"width":2},"window":{"height":2,"width":2}}}}"#
    ),
    (.globalPool(.mean), #"{"globalPool":{"_0":"mean"}}"#),
    (.activation(.leakyRectify(leakiness: 0.25)), #"{"activation":{"_0":{"leakyRectify":{"leakiness":0.25}}}}"#),
    (.batchNorm(epsilon: 1e-5), #"{"batchNorm":{"epsilon":1e-05}}"#),
    (.scaleShift(.elu), #"{"scaleShift":{"_0":{"elu":{}}}}"#),
    (.parametricRectify, #"{"parametricRectify":{}}"#),
    (.standardize(axis: 2, epsilon: 0.001), #"{"standardize":{"axis":2,"epsilon":0.001}}"#),
    (
      .elementwise(ElementwiseAttributes(kind: .sum, coefficients: [1, -0.5]), .linear),
      #"{"elementwise":{"_0":{"coefficients":[1,-0.5],"kind":"sum"},"_1":{"linear":{}}}}"#
    ),
    (
      .lrn(LRNAttributes(size: 5, alpha: 2e-5, beta: 0.75, k: 1)),
      #"{"lrn":{"_0":{"alpha":2e-05,"beta":0.75,"k":1,"size":5}}}"#
    ),
    (.softmax(axis: 1), #"{"softmax":{"axis":1}}"#),
    (.reshape(shape: [-1, 4]), #"{"reshape":{"shape":[-1,4]}}"#),
    (
      .pad(PadAttributes(before: [0, 1], after: [2, 3], value: -1.5)),
      #"{"pad":{"_0":{"after":[2,3],"before":[0,1],"value":-1.5}}}"#
    ),
    (.concat(axis: 3), #"{"concat":{"axis":3}}"#),
    (
      .rearrange(Rearrangement(starts: [0, 7], axes: [.init(nil, count: 2), .init(1, count: 3, step: -1)])),
      #"{"rearrange":{"_0":{"axes":[{"count":2,"step":1},{"count":3,"source":1,"step":-1}],"starts":[0,7]}}}"#
    ),
    (
      .interleave(Interleaving(stride: Size2D(1, 2), size: Size2D(3, 4), phases: [1])),
      #"{"interleave":{"_0":{"phases":[1],"size":{"height":3,"width":4},"stride":{"height":1,"width":2}}}}"#
    ),
    (.upscaleBilinear(Size2D(2, 3)), #"{"upscaleBilinear":{"_0":{"height":2,"width":3}}}"#),
    (.dropout(probability: 0.5), #"{"dropout":{"probability":0.5}}"#),
    (.dropout(probability: 0.5, sharedAxes: [2, 3]), #"{"dropout":{"probability":0.5,"sharedAxes":[2,3]}}"#),
    (.gaussianNoise(sigma: 16777216), #"{"gaussianNoise":{"sigma":16777216}}"#),
    (.randomizedRectify(lower: 3, upper: 8), #"{"randomizedRectify":{"lower":3,"upper":8}}"#),
    (.copy, #"{"copy":{}}"#),
    (
      .packWeights(Rearrangement(starts: [2], axes: [.init(0, count: 3, step: -1)])),
      #"{"packWeights":{"_0":{"axes":[{"count":3,"source":0,"step":-1}],"starts":[2]}}}"#
    ),
    (.normScale(epsilon: 0.0001), #"{"normScale":{"epsilon":0.0001}}"#),
    (.normShift, #"{"normShift":{}}"#),
    (.scaleRows, #"{"scaleRows":{}}"#),
    (.scaleBias, #"{"scaleBias":{}}"#),
    (.training(.noise(sigma: 0.5, stream: 2)), #"{"training":{"_0":{"noise":{"sigma":0.5,"stream":2}}}}"#),
    (.gradient(.softmax(axis: 1)), #"{"gradient":{"_0":{"softmax":{"axis":1}}}}"#),
  ]

  private static let activations: [(Activation, String)] = [
    (.linear, #"{"linear":{}}"#),
    (.rectify, #"{"rectify":{}}"#),
    (.leakyRectify(leakiness: 0.01), #"{"leakyRectify":{"leakiness":0.01}}"#),
    (.elu, #"{"elu":{}}"#),
    (.selu, #"{"selu":{}}"#),
    (.softplus, #"{"softplus":{}}"#),
    (.sigmoid, #"{"sigmoid":{}}"#),
    (.tanh, #"{"tanh":{}}"#),
    (.scaledTanh(scaleIn: 0.6666667, scaleOut: 1.7159), #"{"scaledTanh":{"scaleIn":0.6666667,"scaleOut":1.7159}}"#),
    (.swish, #"{"swish":{}}"#),
    (.hardSwish, #"{"hardSwish":{}}"#),
    (.clip(least: 0, most: 6), #"{"clip":{"least":0,"most":6}}"#),
    (.gelu, #"{"gelu":{}}"#),
  ]

  private static let preprocessing: [(PreprocessingStep, String)] = [
    (.resize(.shortSide(256)), #"{"resize":{"short":256}}"#),
    (.resize(.exact(Size2D(224, 200))), #"{"resize":{"_0":{"height":224,"width":200}}}"#),
    (.centerCrop(Size2D(227)), #"{"centerCrop":{"_0":{"height":227,"width":227}}}"#),
    (.reverseChannels, #"{"reverseChannels":{}}"#),
    (.scale(low: -1, high: 1), #"{"scale":{"high":1,"low":-1}}"#),
    (.multiply([2]), #"{"multiply":{"_0":[2]}}"#),
    (.divide([0.5, 3]), #"{"divide":{"_0":[0.5,3]}}"#),
    (.subtract([1e-9]), #"{"subtract":{"_0":[1e-09]}}"#),
    (.project(matrix: [1, 0.5]), #"{"project":{"matrix":[1,0.5]}}"#),
  ]

  private func check<Value: Codable & Equatable>(_ value: Value, _ text: String) throws {
    #expect(try JSONValue(encoding: value).serialised() == text)
    #expect(try JSONValue(parsing: text).decoded(as: Value.self) == value)
  }

  @Test(arguments: ops) func anOp(op: GraphOp, text: String) throws { try check(op, text) }

  @Test(arguments: activations) func anActivation(activation: Activation, text: String) throws {
    try check(activation, text)
  }

  @Test(arguments: preprocessing) func aPreprocessingStep(step: PreprocessingStep, text: String) throws {
    try check(step, text)
  }

  @Test func placesAndOperands() throws {
    try check(Plan.Tensor.Place.input(1), #"{"input":{"_0":1}}"#)
    try check(Plan.Tensor.Place.output(0), #"{"output":{"_0":0}}"#)
    try check(Plan.Tensor.Place.arena(offset: 64), #"{"arena":{"offset":64}}"#)
    try check(Plan.Constant.Packing.plain, #"{"plain":{}}"#)
    try check(Plan.Constant.Packing.step(3), #"{"step":{"_0":3}}"#)
    try check(Plan.Operand.tensor(4), #"{"tensor":{"_0":4}}"#)
    try check(Plan.Operand.constant(5), #"{"constant":{"_0":5}}"#)
  }

  @Test(arguments: [
    "{}", "null", "[]", "3", #""copy""#, #"{"copy":null}"#, #"{"copy":{},"normShift":{}}"#, #"{"kopy":{}}"#,
    #"{"softmax":{}}"#, #"{"softmax":{"axis":"1"}}"#, #"{"softmax":{"axis":1.5}}"#, #"{"dense":{"_1":{}}}"#,
    #"{"globalPool":{"_0":"median"}}"#, #"{"activation":{"_0":{"softminus":{}}}}"#,
  ])
  func whatIsNoOpIsRefused(text: String) throws {
    let document = try JSONValue(parsing: text)
    #expect(throws: DecodingError.self) { try document.decoded(as: GraphOp.self) }
  }
}
