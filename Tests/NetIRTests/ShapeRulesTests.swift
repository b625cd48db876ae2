import NetIR
import Testing

struct ShapeRulesTests {
  /// An op, its operands' shapes, and the result's; nil when they do not fit.
  struct Row: Sendable, CustomTestStringConvertible {
    let op: GraphOp
    let operands: [[Int]]
    let result: [Int]?

    init(_ op: GraphOp, _ operands: [[Int]], _ result: [Int]?) {
      self.op = op
      self.operands = operands
      self.result = result
    }

    var testDescription: String { "\(op.described) of \(operands)" }
  }

  private static func conv(
    _ k: Int, stride: Int = 1, dilation: Int = 1, pad: Int = 0, groups: Int = 1, bias: Bool = false,
    residual: Bool = false, maxima: Int? = nil
  ) -> GraphOp {
    .conv2D(
      ConvolutionAttributes(
        kernel: Size2D(k), stride: Size2D(stride), dilation: Size2D(dilation),
        padding: Padding2D(top: pad, bottom: pad, left: pad, right: pad), groups: groups),
      Epilogue(bias: bias, residual: residual, pool: maxima.map { Size2D($0) }))
  }

  private static func pool(_ k: Int, stride: Int, pad: Int = 0, ceil: Bool = false) -> GraphOp {
    .pool2D(
      PoolAttributes(
        window: Size2D(k), stride: Size2D(stride), padding: Padding2D(top: pad, bottom: pad, left: pad, right: pad),
        ceil: ceil, mode: .max))
  }

  private static func sum(_ coefficients: [Float] = []) -> GraphOp {
    .elementwise(ElementwiseAttributes(kind: .sum, coefficients: coefficients), .linear)
  }

  private static func pad(_ before: [Int], _ after: [Int]) -> GraphOp {
    .pad(PadAttributes(before: before, after: after, value: 0))
  }

  private static func lrn(_ size: Int) -> GraphOp { .lrn(LRNAttributes(size: size, alpha: 1, beta: 1, k: 1)) }

  static let leaves = [
    Row(.input(index: 0, shape: [2, 3]), [], [2, 3]), Row(.input(index: 0, shape: [0, 3]), [], nil),
    Row(.input(index: 0, shape: [2, 3]), [[1]], nil), Row(.constant(name: "w", shape: [4]), [], [4]),
    Row(.constant(name: "w", shape: [-4]), [], nil), Row(.constant(name: "w", shape: [1 << 40, 1 << 40]), [], nil),
    Row(.fill(value: 1, shape: [4]), [], [4]), Row(.fill(value: 1, shape: [0]), [], nil),
  ]

