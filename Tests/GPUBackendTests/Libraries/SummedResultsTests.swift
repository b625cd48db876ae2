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
  private static let batch = 8

  /// A convolution of images that lie channels last, its moments, and what is normalised with them.
  private static func graph(image: Int, filters: Int = 24) throws -> Graph {
    var graph = Graph(name: "\(filters) filters of \(image)×\(image)")
    func input(_ index: Int, _ shape: [Int]) throws -> ValueID {
      try graph.add(.input(index: index, shape: shape), name: "input \(index)")
    }
    let x = try input(0, [batch, 16, image, image])
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

  private static func options(
    _ machine: GPUMachine, _ precision: Precision = .bf16, _ numerics: Numerics = .fast
  ) -> CompileOptions {
    CompileOptions(
      batch: batch, precision: precision, numerics: numerics, target: machine.device.target,
      catalogue: machine.catalogue)
  }

  /// - Parameter kernel: that is quickest wherever it can be.
  private static func compiled(_ graph: Graph, _ options: CompileOptions, kernel: String? = nil) throws
    -> CompiledNetwork
  {
    var options = options
    func compile() throws -> CompiledNetwork {
      try #require(try Pipeline.run(Pipeline.training, graph, options, isTraining: true) { _, _ in true })
    }
    let ruled = try compile()
    guard let kernel else { return ruled }
    var table = MeasurementTable(cpu: "", threads: 1)
    for step in ruled.plan.steps where step.choice?.candidates.contains(where: { $0.kernel == kernel }) == true {
      table[ruled.plan.tuningSignature(of: step), kernel] = 1
    }
    options.measurements = table
    return try compile()
  }

  private static func convolution(_ plan: Plan) throws -> Plan.Step {
    try #require(plan.steps.first { $0.name == "y" && $0.op.kernelOp == .conv2D })
  }

  private static func inputs(_ graph: Graph) -> [[Float]] {
    graph.inputs.enumerated().map { Noise.floats(graph[$1].shape.elements, seed: UInt64($0) + 1) }
  }

  /// Moments of the whole batch at once, and of slices that are joined; with either proposal.
  @Test(arguments: [6, 20], [(Precision.bf16, 0.02), (.fp16, 3e-3)])
  func agrees(image: Int, arithmetic: (Precision, Double)) throws {
    let (precision, bound) = arithmetic
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: image)
    let inputs = Self.inputs(graph)
    let wanted = try ReferenceInterpreter(graph, parameter: NoiseWeights.values).run(inputs.map { $0.map(Double.init) })
    let options = Self.options(machine, precision)
    let apart = try Agreement.executable(try Self.compiled(graph, options, kernel: "cudnn_conv2d"), on: machine)
    #expect(try Self.convolution(apart.plan).kernel == "cudnn_conv2d")
    let joins = apart.plan.steps.contains { if case .training(.joinMoments) = $0.op { true } else { false } }
    #expect(joins == (image == 20))
    let moments = try Agreement.run(apart, inputs)[0]
    for kernel in ["cudnn_conv2d_sums", "cudnn_conv2d_sums.2"] {
      let executable = try Agreement.executable(try Self.compiled(graph, options, kernel: kernel), on: machine)
      #expect(try Self.convolution(executable.plan).kernel == kernel)
      let launches = executable.list.launches
      #expect(!launches.contains { ["moments", "join_moments"].contains($0.kernel) })
      #expect(launches.contains { $0.following.map(\.kernel) == ["moments_of_sums"] })
      // What a run leaves in memory must not reach the next one.
      _ = try Agreement.run(executable, inputs.map { $0.map { _ in .nan } })
      let found = try Agreement.run(executable, inputs)
      Agreement.check(found, wanted, of: graph, within: bound)
      // Sums alone are less exact than moments, by little where numbers have few bits.
      for (a, b) in zip(found[0], moments) { #expect(abs(a - b) <= 1e-4 * max(abs(b), 1)) }
    }
  }

  @Test func memoryForSumsIsPlanned() throws {
    let machine = try LibraryAgreement.machine.get()
    let compiled = try Self.compiled(
      try Self.graph(image: 6), Self.options(machine), kernel: "cudnn_conv2d_sums")
    #expect(try Agreement.executable(compiled, on: machine).memory.workspace == 512)
  }

  /// The rule leaves moments to netc's kernels: nothing was measured.
  @Test func byTimeAlone() throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: 20)
    let step = try Self.convolution(try Self.compiled(graph, Self.options(machine)).plan)
    #expect(step.kernel == "cudnn_conv2d")
    let candidate = try #require(step.choice?.candidates.first { $0.kernel == "cudnn_conv2d_sums" })
    #expect(candidate.exclusion == nil)
    let plan = try Self.compiled(graph, Self.options(machine)).plan
    #expect(plan.tuningSignature(of: step).hasSuffix(" and its moments"))
  }

  @Test(arguments: [(Precision.fp32, Numerics.fast, "bf16 and fp16 alone"), (.bf16, .strict, "strict numerics")])
  func exclusions(precision: Precision, numerics: Numerics, words: String) throws {
    let options = Self.options(try LibraryAgreement.machine.get(), precision, numerics)
    let step = try Self.convolution(try Self.compiled(try Self.graph(image: 6), options).plan)
    let reason = step.choice?.candidates.first { $0.kernel == "cudnn_conv2d_sums" }?.exclusion
    #expect(reason?.contains(words) == true, "\(reason ?? "none")")
  }

  /// Without moments behind it a convolution has no such candidates.
  @Test func onlyWhereMomentsAreTaken() throws {
    let plan = try LibraryAgreement(
      try DeviceAgreement(try Networks.of(LibraryEnginesTests.yaml).lowered(batch: 9).graph)
    ).compiled(batch: 9, on: try LibraryAgreement.machine.get()).plan
    #expect(plan.steps.allSatisfy { $0.choice?.candidates.contains { $0.kernel.contains("sums") } != true })
  }

  /// The fake sums channels in eights.
  @Test func refused() throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: 6, filters: 20)
    let compiled = try Self.compiled(graph, Self.options(machine), kernel: "cudnn_conv2d_sums")
    #expect(try Self.convolution(compiled.plan).kernel == "cudnn_conv2d_sums")
    let executable = try Agreement.executable(compiled, on: machine)
    let step = try Self.convolution(executable.plan)
    #expect(!step.sumsResults)
    let refusal = step.choice?.candidates.first { $0.kernel == "cudnn_conv2d_sums" }?.exclusion
    #expect(refusal?.contains("netc may use") == true)
    let inputs = Self.inputs(graph)
    let wanted = try ReferenceInterpreter(graph, parameter: NoiseWeights.values).run(inputs.map { $0.map(Double.init) })
    Agreement.check(try Agreement.run(executable, inputs), wanted, of: graph, within: 0.02)
  }

  /// Every third call fails once: another kernel computes the step, or there is an error. Nothing is left behind.
  @Test func callsFailInTurn() throws {
    let fake = FakeGPU(libraries: true)
    let graph = try Self.graph(image: 6)
    let inputs = Self.inputs(graph)
    let wanted = try ReferenceInterpreter(graph, parameter: NoiseWeights.values).run(inputs.map { $0.map(Double.init) })
    let faults = try FaultsInTurn(fake, every: 3) {
      let machine = try DeviceAgreement.machine(fake)
      let compiled = try Self.compiled(graph, Self.options(machine), kernel: "cudnn_conv2d_sums")
      let found = try Agreement.run(try Agreement.executable(compiled, on: machine), inputs)
      Agreement.check(found, wanted, of: graph, within: 0.02)
    }
    #expect(faults.calls > 100 && faults.failures > 10 && faults.successes > 10)
  }
}
