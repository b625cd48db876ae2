import NetIR
import Testing

/// Every op that has a gradient, with the shapes of its operands.
enum GradientCases {
  struct Case: Sendable, CustomTestStringConvertible {
    var op: GraphOp
    var shapes: [[Int]]
    /// Operands that no derivative is wanted of.
    var fixed: Set<Int> = []
    /// Operands that must be positive.
    var positive: Set<Int> = []
    var testDescription: String { "\(op.described) of \(shapes)" }
  }

  static let all = convolutions + transposed + pools + pointwise + functions + merges + placements + norms + random

  private static func conv(
    _ kernel: Size2D, stride: Size2D = Size2D(1), dilation: Size2D = Size2D(1), padding: Padding2D = .none,
    groups: Int = 1, bias: Bool = true, shapes: [[Int]]
  ) -> Case {
    let attributes = ConvolutionAttributes(
      kernel: kernel, stride: stride, dilation: dilation, padding: padding, groups: groups)
    return Case(op: .conv2D(attributes, Epilogue(bias: bias)), shapes: shapes)
  }

  static let convolutions = [
    conv(Size2D(3), shapes: [[2, 3, 5, 6], [4, 3, 3, 3], [4]]),
    conv(
      Size2D(3, 2), stride: Size2D(2, 1), dilation: Size2D(1, 2),
      padding: Padding2D(top: 2, bottom: 1, left: 0, right: 3), groups: 2, bias: false,
      shapes: [[2, 4, 5, 6], [6, 2, 3, 2]]),
    // Rows and columns at the end that no window sees.
    conv(Size2D(2), stride: Size2D(3), shapes: [[1, 2, 7, 6], [3, 2, 2, 2], [3]]),
    conv(
      Size2D(3), padding: Padding2D(top: 1, bottom: 1, left: 1, right: 1), groups: 3,
      shapes: [[2, 3, 4, 4], [3, 1, 3, 3], [3]]),
    conv(Size2D(1), bias: false, shapes: [[2, 3, 3, 2], [5, 3, 1, 1]]),
    Case(op: .dense(Epilogue(bias: true)), shapes: [[3, 4], [5, 4], [5]]),
    Case(op: .dense(Epilogue(bias: false)), shapes: [[1, 6], [2, 6]]),
  ]

  private static func enlarge(
    _ kernel: Size2D, stride: Size2D, crop: Size2D, output: Size2D, shapes: [[Int]]
  ) -> Case {
    let attributes = TransposedConvolutionAttributes(kernel: kernel, stride: stride, crop: crop, output: output)
    return Case(op: .transposedConv2D(attributes, Epilogue(bias: shapes.count == 3)), shapes: shapes)
  }

  static let transposed = [
    enlarge(
      Size2D(3), stride: Size2D(1), crop: Size2D(0, 0), output: Size2D(6, 5),
      shapes: [[2, 3, 4, 3], [2, 3, 3, 3], [2]]),
    enlarge(
      Size2D(4, 3), stride: Size2D(2, 3), crop: Size2D(1, 0), output: Size2D(7, 9),
      shapes: [[1, 2, 3, 3], [3, 2, 4, 3]]),
    // Pixels that none of the input reaches; rows that are cut at the end.
    enlarge(
      Size2D(2), stride: Size2D(3), crop: Size2D(0, 1), output: Size2D(10, 6),
      shapes: [[1, 2, 3, 3], [3, 2, 2, 2], [3]]),
    enlarge(
      Size2D(3), stride: Size2D(2), crop: Size2D(1, 1), output: Size2D(4, 3), shapes: [[2, 2, 3, 3], [2, 2, 3, 3]]),
    Case(
      op: .interleave(Interleaving(stride: Size2D(2, 3), size: Size2D(5, 7), phases: [0, 2, 5])),
      shapes: [[1, 2, 3, 3], [1, 2, 3, 2], [1, 2, 2, 2]]),
    Case(op: .upscaleBilinear(Size2D(2)), shapes: [[1, 2, 3, 4]]),
    Case(op: .upscaleBilinear(Size2D(3, 4)), shapes: [[1, 2, 1, 3]]),
  ]

  static let pools =
    PoolMode.allCases.flatMap { mode in
      [
        Case(
          op: .pool2D(
            PoolAttributes(window: Size2D(2), stride: Size2D(2), padding: .none, ceil: false, mode: mode)),
          shapes: [[2, 2, 5, 4]]),
        Case(
          op: .pool2D(
            PoolAttributes(
              window: Size2D(3, 2), stride: Size2D(2, 1), padding: Padding2D(top: 1, bottom: 2, left: 1, right: 0),
              ceil: true, mode: mode)),
          shapes: [[1, 2, 6, 5]]),
      ]
    }
    + GlobalPoolMode.allCases.flatMap { mode in
      [[2, 3, 4, 2], [2, 3, 5]].map { Case(op: .globalPool(mode), shapes: [$0]) }
    }