  static let convolutions = [
    Row(conv(5), [[2, 1, 32, 32], [6, 1, 5, 5]], [2, 6, 28, 28]),
    Row(conv(3, stride: 2, pad: 1), [[2, 4, 9, 8], [6, 4, 3, 3]], [2, 6, 5, 4]),
    Row(conv(3, dilation: 2), [[2, 4, 9, 8], [6, 4, 3, 3]], [2, 6, 5, 4]),
    Row(conv(3, groups: 2), [[2, 4, 9, 8], [6, 2, 3, 3]], [2, 6, 7, 6]),
    Row(conv(3, bias: true), [[2, 4, 9, 8], [6, 4, 3, 3], [6]], [2, 6, 7, 6]),
    Row(conv(3, bias: true, residual: true), [[2, 4, 9, 8], [6, 4, 3, 3], [6], [2, 6, 7, 6]], [2, 6, 7, 6]),
    Row(conv(3, maxima: 2), [[2, 4, 9, 8], [6, 4, 3, 3]], [2, 6, 3, 3]),
    Row(conv(3, maxima: 8), [[2, 4, 9, 8], [6, 4, 3, 3]], nil),
    Row(conv(3, maxima: 0), [[2, 4, 9, 8], [6, 4, 3, 3]], nil),
    Row(conv(3, residual: true, maxima: 1), [[2, 4, 9, 8], [6, 4, 3, 3], [2, 6, 7, 6]], nil),
    Row(.dense(Epilogue(bias: false, pool: Size2D(1))), [[3, 4], [5, 4]], nil),
    Row(conv(3, residual: true), [[2, 4, 9, 8], [6, 4, 3, 3], [2, 6, 7, 6]], [2, 6, 7, 6]),
    Row(conv(3), [[2, 4, 9, 8]], nil), Row(conv(3), [[2, 4, 9, 8], [6, 4, 3, 3], [6]], nil),
    Row(conv(3), [[2, 4, 9], [6, 4, 3, 3]], nil), Row(conv(3), [[2, 4, 9, 8], [6, 4, 9]], nil),
    Row(conv(3), [[2, 4, 9, 8], [6, 3, 3, 3]], nil), Row(conv(3), [[2, 4, 9, 8], [6, 4, 3, 5]], nil),
    Row(conv(9), [[2, 4, 9, 8], [6, 4, 9, 9]], nil), Row(conv(3, stride: 0), [[2, 4, 9, 8], [6, 4, 3, 3]], nil),
    Row(conv(3, dilation: 0), [[2, 4, 9, 8], [6, 4, 3, 3]], nil),
    Row(conv(3, pad: -1), [[2, 4, 9, 8], [6, 4, 3, 3]], nil),
    Row(conv(3, groups: 0), [[2, 4, 9, 8], [6, 4, 3, 3]], nil),
    Row(conv(3, groups: 3), [[2, 4, 9, 8], [6, 1, 3, 3]], nil),
    Row(conv(3, groups: 4), [[2, 4, 9, 8], [6, 1, 3, 3]], nil),
    Row(conv(0), [[2, 4, 9, 8], [6, 4, 0, 0]], nil),
    Row(conv(3, bias: true), [[2, 4, 9, 8], [6, 4, 3, 3], [5]], nil),
    Row(conv(3, maxima: 2), [[2, 4, 9, 8], [6, 4, 3, 3]], [2, 6, 3, 3]),
    Row(conv(3, maxima: 8), [[2, 4, 9, 8], [6, 4, 3, 3]], nil),
    Row(conv(3, maxima: 0), [[2, 4, 9, 8], [6, 4, 3, 3]], nil),
    Row(conv(3, residual: true, maxima: 1), [[2, 4, 9, 8], [6, 4, 3, 3], [2, 6, 7, 6]], nil),
    Row(.dense(Epilogue(bias: false, pool: Size2D(1))), [[3, 4], [5, 4]], nil),
    Row(conv(3, residual: true), [[2, 4, 9, 8], [6, 4, 3, 3], [2, 6, 9, 8]], nil),
  ]

  static let denses = [
    Row(.dense(Epilogue(bias: false)), [[2, 5], [3, 5]], [2, 3]),
    Row(.dense(Epilogue(bias: true)), [[2, 5], [3, 5], [3]], [2, 3]),
    Row(.dense(Epilogue(bias: true, residual: true)), [[2, 5], [3, 5], [3], [2, 3]], [2, 3]),
    Row(.dense(Epilogue(bias: false)), [[2, 5], [5, 3]], nil),
    Row(.dense(Epilogue(bias: false)), [[2, 5, 1], [3, 5]], nil),
    Row(.dense(Epilogue(bias: true)), [[2, 5], [3, 5], [2]], nil),
    Row(.dense(Epilogue(bias: true)), [[2, 5], [3, 5]], nil),
    Row(.dense(Epilogue(bias: false, residual: true)), [[2, 5], [3, 5], [1, 3]], nil),
  ]

  static let pools = [
    Row(pool(3, stride: 2), [[2, 4, 9, 8]], [2, 4, 4, 3]),
    Row(pool(3, stride: 2, ceil: true), [[2, 4, 9, 8]], [2, 4, 4, 4]),
    Row(pool(3, stride: 2, pad: 1), [[2, 4, 9, 8]], [2, 4, 5, 4]),
    Row(pool(3, stride: 2, pad: 3), [[2, 4, 9, 8]], nil),
    Row(pool(9, stride: 2), [[2, 4, 9, 8]], nil), Row(pool(3, stride: 0), [[2, 4, 9, 8]], nil),
    Row(pool(0, stride: 1), [[2, 4, 9, 8]], nil), Row(pool(3, stride: 1, pad: -1), [[2, 4, 9, 8]], nil),
    Row(pool(3, stride: 2), [[2, 4, 9]], nil), Row(pool(3, stride: 2), [], nil),
    Row(.globalPool(.mean), [[2, 4, 9, 8]], [2, 4]), Row(.globalPool(.mean), [[2, 4, 9]], [2, 4]),
    Row(.globalPool(.mean), [[2, 4]], nil), Row(.globalPool(.mean), [[2, 4, 9, 8], [1]], nil),
  ]

