import CPUBackend
import NetIR
import NetworkTestSupport
import Testing

/// The interpreter against the definitions of the ops, one op at a time.
@Suite struct ReferenceInterpreterTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var op: GraphOp
    var shapes: [[Int]]
    /// Operands that must be positive: variances.
    var positive: Set<Int> = []
    var testDescription: String { "\(op.described) of \(shapes)" }
  }

  private static func convolution(
    _ kernel: Size2D, stride: Size2D = Size2D(1), dilation: Size2D = Size2D(1), padding: Padding2D = .none,
    groups: Int = 1, epilogue: Epilogue = Epilogue(bias: true), shapes: [[Int]]
  ) -> Case {
    let attributes = ConvolutionAttributes(
      kernel: kernel, stride: stride, dilation: dilation, padding: padding, groups: groups)
    return Case(op: .conv2D(attributes, epilogue), shapes: shapes)
  }

  static let convolutions = [
    convolution(Size2D(3), shapes: [[2, 3, 5, 6], [4, 3, 3, 3], [4]]),
    convolution(
      Size2D(3, 2), stride: Size2D(2, 1), dilation: Size2D(1, 2),
      padding: Padding2D(top: 2, bottom: 1, left: 0, right: 3), groups: 2, epilogue: Epilogue(bias: false),
      shapes: [[2, 4, 5, 6], [6, 2, 3, 2]]),
    convolution(
      Size2D(1), epilogue: Epilogue(bias: true, residual: true, activation: .rectify),
      shapes: [[2, 3, 4, 4], [5, 3, 1, 1], [5], [2, 5, 4, 4]]),
    convolution(
      Size2D(3), padding: Padding2D(top: 1, bottom: 1, left: 1, right: 1), groups: 3,
      epilogue: Epilogue(bias: false, residual: true, activation: .tanh),
      shapes: [[1, 3, 4, 5], [3, 1, 3, 3], [1, 3, 4, 5]]),
  ]

  static let pools = PoolMode.allCases.flatMap { mode in
    [
      Case(
        op: .pool2D(
          PoolAttributes(window: Size2D(2), stride: Size2D(2), padding: .none, ceil: false, mode: mode)),
        shapes: [[2, 3, 5, 4]]),
      Case(
        op: .pool2D(
          PoolAttributes(
            window: Size2D(3, 2), stride: Size2D(2, 3), padding: Padding2D(top: 1, bottom: 2, left: 1, right: 0),
            ceil: true, mode: mode)),
        shapes: [[2, 3, 6, 6]]),
    ]
  }

  private static let activations: [Activation] = [
    .linear, .rectify, .leakyRectify(leakiness: 0.3), .elu, .selu, .softplus, .sigmoid, .tanh,
    .scaledTanh(scaleIn: 0.7, scaleOut: 1.7), .swish, .hardSwish, .gelu,
    .clip(least: -0.4, most: 0.9),
  ]

  static let pointwise =
    activations.map { Case(op: .activation($0), shapes: [[2, 3, 4]]) }
    + GlobalPoolMode.allCases.map { Case(op: .globalPool($0), shapes: [[2, 3, 4, 5]]) }
    + ElementwiseKind.allCases.map {
      Case(op: .elementwise(ElementwiseAttributes(kind: $0), .linear), shapes: [[2, 3, 2], [2, 3, 2], [2, 3, 2]])
    } + [
      Case(op: .globalPool(.mean), shapes: [[2, 3, 7]]),
      Case(
        op: .elementwise(ElementwiseAttributes(kind: .sum, coefficients: [2, -0.5]), .tanh),
        shapes: [[3, 4, 2, 2], [1, 4, 2, 2]]),
      Case(op: .batchNorm(epsilon: 0.01), shapes: [[2, 3, 2, 4], [3], [3], [3], [3]], positive: [4]),
      Case(op: .batchNorm(epsilon: 0.01), shapes: [[4, 3], [3], [3], [3], [3]], positive: [4]),
      Case(op: .scaleShift(.rectify), shapes: [[2, 3, 2, 4], [3], [3]]),
      Case(op: .scaleShift(.linear), shapes: [[2, 3], [3], [3]]),
      Case(op: .lrn(LRNAttributes(size: 3, alpha: 0.7, beta: 0.75, k: 1)), shapes: [[2, 5, 2, 3]]),
      Case(op: .lrn(LRNAttributes(size: 7, alpha: 0.7, beta: 1.5, k: 2)), shapes: [[1, 4, 2, 3]]),
    ]

  private static func transposed(
    _ kernel: Size2D, stride: Size2D = Size2D(1), crop: Size2D = Size2D(0, 0), output: Size2D,
    epilogue: Epilogue = Epilogue(bias: true), shapes: [[Int]]
  ) -> Case {
    let attributes = TransposedConvolutionAttributes(kernel: kernel, stride: stride, crop: crop, output: output)
    return Case(op: .transposedConv2D(attributes, epilogue), shapes: shapes)
  }

  static let enlarging = [
    transposed(Size2D(3), output: Size2D(6, 7), shapes: [[2, 3, 4, 5], [4, 3, 3, 3], [4]]),
    transposed(
      Size2D(4, 3), stride: Size2D(2, 3), crop: Size2D(1, 0), output: Size2D(9, 17),
      epilogue: Epilogue(bias: false, residual: true, activation: .rectify),
      shapes: [[2, 2, 4, 5], [3, 2, 4, 3], [2, 3, 9, 17]]),
    transposed(Size2D(2), stride: Size2D(3), output: Size2D(11, 10), shapes: [[1, 2, 4, 4], [3, 2, 2, 2], [3]]),
    Case(
      op: .interleave(Interleaving(stride: Size2D(2), size: Size2D(5, 4), phases: [0, 1, 2, 3])),
      shapes: [[2, 3, 3, 2], [2, 3, 3, 2], [2, 3, 2, 2], [2, 3, 2, 2]]),
    Case(
      op: .interleave(Interleaving(stride: Size2D(3, 2), size: Size2D(1, 4), phases: [1])), shapes: [[2, 3, 1, 2]]),
    Case(op: .upscaleBilinear(Size2D(2)), shapes: [[2, 3, 4, 5]]),
    Case(op: .upscaleBilinear(Size2D(3, 4)), shapes: [[1, 2, 1, 3]]),
  ]

  static let rearrangements = [
    Case(op: .rearrange(.transpose([2, 3, 4, 5], [3, 0, 2, 1])), shapes: [[2, 3, 4, 5]]),
    Case(op: .rearrange(.slice([2, 7, 3], axis: 1, start: 5, count: 3, step: -2)), shapes: [[2, 7, 3]]),
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

  static let others = [
    Case(op: .dense(Epilogue(bias: true)), shapes: [[3, 4], [5, 4], [5]]),
    Case(
      op: .dense(Epilogue(bias: true, residual: true, activation: .sigmoid)), shapes: [[3, 4], [5, 4], [5], [3, 5]]),
    Case(op: .softmax(axis: 1), shapes: [[3, 4]]),
    Case(op: .softmax(axis: 1), shapes: [[2, 4, 3, 2]]),
    Case(op: .softmax(axis: 2), shapes: [[2, 4, 3]]),
    Case(op: .reshape(shape: [4, 6]), shapes: [[2, 3, 4]]),
    Case(op: .pad(PadAttributes(before: [0, 1, 2], after: [1, 0, 3], value: -0.5)), shapes: [[2, 3, 4]]),
    Case(op: .concat(axis: 1), shapes: [[2, 3, 2, 2], [2, 1, 2, 2], [2, 4, 2, 2]]),
    Case(op: .concat(axis: 2), shapes: [[2, 3, 2], [2, 3, 5]]),
    Case(op: .concat(axis: 0), shapes: [[2, 3], [1, 3]]),
    Case(op: .dropout(probability: 0.5), shapes: [[2, 3]]),
    Case(op: .gaussianNoise(sigma: 0.5), shapes: [[2, 3]]),
    Case(op: .randomizedRectify(lower: 3, upper: 8), shapes: [[2, 9]]),
    Case(op: .parametricRectify, shapes: [[2, 3, 4, 2], [3]]),
    Case(op: .parametricRectify, shapes: [[4, 3], [3]]),
    Case(op: .standardize(axis: 1, epsilon: 0.01), shapes: [[3, 5, 2]]),
    Case(op: .standardize(axis: 2, epsilon: 0.01), shapes: [[3, 5, 2, 4]]),
    Case(op: .copy, shapes: [[2, 3, 4, 5]]),
    Case(op: .normScale(epsilon: 0.01), shapes: [[5], [5]], positive: [1]),
    Case(op: .normShift, shapes: [[5], [5], [5]]),
    Case(op: .scaleRows, shapes: [[4, 3, 2, 2], [4]]),
    Case(op: .scaleBias, shapes: [[5], [5], [5]]),
  ]

  @Test(arguments: convolutions + enlarging + pools + pointwise + rearrangements + others)
  func computesItsDefinition(_ test: Case) throws {
    var graph = Graph(name: "one op")
    let operands = try test.shapes.enumerated().map {
      try graph.add(.input(index: $0, shape: $1), name: "x\($0)")
    }
    let result = try graph.add(test.op, operands, name: "y")
    graph.outputs = [result]
    let inputs = test.shapes.enumerated().map { place, shape in
      Noise.doubles(shape.elements, seed: UInt64(place) + 11).map {
        // Wide enough for every branch of a nonlinearity.
        test.positive.contains(place) ? 1.5 + $0 : test.shapes.count == 1 ? 5 * $0 : $0
      }
    }
    let tensors = zip(test.shapes, inputs).map { NaiveTensor(shape: $0, values: $1) }
    let wanted = NaiveOracle.evaluate(test.op, tensors, result: graph[result].shape).values
    let found = try ReferenceInterpreter(graph) { _, _ in [] }.run(inputs)[0]
    #expect(found.count == wanted.count && !found.isEmpty)
    for (a, b) in zip(found, wanted) { #expect(abs(a - b) <= 1e-12 * (1 + abs(b))) }
  }

  @Test func parametersAndFills() throws {
    var graph = Graph(name: "constants")
    let parameter = try graph.add(.constant(name: "p", shape: [2]), name: "p")
    let fill = try graph.add(.fill(value: 0.5, shape: [3]), name: "f")
    graph.outputs = [fill, parameter, fill]
    let interpreter = ReferenceInterpreter(graph) { name, shape in
      #expect(name == "p" && shape == [2])
      return [1, 2]
    }
    #expect(try interpreter.run([]) == [[0.5, 0.5, 0.5], [1, 2], [0.5, 0.5, 0.5]])
  }

  @Test func inputsOfAnotherSizeAreRefused() throws {
    var graph = Graph(name: "input")
    graph.outputs = [try graph.add(.input(index: 0, shape: [2, 3]), name: "x")]
    let interpreter = ReferenceInterpreter(graph) { _, _ in [] }
    #expect(throws: GraphProblem.self) { try interpreter.run([[1, 2, 3, 4, 5]]) }
    #expect(throws: GraphProblem.self) { try interpreter.run([]) }
    #expect(try interpreter.run([[1, 2, 3, 4, 5, 6]]) == [[1, 2, 3, 4, 5, 6]])
  }

  @Test func aValueThatIsReadAndGivenOutIsKept() throws {
    var graph = Graph(name: "kept")
    let x = try graph.add(.input(index: 0, shape: [1, 2]), name: "x")
    let y = try graph.add(.activation(.rectify), [x], name: "y")
    let z = try graph.add(.elementwise(ElementwiseAttributes(kind: .sum), .linear), [y, y], name: "z")
    graph.outputs = [y, z, x]
    let interpreter = ReferenceInterpreter(graph) { _, _ in [] }
    #expect(try interpreter.run([[-1, 3]]) == [[0, 3], [0, 6], [-1, 3]])
  }
}
