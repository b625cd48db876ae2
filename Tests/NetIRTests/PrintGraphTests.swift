import NetIR
import Testing

struct PrintGraphTests {
  @Test func oneLinePerNode() throws {
    var graph = Graph(name: "small")
    let x = try graph.add(.input(index: 0, shape: [1, 3, 8, 8]), name: "x")
    let w = try graph.add(.constant(name: "c.W", shape: [4, 3, 5, 5]), name: "c.W")
    let attributes = ConvolutionAttributes(kernel: Size2D(5), stride: Size2D(2))
    let c = try graph.add(
      .conv2D(attributes, Epilogue(bias: false, activation: .rectify)), [x, w], name: "c")
    graph[c].layout.block = 16
    graph[c].kernel = "conv2d_direct_generic"
    graph.outputs = [c]
    #expect(
      graph.printed() == """
        graph small

          %0  = input 0                          → 1×3×8×8                                x
          %1  = constant c.W                     → 4×3×5×5
          %2  = conv2d 5×5/2 + rectify (%0, %1)  → 1×4×2×2  [c16]  conv2d_direct_generic  c

          outputs %2

        """)
  }

  private static let convolution = ConvolutionAttributes(
    kernel: Size2D(3, 5), stride: Size2D(2, 1), dilation: Size2D(2), padding: Padding2D(top: 1, bottom: 1), groups: 4)

  @Test(
    arguments: [
      (
        .conv2D(convolution, Epilogue(bias: true, residual: true, activation: .tanh)),
        "conv2d 3×5/2×1 pad 1×0 dilation 2 groups 4 + bias + residual + tanh"
      ),
      (.dense(Epilogue(bias: true)), "dense + bias"),
      (
        .pool2D(
          PoolAttributes(
            window: Size2D(3), stride: Size2D(2), padding: Padding2D(top: 0, bottom: 1, left: 1, right: 0),
            ceil: true, mode: .averageExcludingPad)), "average_exc_pad_pool 3×3/2 pad 0,1×1,0 ceil"
      ),
      (.globalPool(.l2), "global_l2_pool"), (.activation(.leakyRectify(leakiness: 0.25)), "leaky_rectify(0.25)"),
      (.activation(.scaledTanh(scaleIn: 0.5, scaleOut: 2)), "scaled_tanh(0.5, 2.0)"),
      (.activation(.clip(least: 0, most: 6)), "clip(0.0, 6.0)"),
      (.batchNorm(epsilon: 0.5), "batch_norm ε 0.5"), (.scaleShift(.rectify), "scale_shift + rectify"),
      (.elementwise(ElementwiseAttributes(kind: .sum, coefficients: [1, 2]), .rectify), "sum [1.0, 2.0] + rectify"),
      (.elementwise(ElementwiseAttributes(kind: .mul), .linear), "mul"),
      (.lrn(LRNAttributes(size: 5, alpha: 0.5, beta: 0.75, k: 2)), "lrn n 5 α 0.5 β 0.75 k 2.0"),
      (.softmax(axis: 1), "softmax"), (.softmax(axis: 2), "softmax axis 2"), (.reshape(shape: [2, 3]), "reshape 2×3"),
      (.pad(PadAttributes(before: [0, 1], after: [0, 2], value: 0.5)), "pad [0, 1] [0, 2] with 0.5"),
      (.concat(axis: 1), "concat"), (.concat(axis: 0), "concat axis 0"), (.dropout(probability: 0.5), "dropout 0.5"),
      (
        .transposedConv2D(
          TransposedConvolutionAttributes(
            kernel: Size2D(4), stride: Size2D(2), crop: Size2D(1), output: Size2D(8)),
          Epilogue(bias: true, activation: .rectify)), "transposed conv2d 4×4/2 crop 1 + bias + rectify"
      ),
      (.rearrange(.transpose([2, 3], [1, 0])), "rearrange 1[0+3], 0[0+2]"),
      (
        .rearrange(Rearrangement(starts: [4], axes: [.init(0, count: 2, step: -2), .init(nil, count: 3)])),
        "rearrange 0[4+2:-2], ·×3"
      ),
      (.upscaleBilinear(Size2D(2)), "upscale bilinear 2"),
      (.standardize(axis: 2, epsilon: 0.5), "standardize from axis 2 ε 0.5"),
      (.gaussianNoise(sigma: 0.5), "gaussian noise 0.5"), (.parametricRectify, "parametric_rectify"),
      (.randomizedRectify(lower: 3, upper: 8), "randomized rectify 3.0 to 8.0"),
      (.fill(value: 1, shape: [2]), "fill 1.0"), (.copy, "copy"), (.scaleRows, "scale_rows"),
    ] as [(GraphOp, String)])
  func words(_ op: GraphOp, _ words: String) {
    #expect(op.described == words)
  }
}
