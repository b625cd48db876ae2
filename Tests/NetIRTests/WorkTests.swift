import NetIR
import Testing

/// The formulas, worked out by hand.
struct WorkTests {
  private static func conv(groups: Int, _ epilogue: Epilogue) -> GraphOp {
    .conv2D(ConvolutionAttributes(kernel: Size2D(5), groups: groups), epilogue)
  }

  @Test(
    arguments: [
      // 2·6·28·28 sums of 25 products.
      (conv(groups: 1, Epilogue(bias: false)), [[2, 1, 32, 32], [6, 1, 5, 5]], [2, 6, 28, 28], 235_200, 470_400),
      // A bias and an activation for each of the 9,408 results.
      (
        conv(groups: 1, Epilogue(bias: true, activation: .rectify)), [[2, 1, 32, 32], [6, 1, 5, 5], [6]],
        [2, 6, 28, 28], 235_200, 470_400 + 2 * 9_408
      ),
      // A filter of a group sees 2 of the 4 channels: 6·4·4·(2·25).
      (conv(groups: 2, Epilogue(bias: false)), [[1, 4, 8, 8], [6, 2, 5, 5]], [1, 6, 4, 4], 4_800, 9_600),
      (
        conv(groups: 1, Epilogue(bias: true, residual: true)),
        [[1, 1, 8, 8], [6, 1, 5, 5], [6], [1, 6, 4, 4]], [1, 6, 4, 4], 2_400, 4_800 + 2 * 96
      ),
      (
        .transposedConv2D(
          TransposedConvolutionAttributes(
            kernel: Size2D(2), stride: Size2D(2), crop: Size2D(1), output: Size2D(6)), Epilogue(bias: true)),
        [[1, 3, 4, 4], [5, 3, 2, 2], [5]], [1, 5, 6, 6], 48 * 20, 2 * 48 * 20 + 180
      ),
      (
        conv(groups: 1, Epilogue(bias: true, pool: Size2D(2))), [[1, 1, 9, 9], [6, 1, 5, 5], [6]], [1, 6, 2, 2], 2_400,
        4_992
      ),
      (.dense(Epilogue(bias: true)), [[3, 784], [30, 784], [30]], [3, 30], 70_560, 141_120 + 90),
      (.dense(Epilogue(bias: false, activation: .tanh)), [[3, 784], [30, 784]], [3, 30], 70_560, 141_120 + 90),
    ] as [(GraphOp, [[Int]], [Int], Int, Int)])
  func products(_ op: GraphOp, _ operands: [[Int]], _ result: [Int], _ macs: Int, _ flops: Int) {
    #expect(op.work(operands, result: result) == Work(macs: macs, flops: flops))
  }

  private static func sum(_ coefficients: [Float], _ activation: Activation) -> GraphOp {
    .elementwise(ElementwiseAttributes(kind: .sum, coefficients: coefficients), activation)
  }

  private static let pool = GraphOp.pool2D(
    PoolAttributes(window: Size2D(3, 2), stride: Size2D(2), padding: .none, ceil: false, mode: .max))

  @Test(
    arguments: [
      (pool, [[2, 4, 9, 8]], [2, 4, 4, 4], 128 * 6), (.globalPool(.max), [[2, 4, 9, 8]], [2, 4], 576),
      (.activation(.tanh), [[2, 5]], [2, 5], 10), (.activation(.linear), [[2, 5]], [2, 5], 0),
      (.batchNorm(epsilon: 1), [[2, 5], [5], [5], [5], [5]], [2, 5], 20),
      (.scaleShift(.linear), [[2, 5], [5], [5]], [2, 5], 20),
      (.scaleShift(.rectify), [[2, 5], [5], [5]], [2, 5], 30), (sum([], .linear), [[2, 5], [2, 5]], [2, 5], 10),
      (sum([1, -1, 2], .tanh), [[2, 5], [2, 5], [2, 5]], [2, 5], 50),
      (.lrn(LRNAttributes(size: 5, alpha: 1, beta: 1, k: 1)), [[1, 2, 3, 4]], [1, 2, 3, 4], 24 * 14),
      (.softmax(axis: 1), [[2, 10]], [2, 10], 100), (.input(index: 0, shape: [2, 5]), [], [2, 5], 0),
      (.reshape(shape: [10]), [[2, 5]], [10], 0), (.dropout(probability: 0.5), [[2, 5]], [2, 5], 0),
      (.gaussianNoise(sigma: 1), [[2, 5]], [2, 5], 0), (.randomizedRectify(lower: 1, upper: 2), [[2, 5]], [2, 5], 10),
      (.parametricRectify, [[2, 5], [5]], [2, 5], 20), (.standardize(axis: 1, epsilon: 1), [[2, 5]], [2, 5], 50),
      (.rearrange(.transpose([2, 5], [1, 0])), [[2, 5]], [5, 2], 0),
      (.upscaleBilinear(Size2D(2)), [[1, 1, 2, 3]], [1, 1, 4, 6], 9 * 24),
      (.concat(axis: 1), [[2, 5], [2, 5]], [2, 10], 0), (.copy, [[2, 5]], [2, 5], 0),
      (.pad(PadAttributes(before: [0, 1], after: [0, 1], value: 0)), [[2, 5]], [2, 7], 0),
      (.constant(name: "w", shape: [5]), [], [5], 0), (.fill(value: 1, shape: [5]), [], [5], 0),
      (.normScale(epsilon: 1), [[5], [5]], [5], 0), (.normShift, [[5], [5], [5]], [5], 0),
      (.scaleRows, [[5, 2], [5]], [5, 2], 0), (.scaleBias, [[5], [5], [5]], [5], 0),
    ] as [(GraphOp, [[Int]], [Int], Int)])
  func others(_ op: GraphOp, _ operands: [[Int]], _ result: [Int], _ flops: Int) {
    #expect(op.work(operands, result: result) == Work(flops: flops))
  }

  @Test func workAdds() {
    #expect(Work(macs: 1, flops: 2) + Work(macs: 10, flops: 20) == Work(macs: 11, flops: 22))
  }
}