  private static let activations: [Activation] = [
    .linear, .rectify, .leakyRectify(leakiness: 0.3), .leakyRectify(leakiness: -0.5), .leakyRectify(leakiness: 0),
    .elu, .selu, .softplus, .sigmoid, .tanh, .scaledTanh(scaleIn: 0.7, scaleOut: 1.7), .swish, .hardSwish, .gelu,
    .clip(least: -0.4, most: 0.9),
  ]

  static let pointwise =
    activations.map { Case(op: .activation($0), shapes: [[4, 8]]) } + [
      Case(op: .scaleShift(.linear), shapes: [[2, 3, 2, 4], [3], [3]]),
      Case(op: .scaleShift(.linear), shapes: [[4, 3], [3], [3]]),
      Case(op: .parametricRectify, shapes: [[2, 3, 4, 2], [3]]),
      Case(op: .softmax(axis: 1), shapes: [[3, 4]]),
      Case(op: .softmax(axis: 1), shapes: [[2, 4, 3, 2]]),
      Case(op: .softmax(axis: 2), shapes: [[2, 4, 3]]),
      Case(op: .copy, shapes: [[2, 3]]),
    ]

  static let functions =
    [.absolute, .sign, .reciprocal].map { Case(op: .training(.function($0)), shapes: [[4, 8]]) }
    + [ScalarFunction.exponential, .logarithm, .squareRoot, .power(1.7), .power(-0.3)].map {
      Case(op: .training(.function($0)), shapes: [[4, 8]], positive: [0])
    }

  static let merges =
    ElementwiseKind.allCases.flatMap { kind in
      [
        Case(
          op: .elementwise(ElementwiseAttributes(kind: kind), .linear), shapes: [[2, 3, 2], [2, 3, 2], [2, 3, 2]]),
        Case(op: .elementwise(ElementwiseAttributes(kind: kind), .linear), shapes: [[2, 3]]),
      ]
    } + [
      Case(
        op: .elementwise(ElementwiseAttributes(kind: .sum, coefficients: [2, -0.5]), .linear),
        shapes: [[3, 4, 2, 2], [1, 4, 2, 2]]),
      Case(op: .elementwise(ElementwiseAttributes(kind: .mul), .linear), shapes: [[3, 4, 2], [1, 4, 2]]),
      Case(op: .elementwise(ElementwiseAttributes(kind: .mean), .linear), shapes: [[3, 4], [1, 4], [3, 4]]),
    ]

  static let placements = [
    Case(op: .reshape(shape: [4, 6]), shapes: [[2, 3, 4]]),
    Case(op: .pad(PadAttributes(before: [0, 1, 2], after: [1, 0, 3], value: -0.5)), shapes: [[2, 3, 4]]),
    Case(op: .concat(axis: 1), shapes: [[2, 3, 2, 2], [2, 1, 2, 2], [2, 4, 2, 2]]),
    Case(op: .concat(axis: 2), shapes: [[2, 3, 2], [2, 3, 5]]),
    Case(op: .concat(axis: 0), shapes: [[2, 3], [1, 3]]),
    Case(op: .rearrange(.transpose([2, 3, 4, 5], [3, 0, 2, 1])), shapes: [[2, 3, 4, 5]]),
    Case(op: .rearrange(.slice([2, 7, 3], axis: 1, start: 2, count: 3)), shapes: [[2, 7, 3]]),
    Case(op: .rearrange(.slice([2, 7, 3], axis: 1, start: 5, count: 3, step: -2)), shapes: [[2, 7, 3]]),
    // Overlapping windows, and repetitions.
    Case(
      op: .rearrange(
        Rearrangement(
          starts: [0, 1, 0],
          axes: [
            .init(0, count: 2), .init(1, count: 3, step: 2), .init(1, count: 2), .init(nil, count: 3),
            .init(2, count: 4),
          ])),
      shapes: [[2, 8, 4]]),
  ]

  static let norms = [
    Case(
      op: .batchNorm(epsilon: 0.01), shapes: [[2, 3, 2, 4], [3], [3], [3], [3]], fixed: [3, 4], positive: [4]),
    Case(op: .batchNorm(epsilon: 0.01), shapes: [[4, 3], [3], [3], [3], [3]], fixed: [3, 4], positive: [4]),
    Case(op: .standardize(axis: 1, epsilon: 0.01), shapes: [[3, 5, 2]]),
    Case(op: .standardize(axis: 2, epsilon: 0.01), shapes: [[2, 3, 2, 4]]),
    Case(op: .lrn(LRNAttributes(size: 3, alpha: 0.7, beta: 0.75, k: 1)), shapes: [[2, 5, 2, 2]]),
    Case(op: .lrn(LRNAttributes(size: 7, alpha: 0.7, beta: 1.5, k: 2)), shapes: [[1, 4, 2, 3]]),
  ]

  static let random: [Case] = [
    Case(op: .training(.drop(probability: 0.4, sharedAxes: [], stream: 3)), shapes: [[4, 5, 2], [4]], fixed: [1]),
    Case(
      op: .training(.drop(probability: 0.5, sharedAxes: [2, 3], stream: 0)), shapes: [[2, 5, 2, 2], [4]],
      fixed: [1]),
    Case(op: .training(.noise(sigma: 0.3, stream: 1)), shapes: [[3, 4], [4]], fixed: [1]),
  ]
}
