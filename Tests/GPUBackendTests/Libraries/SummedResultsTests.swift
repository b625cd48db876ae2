import CPUBackend
import GPUTestSupport
import NetIR
import NetworkTestSupport
import Testing

@testable import Compiler
@testable import GPUBackend

/// Convolutions by cuDNN that sum their results for the normalisation behind them.
@Suite struct SummedResultsTests {
  private typealias Agreement = DeviceTrainingAgreement
  private typealias Pattern = TrainingPattern
  private static let pattern = Pattern("cudnn_conv2d_sums", other: "cuda_conv2d_bf16_32x32") {
    $0.name == "y" && $0.op.kernelOp == .conv2D
  }

  /// A convolution of images that lie channels last, its moments, and what is normalised with them.
  private static func graph(image: Int, filters: Int = 24) throws -> Graph {
    var graph = Graph(name: "\(filters) filters of \(image)×\(image)")
    func input(_ index: Int, _ shape: [Int]) throws -> ValueID {
      try graph.add(.input(index: index, shape: shape), name: "input \(index)")
    }
    let x = try input(0, [Pattern.batch, 16, image, image])
    let (w, gamma, beta) = (try input(1, [filters, 16, 3, 3]), try input(2, [filters]), try input(3, [filters]))
    let scales = try graph.add(.constant(name: "scales", shape: [16, 1, 1, 1]), name: "scales")
    let each = ConvolutionAttributes(kernel: Size2D(1), groups: 16)
    let scaled = try graph.add(.conv2D(each, Epilogue(bias: false)), [x, scales], name: "scaled")
    let attributes = ConvolutionAttributes(
      kernel: Size2D(3), padding: Padding2D(top: 1, bottom: 1, left: 1, right: 1))
    let y = try graph.add(.conv2D(attributes, Epilogue(bias: false)), [scaled, w], name: "y")
    let moments = try graph.add(.training(.moments()), [y], name: "moments")
    graph.outputs = [
      moments, try graph.add(.training(.normalize(epsilon: 1e-3)), [y, gamma, beta, moments], name: "normalised"),
    ]
    return graph
  }

  private static func agreement(_ graph: Graph) throws -> Agreement {
    let inputs = graph.inputs.enumerated().map { Noise.floats(graph[$1].shape.elements, seed: UInt64($0) + 1) }
    return try Agreement(graph, inputs: inputs)
  }

  /// Moments of the whole batch at once, and of slices that are joined; with either proposal.
  @Test(arguments: [6, 20], [(Precision.bf16, 0.02), (.fp16, 3e-3)])
  func agrees(image: Int, arithmetic: (Precision, Double)) throws {
    let (precision, bound) = arithmetic
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: image)
    let test = try Self.agreement(graph)
    let options = Pattern.options(machine, precision)
    let apart = try Agreement.executable(try Self.pattern.taken(graph, options, by: "cudnn_conv2d"), on: machine)
    #expect(try Self.pattern.step(apart.plan).kernel == "cudnn_conv2d")
    let joins = apart.plan.steps.contains { if case .training(.joinMoments) = $0.op { true } else { false } }
    #expect(joins == (image == 20))
    let moments = try Agreement.run(apart, test.inputs)[0]
    for kernel in Self.pattern.proposals {
      let executable = try Agreement.executable(try Self.pattern.taken(graph, options, by: kernel), on: machine)
      #expect(try Self.pattern.step(executable.plan).kernel == kernel)
      let launches = executable.list.launches
      #expect(!launches.contains { ["moments", "join_moments"].contains($0.kernel) })
      #expect(launches.contains { $0.following.map(\.kernel) == ["moments_of_sums"] })
      let found = try test.runTwice(executable)
      test.check(found, within: bound)
      // Sums alone are less exact than moments, by little where numbers have few bits.
      for (a, b) in zip(found[0], moments) { #expect(abs(a - b) <= 1e-4 * max(abs(b), 1)) }
    }
  }

  @Test func memoryForSumsIsPlanned() throws {
    let machine = try LibraryAgreement.machine.get()
    let compiled = try Self.pattern.taken(try Self.graph(image: 6), Pattern.options(machine))
    #expect(try Agreement.executable(compiled, on: machine).memory.workspace == 512)
  }

  /// The rule leaves moments to netc's kernels: nothing was measured.
  @Test func byTimeAlone() throws {
    let machine = try LibraryAgreement.machine.get()
    let plan = try Pattern.ruled(try Self.graph(image: 20), Pattern.options(machine)).plan
    let step = try Self.pattern.step(plan)
    #expect(step.kernel == "cudnn_conv2d")
    let candidate = try #require(step.choice?.candidates.first { $0.kernel == Self.pattern.kernel })
    #expect(candidate.exclusion == nil)
    #expect(plan.tuningSignature(of: step).hasSuffix(" and its moments"))
  }

  @Test(arguments: [(Precision.fp32, Numerics.fast, "bf16 and fp16 alone"), (.bf16, .strict, "strict numerics")])
  func exclusions(precision: Precision, numerics: Numerics, words: String) throws {
    let options = Pattern.options(try LibraryAgreement.machine.get(), precision, numerics)
    try Self.pattern.checkExclusion(from: try Self.graph(image: 6), options, words)
  }

  /// Without moments behind it a convolution has no such candidates.
  @Test func onlyWhereMomentsAreTaken() throws {
    let plan = try LibraryAgreement(
      try DeviceAgreement(try Networks.of(LibraryEnginesTests.yaml).lowered(batch: 9).graph)
    ).compiled(batch: 9, on: try LibraryAgreement.machine.get()).plan
    #expect(plan.steps.allSatisfy { $0.choice?.candidates.contains { $0.kernel.contains("sums") } != true })
  }

  @Test func refused() throws {
    let test = try Self.agreement(try Self.graph(image: 6, filters: 20))
    try Self.pattern.checkRefusal(test, Pattern.options(try LibraryAgreement.machine.get()), within: 0.02)
  }

  @Test func callsFailInTurn() throws {
    try Self.pattern.checkFaults(try Self.agreement(try Self.graph(image: 6)), every: 3, within: 0.02) {
      Pattern.options($0)
    }
  }
}
