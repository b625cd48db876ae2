import NetIR
import Testing

/// What ops of training and of the backward pass give, and what they refuse: shapes that the forward op would not make.
@Suite struct GradientShapeTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var op: GraphOp
    var operands: [[Int]]
    /// nil: refused.
    var result: [Int]?
    var testDescription: String { "\(op.described) of \(operands)" }

    init(_ op: GradientOp, _ operands: [[Int]], _ result: [Int]?) {
      (self.op, self.operands, self.result) = (.gradient(op), operands, result)
    }

    init(_ op: TrainingOp, _ operands: [[Int]], _ result: [Int]?) {
      (self.op, self.operands, self.result) = (.training(op), operands, result)
    }
  }

  private static let conv = ConvolutionAttributes(kernel: Size2D(3), stride: Size2D(2), groups: 2)
  private static let huge = ConvolutionAttributes(kernel: Size2D(3), groups: .max)
  private static func pool(_ mode: PoolMode) -> PoolAttributes {
    PoolAttributes(window: Size2D(2), stride: Size2D(2), padding: .none, ceil: false, mode: mode)
  }

  static let gradients = [
    // 7 and 8 pixels both become 3.
    Row(.convolutionData(conv, image: Size2D(7, 8)), [[2, 6, 3, 3], [6, 2, 3, 3]], [2, 4, 7, 8]),
    Row(.convolutionData(conv, image: Size2D(9, 8)), [[2, 6, 3, 3], [6, 2, 3, 3]], nil),
    Row(.convolutionData(conv, image: Size2D(7, 8)), [[2, 5, 3, 3], [6, 2, 3, 3]], nil),
    Row(.convolutionData(huge, image: Size2D(3)), [[1, 1, 1, 1], [1, 3, 3, 3]], nil),
    Row(.convolutionData(conv, image: Size2D(0)), [[2, 6, 3, 3], [6, 2, 3, 3]], nil),
    Row(.convolutionWeights(conv), [[2, 4, 7, 8], [2, 6, 3, 3]], [6, 2, 3, 3]),
    Row(.convolutionWeights(conv), [[2, 4, 7, 8], [2, 6, 3, 4]], nil),
    Row(.convolutionWeights(conv), [[2, 4, 7, 8], [3, 6, 3, 3]], nil),
    Row(.convolutionWeights(ConvolutionAttributes(kernel: Size2D(1), groups: 0)), [[1, 1, 1, 1], [1, 1, 1, 1]], nil),
    Row(.channelSum(), [[2, 5, 3]], [5]), Row(.channelSum(), [[2]], nil),
    Row(.channelSum(slices: 2), [[3, 5, 3]], [2, 5]), Row(.channelSum(slices: 4), [[3, 5, 3]], nil),
    Row(.batchSum, [[4, 5, 3]], [1, 5, 3]), Row(.batchSum, [[2, 3], [2, 3]], nil),
    Row(.pool(pool(.averageIncludingPad), image: Size2D(5, 4)), [[1, 2, 2, 2]], [1, 2, 5, 4]),
    Row(.pool(pool(.averageIncludingPad), image: Size2D(6, 4)), [[1, 2, 2, 2]], nil),
    Row(.pool(pool(.max), image: Size2D(5, 4)), [[1, 2, 2, 2], [1, 2, 5, 4], [1, 2, 2, 2]], [1, 2, 5, 4]),
    Row(.pool(pool(.max), image: Size2D(5, 4)), [[1, 2, 2, 2]], nil),
    Row(.pool(pool(.max), image: Size2D(5, 4)), [[1, 2, 2, 2], [1, 2, 4, 4], [1, 2, 2, 2]], nil),
    Row(.activation(.tanh), [[2, 3], [2, 3]], [2, 3]), Row(.activation(.tanh), [[2, 3], [3, 2]], nil),
    Row(.normalizeSums(epsilon: 1), [[4, 3, 2], [4, 3, 2], [2, 3]], [2, 3]),
    Row(.normalizeSums(epsilon: 1), [[4, 3, 2], [4, 3, 2], [3]], nil),
    Row(.normalizeSums(epsilon: 1, slices: 3), [[4, 3, 2], [4, 3, 2], [2, 3]], [3, 2, 3]),
    Row(.normalizeData(epsilon: 1), [[4, 3], [4, 3], [3], [2, 3], [2, 3]], [4, 3]),
    Row(.normalizeData(epsilon: 1), [[4, 3], [4, 3], [4], [2, 3], [2, 3]], nil),
    Row(.normalizeData(epsilon: 1, isRectified: true), [[4, 3], [4, 3], [3], [2, 3], [2, 3], [3]], [4, 3]),
    Row(.normalizeData(epsilon: 1, isRectified: true), [[4, 3], [4, 3], [3], [2, 3], [2, 3]], nil),
    Row(.normalizeSums(epsilon: 1, isRectified: true), [[4, 3], [4, 3], [2, 3], [3], [3]], [2, 3]),
    Row(.normalizeSums(epsilon: 1, isRectified: true), [[4, 3], [4, 3], [2, 3], [3], [4]], nil),
    Row(.standardize(axis: 1, epsilon: 0), [[4, 3], [4, 3]], [4, 3]),
    Row(.standardize(axis: 2, epsilon: 0), [[4, 3], [4, 3]], nil),
    Row(.extremum(.max, place: 1), [[4, 3], [4, 3], [4, 3]], [4, 3]),
    Row(.extremum(.max, place: 2), [[4, 3], [4, 3], [4, 3]], nil), Row(.extremum(.max, place: 0), [[4, 3]], nil),
    Row(.extremum(.sum, place: 0), [[4, 3], [4, 3]], nil),
    Row(.lrn(LRNAttributes(size: 2, alpha: 1, beta: 1, k: 1)), [[1, 2, 3, 3], [1, 2, 3, 3]], nil),
    Row(.softmax(axis: 1), [[4, 3], [4, 3]], [4, 3]), Row(.softmax(axis: 2), [[4, 3], [4, 3]], nil),
    Row(.scatter(.slice([5], axis: 0, start: 3, count: 2), shape: [5]), [[2]], [5]),
    Row(.scatter(.slice([5], axis: 0, start: 3, count: 2), shape: [4]), [[2]], nil),
    Row(.scatter(.slice([5], axis: 0, start: 3, count: 2), shape: [1 << 40, 1 << 40]), [[2]], nil),
    Row(.upscaleBilinear(Size2D(2, 3)), [[1, 2, 4, 6]], [1, 2, 2, 2]),
    Row(.upscaleBilinear(Size2D(2, 3)), [[1, 2, 4, 5]], nil), Row(.upscaleBilinear(Size2D(0)), [[1, 2, 4, 5]], nil),
    Row(GradientOp.loss(.squaredError), [[4], [4, 3], [4, 3]], [4, 3]),
    Row(GradientOp.loss(.squaredError), [[3], [4, 3], [4, 3]], nil),
  ]

  static let training = [
    Row(.moments(), [[4, 3, 2, 2]], [2, 3]), Row(.moments(), [[4]], nil),
    Row(.moments(slices: 4), [[4, 3, 2, 2]], [4, 2, 3]), Row(.moments(slices: 5), [[4, 3, 2, 2]], nil),
    Row(.joinMoments(examples: 4), [[4, 2, 3]], [2, 3]), Row(.joinMoments(examples: 3), [[4, 2, 3]], nil),
    Row(.normalize(epsilon: 1), [[4, 3, 2], [3], [3], [2, 3]], [4, 3, 2]),
    Row(.normalize(epsilon: 1), [[4, 3, 2], [3], [3], [3]], nil),
    Row(.drop(probability: 0.5, sharedAxes: [1], stream: 0), [[4, 3], [4]], [4, 3]),
    Row(.drop(probability: 0.5, sharedAxes: [2], stream: 0), [[4, 3], [4]], nil),
    Row(.drop(probability: 1.5, sharedAxes: [], stream: 0), [[4, 3], [4]], nil),
    Row(.drop(probability: 0.5, sharedAxes: [], stream: 0), [[4, 3], [2]], nil),
    Row(.noise(sigma: 1, stream: 0), [[4, 3], [4]], [4, 3]), Row(.noise(sigma: 1, stream: 0), [[4, 3]], nil),
    Row(.randomSlopes(lower: 3, upper: 8, stream: 0), [[4], [4], [4]], [4]),
    Row(.randomSlopes(lower: 0, upper: 8, stream: 0), [[4], [4], [4]], nil),
    Row(TrainingOp.loss(.softmaxCrossEntropy(smoothing: 0)), [[4, 3, 2, 2], [4, 2, 2]], [4]),
    Row(TrainingOp.loss(.softmaxCrossEntropy(smoothing: 0)), [[4, 3], [4, 3]], [4]),
    Row(TrainingOp.loss(.softmaxCrossEntropy(smoothing: 0)), [[4, 3], [4, 2]], nil),
    Row(TrainingOp.loss(.multiclassHinge(delta: 1)), [[4, 3], [4, 3]], nil),
    Row(TrainingOp.loss(.multiclassHinge(delta: 1)), [[4, 3], [4]], [4]),
    Row(TrainingOp.loss(.absoluteError), [[4, 3], [4]], nil),
    Row(TrainingOp.loss(.crossEntropy(smoothing: 0)), [[4], [4]], nil),
  ]

  @Test(arguments: gradients + training)
  func shapes(_ row: Row) throws {
    if let result = row.result {
      #expect(try row.op.resultShape(row.operands) == result)
    } else {
      #expect(throws: GraphProblem.self) { try row.op.resultShape(row.operands) }
    }
  }

  /// A backward convolution has the multiplications of the forward one, of which the padding's are counted, too.
  @Test func backwardWorkIsForwardWork() {
    let (x, w, y) = ([2, 4, 7, 7], [6, 2, 3, 3], [2, 6, 3, 3])
    let forward = GraphOp.conv2D(Self.conv, Epilogue(bias: false)).work([x, w], result: y)
    let data = GraphOp.gradient(.convolutionData(Self.conv, image: Size2D(7))).work([y, w], result: x)
    let weights = GraphOp.gradient(.convolutionWeights(Self.conv)).work([x, y], result: w)
    #expect(forward.macs == 2 * 6 * 9 * 18 && data == forward && weights == forward)
  }

  /// What no artefact may hold is printed with its name and what is unusual.
  @Test func printing() {
    #expect(GraphOp.gradient(.convolutionWeights(Self.conv)).described == "conv2d weight gradient 3×3/2 groups 2")
    #expect(GraphOp.gradient(.pool(Self.pool(.max), image: Size2D(4))).described == "max_pool gradient 2×2/2")
    #expect(
      GraphOp.training(.drop(probability: 0.5, sharedAxes: [2, 3], stream: 1)).described
        == "drop 0.5 along [2, 3] stream 1")
    #expect(
      GraphOp.training(.loss(.softmaxCrossEntropy(smoothing: 0.1))).described
        == "loss categorical_crossentropy of softmax smoothing 0.1")
    #expect(GraphOp.dropout(probability: 0.5, sharedAxes: [2]).described == "dropout 0.5 along [2]")
  }
}
