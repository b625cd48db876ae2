import Compiler
import GPUKernels
import NetIR
import NetworkTestSupport
import Testing

@testable import GPUBackend

/// Gradients of filters on tensor cores. Where all numbers have so few digits that their products are exact, only the
/// order of sums tells them from double precision: a fragment that holds another row or pixel would show.
@Suite struct TensorWeightGradientTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var images: [Int]
    var filters: Int
    var attributes: ConvolutionAttributes
    /// What it is to be computed with, of any storage.
    var tile: String
    var isVector: Bool

    var testDescription: String { "\(images) to \(filters), kernel \(attributes.kernel), \(tile)" }

    /// Images and gradients as kernels hand them on where operands are copied, else as the caller has them; the gradient
    /// is that of x·w.
    func graph() throws -> Graph {
      var graph = Graph(name: tile)
      let channels = images[1]
      let x = try graph.add(.input(index: 0, shape: images), name: "x")
      let w = [filters, channels / attributes.groups, attributes.kernel.height, attributes.kernel.width]
      let result = try GraphOp.conv2D(attributes, Epilogue(bias: false)).resultShape([images, w])
      let g = try graph.add(.input(index: 1, shape: result), name: "g")
      var operands = [x, g]
      // By ones: nothing is rounded that was not before.
      for (place, value) in operands.enumerated() where isVector {
        let count = graph[value].shape[1]
        let ones = try graph.add(.input(index: 2 + place, shape: [count, 1, 1, 1]), name: "ones")
        let copy = GraphOp.conv2D(
          ConvolutionAttributes(kernel: Size2D(1), groups: count), Epilogue(bias: false))
        operands[place] = try graph.add(copy, [value, ones], name: "copy")
      }
      graph.outputs = [try graph.add(.gradient(.convolutionWeights(attributes)), operands, name: "gradient")]
      return graph
    }

    func agreement(exact: StorageType?) throws -> DeviceTrainingAgreement {
      let graph = try graph()
      let inputs = graph.inputs.enumerated().map { place, input in
        let count = graph[input].shape.elements
        return place < 2
          ? DeviceAgreement.rounded(Noise.floats(count, seed: UInt64(place) + 1), to: exact)
          : [Float](repeating: 1, count: count)
      }
      return try DeviceTrainingAgreement(graph, inputs: inputs)
    }
  }

  static let cases = [
    Case(
      images: [2, 136, 5, 7], filters: 200, attributes: ConvolutionAttributes(kernel: Size2D(1)), tile: "128x128",
      isVector: true),
    Case(
      images: [2, 18, 9, 9], filters: 130,
      attributes: ConvolutionAttributes(
        kernel: Size2D(3, 3), stride: Size2D(1, 1), dilation: Size2D(2, 1),
        padding: Padding2D(top: 3, bottom: 1, left: 0, right: 2)),
      tile: "128x128", isVector: false),
    Case(
      images: [1, 16, 13, 15], filters: 72,
      attributes: ConvolutionAttributes(
        kernel: Size2D(3), padding: Padding2D(top: 1, bottom: 1, left: 1, right: 1)),
      tile: "64x64", isVector: true),
    Case(
      images: [3, 32, 9, 8], filters: 96,
      attributes: ConvolutionAttributes(kernel: Size2D(3, 2), stride: Size2D(2, 3), groups: 2), tile: "64x64",
      isVector: true),
    Case(
      images: [1, 33, 8, 7], filters: 65, attributes: ConvolutionAttributes(kernel: Size2D(2)), tile: "64x64",
      isVector: false),
    Case(
      images: [1, 40, 6, 6], filters: 24,
      attributes: ConvolutionAttributes(kernel: Size2D(3), stride: Size2D(2, 1)), tile: "32x64", isVector: true),
    // In slices of an image each.
    Case(
      images: [4, 24, 12, 12], filters: 24, attributes: ConvolutionAttributes(kernel: Size2D(1)), tile: "32x64",
      isVector: true),
    Case(
      images: [3, 3, 14, 11], filters: 17,
      attributes: ConvolutionAttributes(
        kernel: Size2D(5, 4), stride: Size2D(2), padding: Padding2D(top: 2, bottom: 2, left: 2, right: 1)),
      tile: "32x64", isVector: false),
  ]

  private func check(_ test: Case, exact: Bool, _ precision: Precision, _ tolerance: Double) throws -> Plan {
    try test.agreement(exact: exact ? precision.storage : nil)
      .check(batch: test.images[0], tolerance: tolerance, precision: precision, numerics: .fast)
  }

  @Test(arguments: cases, Precision.allCases)
  func sumsExactProducts(test: Case, precision: Precision) throws {
    let plan = try check(test, exact: true, precision, 1e-5)
    let step = try #require(plan.steps.first { if case .gradient(.convolutionWeights) = $0.op { true } else { false } })
    #expect(step.algorithm == "tensor_gemm" && step.kernel.hasSuffix(test.tile), "\(step.kernel)")
    let launch = try #require(try LaunchList(plan).launches.first { $0.tensorKernel?.product == .weightGradient })
    #expect(launch.tensorKernel?.isVector == test.isVector && launch.tensorKernel?.storage == precision.storage)
  }

  /// Numbers with all digits: what is rounded is rounded once, before it is multiplied.
  @Test(arguments: zip(Precision.allCases, [2e-3, 1.5e-2, 2e-3]))
  func errorOfRounding(precision: Precision, tolerance: Double) throws {
    for test in Self.cases { _ = try check(test, exact: false, precision, tolerance) }
  }

  @Test func everyFamilyIsTested() {
    let tested = Set(Self.cases.map { "\($0.tile) \($0.isVector)" })
    for family in TensorKernel.gradientFamilies {
      for isVector in [false, true] { #expect(tested.contains("\(family.rows)x\(family.columns) \(isVector)")) }
    }
  }

  /// Few filters or columns would be padding for the most part, and strict numerics do without.
  @Test func smallProductsStayOffTensorCores() throws {
    let machine = try DeviceAgreement.machine.get()
    func algorithm(_ filters: Int, _ numerics: Numerics) throws -> String? {
      var test = Self.cases[2]
      test.filters = filters
      let plan = try DeviceTrainingAgreement.compiled(test.graph(), batch: 1, .fp32, numerics, for: machine.device).plan
      return plan.steps.first { if case .gradient(.convolutionWeights) = $0.op { true } else { false } }?.algorithm
    }
    #expect(try algorithm(15, .fast) == "implicit_gemm" && algorithm(16, .fast) == "tensor_gemm")
    #expect(try algorithm(72, .strict) == "implicit_gemm")
  }
}