  static let pointwise = [
    Row(.activation(.tanh), [[2, 4, 9]], [2, 4, 9]), Row(.activation(.tanh), [], nil),
    Row(.dropout(probability: 0.5), [[2, 4]], [2, 4]), Row(.dropout(probability: 0.5), [], nil),
    Row(.copy, [[2, 4]], [2, 4]), Row(.copy, [[2], [2]], nil),
    Row(.batchNorm(epsilon: 1), [[2, 4, 9, 8], [4], [4], [4], [4]], [2, 4, 9, 8]),
    Row(.batchNorm(epsilon: 1), [[2, 4, 9, 8], [4], [4], [4], [5]], nil),
    Row(.batchNorm(epsilon: 1), [[2, 4, 9, 8], [4], [4], [4]], nil),
    Row(.batchNorm(epsilon: 1), [[4], [4], [4], [4], [4]], nil),
    Row(.scaleShift(.linear), [[2, 4], [4], [4]], [2, 4]), Row(.scaleShift(.linear), [[2, 4], [2], [4]], nil),
    Row(.scaleShift(.linear), [[2, 4], [4]], nil), Row(sum(), [[2, 4], [2, 4]], [2, 4]),
    Row(sum([1, 2]), [[2, 4], [2, 4]], [2, 4]), Row(sum(), [[2, 4, 3], [1, 4, 3]], [2, 4, 3]),
    Row(sum(), [[2, 4]], [2, 4]), Row(sum(), [], nil), Row(sum(), [[2, 4], [4, 2]], nil),
    Row(sum(), [[2, 4, 3], [1, 4, 1]], nil), Row(sum(), [[1, 4, 3], [2, 4, 3]], nil),
    Row(sum([1]), [[2, 4], [2, 4]], nil), Row(lrn(5), [[2, 4, 9, 8]], [2, 4, 9, 8]),
    Row(lrn(4), [[2, 4, 9, 8]], nil), Row(lrn(-1), [[2, 4, 9, 8]], nil), Row(lrn(5), [[2, 4]], nil),
    Row(.softmax(axis: 1), [[2, 4]], [2, 4]), Row(.softmax(axis: 2), [[2, 4]], nil),
    Row(.softmax(axis: -1), [[2, 4]], nil),
  ]

  private static func transposed(_ k: Int, stride: Int = 1, crop: Int = 0, output: Int) -> GraphOp {
    .transposedConv2D(
      TransposedConvolutionAttributes(
        kernel: Size2D(k), stride: Size2D(stride), crop: Size2D(crop), output: Size2D(output)),
      Epilogue(bias: false))
  }

  private static func walk(_ start: Int, _ count: Int, step: Int = 1) -> GraphOp {
    .rearrange(Rearrangement(starts: [0, start], axes: [.init(0, count: 2), .init(1, count: count, step: step)]))
  }

  static let enlarging = [
    Row(transposed(3, output: 7), [[2, 4, 5, 5], [6, 4, 3, 3]], [2, 6, 7, 7]),
    Row(transposed(3, stride: 2, crop: 1, output: 9), [[2, 4, 5, 5], [6, 4, 3, 3]], [2, 6, 9, 9]),
    Row(transposed(3, stride: 2, crop: 1, output: 11), [[2, 4, 5, 5], [6, 4, 3, 3]], [2, 6, 11, 11]),
    Row(transposed(3, stride: 2, crop: 1, output: 12), [[2, 4, 5, 5], [6, 4, 3, 3]], nil),
    Row(transposed(3, crop: -1, output: 5), [[2, 4, 5, 5], [6, 4, 3, 3]], nil),
    Row(transposed(3, output: 0), [[2, 4, 5, 5], [6, 4, 3, 3]], nil),
    Row(transposed(3, stride: 0, output: 3), [[2, 4, 5, 5], [6, 4, 3, 3]], nil),
    Row(transposed(3, stride: .max, output: 3), [[2, 4, 5, 5], [6, 4, 3, 3]], nil),
    Row(transposed(3, output: 7), [[2, 4, 5, 5], [6, 5, 3, 3]], nil),
    Row(transposed(3, output: 7), [[2, 4, 5, 5], [6, 4, 2, 3]], nil),
    Row(.upscaleBilinear(Size2D(2, 3)), [[2, 4, 5, 5]], [2, 4, 10, 15]),
    Row(.upscaleBilinear(Size2D(0, 3)), [[2, 4, 5, 5]], nil), Row(.upscaleBilinear(Size2D(2)), [[2, 4, 5]], nil),
    Row(.upscaleBilinear(Size2D(1 << 24)), [[1, 1, 1 << 40, 1]], nil),
    Row(walk(0, 5), [[2, 5]], [2, 5]), Row(walk(1, 4), [[2, 5]], [2, 4]), Row(walk(1, 5), [[2, 5]], nil),
    Row(walk(4, 3, step: -2), [[2, 5]], [2, 3]), Row(walk(3, 3, step: -2), [[2, 5]], nil),
    Row(walk(-1, 3), [[2, 5]], nil), Row(walk(0, 0), [[2, 5]], nil), Row(walk(0, 9, step: 0), [[2, 5]], [2, 9]),
    Row(walk(0, .max, step: .max), [[2, 5]], nil), Row(walk(0, 2), [[2, 5, 1]], nil),
    Row(.rearrange(Rearrangement(starts: [0], axes: [.init(1, count: 1)])), [[2]], nil),
    Row(.rearrange(.identity([1, 1, 1, 1, 1, 1, 1, 1, 1])), [[1, 1, 1, 1, 1, 1, 1, 1, 1]], nil),
    Row(.standardize(axis: 1, epsilon: 1), [[2, 4, 3]], [2, 4, 3]),
    Row(.standardize(axis: 0, epsilon: 1), [[2, 4]], nil), Row(.standardize(axis: 2, epsilon: 1), [[2, 4]], nil),
    Row(.standardize(axis: 1, epsilon: -1), [[2, 4]], nil),
    Row(.parametricRectify, [[2, 4, 3], [4]], [2, 4, 3]), Row(.parametricRectify, [[2, 4, 3], [3]], nil),
    Row(.parametricRectify, [[2, 4, 3]], nil), Row(.gaussianNoise(sigma: 1), [[2, 4]], [2, 4]),
    Row(.randomizedRectify(lower: 3, upper: 8), [[2, 4]], [2, 4]),
  ]

