import Compiler
import GPUBackend
import GPUKernels
import NetIR
import NetworkTestSupport
import Testing

/// Convolutions and dense layers on tensor cores. Where all numbers have so few digits that their products are exact,
/// only the order of sums tells them from double precision: a fragment that holds another row would show.
@Suite struct TensorKernelTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var images: [Int]
    var filters: Int
    var attributes: ConvolutionAttributes
    var isDense = false
    /// What it is to be computed with, of any storage.
    var tile: String
    var isVector: Bool

    var testDescription: String { "\(images) to \(filters), kernel \(attributes.kernel), \(tile)" }

    func graph() throws -> Graph {
      var graph = Graph(name: tile)
      var x = try graph.add(.input(index: 0, shape: images), name: "x")
      func parameter(_ shape: [Int], _ name: String) throws -> ValueID {
        try graph.add(.constant(name: name, shape: shape), name: name)
      }
      let epilogue = Epilogue(bias: true, activation: .leakyRectify(leakiness: 0.1))
      if isDense {
        let w = try parameter([filters, images[1]], "w")
        graph.outputs = [try graph.add(.dense(epilogue), [x, w, try parameter([filters], "b")], name: "y")]
        return graph
      }
      // Pooling hands on NHWC, and rounds nothing.
      let same = PoolAttributes(
        window: Size2D(3), stride: Size2D(1), padding: Padding2D(top: 1, bottom: 1, left: 1, right: 1), ceil: false,
        mode: .max)
      x = try graph.add(.pool2D(same), [x], name: "pool")
      let kernel = attributes.kernel
      let w = try parameter([filters, images[1] / attributes.groups, kernel.height, kernel.width], "w")
      graph.outputs = [
        try graph.add(.conv2D(attributes, epilogue), [x, w, try parameter([filters], "b")], name: "y")
      ]
      return graph
    }
  }

  static let cases = [
    Case(
      images: [2, 24, 17, 16], filters: 136, attributes: ConvolutionAttributes(kernel: Size2D(1)), tile: "128x128",
      isVector: true),
    Case(
      images: [2, 18, 17, 17], filters: 130,
      attributes: ConvolutionAttributes(
        kernel: Size2D(3, 2), stride: Size2D(1, 1), dilation: Size2D(2, 1),
        padding: Padding2D(top: 3, bottom: 1, left: 0, right: 2)),
      tile: "128x128", isVector: false),
    Case(
      images: [3, 32, 13, 15], filters: 128,
      attributes: ConvolutionAttributes(
        kernel: Size2D(3), padding: Padding2D(top: 1, bottom: 1, left: 1, right: 1), groups: 2),
      tile: "128x64", isVector: true),
    Case(
      images: [2, 18, 16, 17], filters: 48, attributes: ConvolutionAttributes(kernel: Size2D(2)), tile: "128x64",
      isVector: false),
    Case(
      images: [3, 64, 13, 16], filters: 140,
      attributes: ConvolutionAttributes(kernel: Size2D(5, 3), stride: Size2D(2, 2)), tile: "64x64", isVector: true),
    Case(
      images: [1, 80, 9, 8], filters: 70,
      attributes: ConvolutionAttributes(kernel: Size2D(5, 3), stride: Size2D(2, 3)), tile: "32x32", isVector: true),
    Case(
      images: [1, 33, 13, 8], filters: 65, attributes: ConvolutionAttributes(kernel: Size2D(1)), tile: "64x64",
      isVector: false),
    Case(
      images: [1, 33, 7, 6], filters: 17, attributes: ConvolutionAttributes(kernel: Size2D(2)), tile: "32x32",
      isVector: false),
    Case(
      images: [260, 40], filters: 100, attributes: ConvolutionAttributes(kernel: Size2D(1)), isDense: true,
      tile: "128x64", isVector: true),
    Case(
      images: [9, 77], filters: 33, attributes: ConvolutionAttributes(kernel: Size2D(1)), isDense: true, tile: "32x32",
      isVector: false),
  ]

  @Test(arguments: cases, Precision.allCases)
  func sumsExactProducts(test: Case, precision: Precision) throws {
    var agreement = try DeviceAgreement(test.graph(), exact: precision.storage)
    (agreement.precision, agreement.numerics) = (precision, .fast)
    let plan = try agreement.check(batch: test.images[0]).plan
    let step = try #require(plan.steps.last)
    #expect(step.algorithm == "tensor_gemm" && step.kernel.hasSuffix(test.tile), "\(step.kernel)")
    // A caller's vectors are fp32, whatever the plan multiplies.
    let isVector = test.isVector && !(test.isDense && precision != .fp32)
    let launches = try LaunchList(plan)
    #expect(launches.modules().contains { $0.functions.contains { $0.hasSuffix(isVector ? "vectors" : "numbers") } })
  }

  /// Numbers with all digits: what is rounded is rounded once, before it is multiplied.
  @Test(arguments: zip(Precision.allCases, [2e-3, 1.5e-2, 2e-3]))
  func errorOfRounding(precision: Precision, tolerance: Double) throws {
    for test in Self.cases {
      var agreement = try DeviceAgreement(test.graph())
      (agreement.precision, agreement.numerics) = (precision, .fast)
      try agreement.check(batch: test.images[0], tolerance: tolerance)
    }
  }

  @Test func everyFamilyIsTested() {
    let tested = Set(Self.cases.map { "\($0.tile) \($0.isVector)" })
    for family in TensorKernel.families {
      for isVector in [false, true] { #expect(tested.contains("\(family.rows)x\(family.columns) \(isVector)")) }
    }
  }

  /// The word `await_copies` of the tests' header copies no earlier: a kernel that forgets it reads what was there.
  @Test func copiesAreMadeWhenTheyAreWaitedFor() throws {
    let body = """
      NETC_SHARED Quad shared[1];
        copy16(shared, a.p, true);
        end_copies();
        %
        a.p[8 + threadIdx.x] = ((const float *)shared)[threadIdx.x];
      """
    let text = KernelText.tensorModule([]) + "struct Arguments { float *p; int n; };\n"
    for (wait, isThere) in [("await_copies<0>();", true), ("await_copies<1>();", false)] {
      let source = text + "NETC_KERNEL(probe, Arguments, 1) {\n  \(body.replacing("%", with: wait))\n}\n"
      let found = try KernelProbe.run(source, threads: 1, initial: (0..<64).map { Float($0) })
      #expect((found[8] == 0) == isThere && found[8].isNaN != isThere)
    }
  }
}
