import Compiler
import GPUBackend
import NetIR
import NetworkTestSupport
import Testing

/// Single ops that layers make, with awkward sizes, on the fake device against the interpreter.
@Suite struct OpTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var op: GraphOp
    var shapes: [[Int]]
    /// Shapes of parameters behind the inputs.
    var parameters: [[Int]] = []
    /// In front, so that the op does not see the caller's buffer.
    var isBehindPooling = false

    var testDescription: String { "\(op.described) \(shapes)\(isBehindPooling ? " behind pooling" : "")" }

    func graph() throws -> Graph {
      var graph = Graph(name: op.name)
      var operands = try shapes.enumerated().map {
        try graph.add(.input(index: $0, shape: $1), name: "x\($0)")
      }
      if isBehindPooling {
        let same = PoolAttributes(
          window: Size2D(3), stride: Size2D(1), padding: Padding2D(top: 1, bottom: 1, left: 1, right: 1), ceil: false,
          mode: .max)
        operands = try operands.map { try graph.add(.pool2D(same), [$0], name: "pool") }
      }
      for (index, shape) in parameters.enumerated() {
        operands.append(try graph.add(.constant(name: "p\(index)", shape: shape), name: "p\(index)"))
      }
      graph.outputs = [try graph.add(op, operands, name: "y")]
      return graph
    }
  }

  static let cases: [Case] = moving + rows + images + convolutions + vectors

  private static let moving = [
    Case(op: .rearrange(.transpose([2, 3, 4, 5], [0, 3, 1, 2])), shapes: [[2, 3, 4, 5]]),
    Case(op: .rearrange(.slice([2, 9, 4], axis: 1, start: 7, count: 4, step: -2)), shapes: [[2, 9, 4]]),
    Case(
      op: .rearrange(
        Rearrangement(
          starts: [0, 1], axes: [.init(0, count: 2), .init(1, count: 5), .init(1, count: 3), .init(nil, count: 2)])),
      shapes: [[2, 9]]),
    Case(op: .pad(PadAttributes(before: [0, 1, 2, 0], after: [0, 0, 1, 3], value: 0.5)), shapes: [[2, 3, 4, 5]]),
    Case(op: .pad(PadAttributes(before: [0, 3], after: [0, 1], value: -1)), shapes: [[3, 7]]),
    Case(op: .concat(axis: 2), shapes: [[2, 3, 4, 5], [2, 3, 1, 5]], isBehindPooling: true),
    Case(op: .concat(axis: 1), shapes: [[2, 3, 4], [2, 5, 4]]),
    Case(op: .concat(axis: 2), shapes: [[2, 3, 4], [2, 3, 7]]),
    Case(op: .copy, shapes: [[2, 3, 4, 5]], isBehindPooling: true),
  ]

  private static let rows = [
    Case(op: .softmax(axis: 1), shapes: [[3, 1000]]), Case(op: .softmax(axis: 1), shapes: [[3, 64]]),
    Case(op: .softmax(axis: 1), shapes: [[2, 70, 3, 5]]), Case(op: .softmax(axis: 1), shapes: [[2, 5, 7, 9]]),
    Case(op: .softmax(axis: 2), shapes: [[2, 3, 300, 2]]),
    Case(op: .standardize(axis: 1, epsilon: 1e-4), shapes: [[2, 3, 7, 9]]),
    Case(op: .standardize(axis: 2, epsilon: 1e-2), shapes: [[2, 3, 40, 9]], isBehindPooling: true),
    Case(op: .dense(Epilogue(bias: true, activation: .gelu)), shapes: [[3, 77]], parameters: [[13, 77], [13]]),
    Case(op: .dense(Epilogue(bias: true)), shapes: [[5, 264]], parameters: [[11, 264], [11]]),
    Case(op: .dense(Epilogue(bias: false)), shapes: [[70, 33]], parameters: [[65, 33]]),
    Case(op: .dense(Epilogue(bias: true)), shapes: [[9, 20]], parameters: [[13, 20], [13]]),
    Case(op: .dense(Epilogue(bias: true)), shapes: [[300, 20]], parameters: [[70, 20], [70]]),
    Case(op: .globalPool(.max), shapes: [[2, 33, 3]]), Case(op: .globalPool(.l2), shapes: [[2, 5, 17, 3]]),
  ]

  private static let images = [
    Case(op: .upscaleBilinear(Size2D(3, 2)), shapes: [[2, 3, 4, 5]]),
    Case(op: .upscaleBilinear(Size2D(1, 4)), shapes: [[1, 2, 1, 6]], isBehindPooling: true),
    Case(op: .parametricRectify, shapes: [[2, 5, 3, 3]], parameters: [[5]], isBehindPooling: true),
    Case(op: .scaleShift(.selu), shapes: [[4, 9]], parameters: [[9], [9]]),
    Case(
      op: .lrn(LRNAttributes(size: 5, alpha: 0.3, beta: 0.75, k: 1.5)), shapes: [[2, 7, 3, 4]], isBehindPooling: true),
    Case(
      op: .elementwise(ElementwiseAttributes(kind: .sum, coefficients: [0.5, -2]), .tanh), shapes: [[3, 4, 5, 2]],
      parameters: [[1, 4, 5, 2]], isBehindPooling: true),
  ]

  private static func convolution(
    _ x: [Int], _ w: [Int], _ attributes: ConvolutionAttributes, activation: Activation = .linear
  ) -> Case {
    Case(
      op: .conv2D(attributes, Epilogue(bias: true, activation: activation)), shapes: [x], parameters: [w, [w[0]]],
      isBehindPooling: true)
  }

  private static let convolutions = [
    convolution([1, 3, 5, 6], [8, 3, 3, 3], ConvolutionAttributes(kernel: Size2D(3))),
    convolution([2, 5, 9, 8], [67, 5, 3, 2], ConvolutionAttributes(kernel: Size2D(3, 2)), activation: .hardSwish),
    convolution(
      [5, 6, 17, 15], [130, 3, 3, 3],
      ConvolutionAttributes(
        kernel: Size2D(3), stride: Size2D(1, 2), dilation: Size2D(2, 1),
        padding: Padding2D(top: 3, bottom: 0, left: 1, right: 2), groups: 2)),
    convolution(
      [2, 35, 6, 7], [35, 1, 5, 3],
      ConvolutionAttributes(
        kernel: Size2D(5, 3), stride: Size2D(2, 1), dilation: Size2D(1, 2),
        padding: Padding2D(top: 2, bottom: 2, left: 0, right: 2), groups: 35)),
  ]

  /// Of depthwise convolutions that may load 16 bytes at a time, and one after another whose channels are not so many.
  private static let vectors = [
    convolution(
      [2, 40, 6, 7], [40, 1, 3, 3],
      ConvolutionAttributes(
        kernel: Size2D(3), padding: Padding2D(top: 1, bottom: 1, left: 1, right: 1), groups: 40),
      activation: .clip(least: 0, most: 0.5)),
    convolution(
      [3, 12, 7, 5], [12, 1, 3, 2], ConvolutionAttributes(kernel: Size2D(3, 2), stride: Size2D(2), groups: 12)),
  ]

  private func check(_ test: Case, _ precision: Precision, _ tolerance: Double) throws -> GPUExecutable {
    let graph = try test.graph()
    var agreement = try DeviceAgreement(graph)
    agreement.precision = precision
    return try agreement.check(batch: test.shapes[0][0], tolerance: tolerance)
  }

  @Test(arguments: cases)
  func agrees(test: Case) throws {
    _ = try check(test, .fp32, DeviceAgreement.shallow)
    _ = try check(test, .bf16, 4e-2)
    _ = try check(test, .fp16, 5e-3)
  }

  /// Nothing is in the table that was not run here.
  @Test func coversTheTable() throws {
    var used: Set<String> = []
    let machine = try DeviceAgreement.machine.get()
    for test in Self.cases {
      let batch = test.shapes[0][0]
      let graph = try test.graph()
      let agreement = DeviceAgreement(graph) { _ in [] }
      used.formUnion(try agreement.compiled(batch: batch, on: machine).plan.steps.map(\.kernel))
    }
    // What layers make of activations is fused, and tests of layers have it.
    // Those on tensor cores have tests of their own.
    let all = Set(DeviceKernelTable.inference.filter { $0.algorithm != "tensor_gemm" }.map(\.name))
    #expect(all.subtracting(used) == ["cuda_activation"])
  }
}