  static let movers = [
    Row(.reshape(shape: [2, 12]), [[2, 3, 4]], [2, 12]), Row(.reshape(shape: [2, 11]), [[2, 3, 4]], nil),
    Row(.reshape(shape: [-2, -12]), [[2, 3, 4]], nil), Row(.reshape(shape: [24]), [], nil),
    Row(pad([0, 1], [2, 0]), [[2, 3]], [4, 4]), Row(pad([0], [2, 0]), [[2, 3]], nil),
    Row(pad([0, 0], [2]), [[2, 3]], nil), Row(pad([0, -1], [0, 1]), [[2, 3]], nil),
    Row(.concat(axis: 1), [[2, 3, 4], [2, 1, 4], [2, 2, 4]], [2, 6, 4]),
    Row(.concat(axis: 0), [[2, 3], [1, 3]], [3, 3]), Row(.concat(axis: 1), [[2, 3], [1, 3]], nil),
    Row(.concat(axis: 1), [[2, 3], [2, 3, 1]], nil), Row(.concat(axis: 2), [[2, 3]], nil),
    Row(.concat(axis: -1), [[2, 3]], nil), Row(.concat(axis: 0), [], nil),
  ]

  static let constants = [
    Row(.normScale(epsilon: 1), [[4], [4]], [4]), Row(.normScale(epsilon: 1), [[4], [5]], nil),
    Row(.normScale(epsilon: 1), [[4, 1], [4, 1]], nil), Row(.normScale(epsilon: 1), [[4]], nil),
    Row(.normShift, [[4], [4], [4]], [4]), Row(.normShift, [[4], [4], [5]], nil), Row(.normShift, [[4], [4]], nil),
    Row(.scaleBias, [[4], [4], [4]], [4]), Row(.scaleBias, [[4], [5], [4]], nil),
    Row(.scaleRows, [[4, 3, 2, 2], [4]], [4, 3, 2, 2]), Row(.scaleRows, [[4, 3], [3]], nil),
    Row(.scaleRows, [[4, 3]], nil),
  ]

  @Test(arguments: leaves + convolutions + denses + pools + pointwise + movers + enlarging + constants)
  func rule(_ row: Row) {
    let result = Result { try row.op.resultShape(row.operands) }
    #expect((try? result.get()) == row.result)
    if row.result == nil {
      #expect(throws: GraphProblem.self) { try result.get() }
    }
  }

  @Test func everyOpHasGoodAndBadRows() {
    let rows =
      Self.leaves + Self.convolutions + Self.denses + Self.pools + Self.pointwise + Self.movers + Self.constants
    // `GraphOp` has these 22 cases.
    #expect(Set(rows.filter { $0.result != nil }.map(\.op.name)).count == 22)
    #expect(Set(rows.filter { $0.result == nil }.map(\.op.name)).count == 22)
  }
}
