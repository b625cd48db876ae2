import CPUBackend
import GPUTestSupport
import NetIR
import NetworkTestSupport
import Testing

@testable import Compiler
@testable import Driver
@testable import GPUBackend

/// Gradients of images by cuDNN that are rectified as they are stored, and summed for the normalisation in front.
@Suite struct SummedGradientsTests {
  private typealias Agreement = DeviceTrainingAgreement
  private typealias Net = NormalisedImage
  private static let summing = "cudnn_conv2d_data_sums"

  private static func plan(_ graph: Graph, _ options: CompileOptions) throws -> CompiledNetwork {
    try #require(try Pipeline.run(Pipeline.training, graph, options, isTraining: true) { _, _ in true })
  }

  /// - Parameter kernel: that is quickest wherever it can be.
  private static func compiled(
    _ options: CompileOptions, kernel: String, _ compile: (CompileOptions) throws -> CompiledNetwork
  ) throws -> CompiledNetwork {
    let ruled = try compile(options).plan
    var (options, table) = (options, MeasurementTable(cpu: "", threads: 1))
    for step in ruled.steps where step.choice?.candidates.contains(where: { $0.kernel == kernel }) == true {
      table[ruled.tuningSignature(of: step), kernel] = 1
    }
    options.measurements = table
    return try compile(options)
  }

  private static func gradient(_ plan: Plan) throws -> Plan.Step {
    try #require(plan.steps.first { $0.op.kernelOp == .convolutionData })
  }

  /// Sums of the whole batch at once, and of slices that are joined; with either proposal.
  @Test(arguments: [(6, 1), (10, 1), (10, 2)])
  func agrees(image: Int, stride: Int) throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Net.graph(image: image, stride: stride)
    let (inputs, wanted, options) = (Net.inputs(graph), try Net.wanted(graph), Net.options(machine))
    let apart = try Agreement.executable(try Self.plan(graph, options), on: machine)
    #expect(try Self.gradient(apart.plan).kernel == "cudnn_conv2d_data")
    #expect(apart.list.launches.contains { $0.kernel == "channel_sums" })
    let others = try Agreement.run(apart, inputs)
    for kernel in [Self.summing, Self.summing + ".2"] {
      let compiled = try Self.compiled(options, kernel: kernel) { try Self.plan(graph, $0) }
      let executable = try Agreement.executable(compiled, on: machine)
      #expect(try Self.gradient(executable.plan).kernel == kernel)
      let launches = executable.list.launches
      let steps = executable.plan.stepsOfSums(of: try Self.gradient(executable.plan))
      #expect(steps.count == (image == 10 ? 2 : 1) && !launches.contains { steps.contains($0.steps[0]) })
      #expect(launches.contains { $0.kernel == kernel && $0.preceding.map(\.kernel) == ["inverse_deviations"] })
      // What a run leaves in memory must not reach the next one.
      _ = try Agreement.run(executable, inputs.map { $0.map { _ in .nan } })
      let found = try Agreement.run(executable, inputs)
      Agreement.check(found, wanted, of: graph, within: 1e-3)
      Agreement.check(found, others.map { $0.map(Double.init) }, of: graph, within: 1e-3)
    }
  }

  /// The sums are written before the filters' gradient is computed: nothing that is needed until then lies there.
  @Test func memoryForSumsIsPlanned() throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Net.graph(image: 10)
    let compiled = try Self.compiled(Net.options(machine), kernel: Self.summing) { try Self.plan(graph, $0) }
    let plan = compiled.plan
    let step = try Self.gradient(plan)
    let index = try #require(plan.steps.firstIndex { $0.result == step.result })
    let steps = plan.stepsOfSums(of: step)
    let last = try #require(steps.last)
    #expect(steps.count == 2 && steps[0] > index + 1)
    func bytes(_ tensor: Int) throws -> Range<Int> {
      let root = plan.tensors[plan.part(tensor).root]
      guard case .arena(let offset) = root.place else { return 0..<0 }
      return offset..<offset + root.bytes
    }
    let sums = plan.steps[last].result
    let joined = try bytes(sums)
    #expect(joined.count >= 2 * 24 * 4)
    for between in plan.steps[index..<last] {
      for case .tensor(let tensor) in between.operands + [.tensor(between.result)] {
        let used = try bytes(tensor)
        #expect(!used.overlaps(joined), "\(between.name) works where the sums lie")
      }
    }
    // 1/√(σ² + ε), and three vectors that nobody reads.
    #expect(SummedResults.scratchBytes(of: step, in: plan) == 4 * 256)
    #expect(try Agreement.executable(compiled, on: machine).memory.workspace >= 4 * 256)
  }

  /// The rule leaves sums to netc's kernels, though cuDNN refuses all others: nothing was measured.
  @Test func byTimeAlone() throws {
    let machine = try LibraryAgreement.machine.get()
    let plan = try Self.plan(try Net.graph(image: 20), Net.options(machine)).plan
    let step = try Self.gradient(plan)
    #expect(step.kernel == "cudnn_conv2d_data" && plan.tuningSignature(of: step).hasSuffix(" and its sums"))
    let candidates = try #require(step.choice?.candidates)
    let own = try #require(candidates.firstIndex { $0.kernel == "cuda_conv2d_data" })
    let summing = try #require(candidates.firstIndex { $0.kernel == Self.summing })
    #expect(candidates[summing].exclusion == nil && own < summing)
  }

  /// With sums it competes with the convolutions and the sums behind them.
  @Test(arguments: [(150, 60, true), (150, 50, false), (150, nil, false), (90, 0, true)])
  func againstConvolutions(time: Int, sums: Int?, wins: Bool) throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Net.graph(image: 20)
    var (options, table) = (Net.options(machine), MeasurementTable(cpu: "", threads: 1))
    let whole = try Self.plan(graph, options).plan
    let signature = whole.tuningSignature(of: try Self.gradient(whole))
    table[signature, "cudnn_conv2d_data"] = 200
    table[signature, Self.summing] = time
    table[signature, MeasurementTable.sums] = sums
    options.dataGradients = .lowered
    let lowered = try Self.plan(graph, options).plan
    let convolution = try #require(lowered.steps.last { $0.name == "z" && $0.op.kernelOp == .conv2D })
    table[lowered.tuningSignature(of: convolution), convolution.kernel] = 100
    (options.dataGradients, options.measurements) = (.chosen, table)
    let kernels = try Self.plan(graph, options).plan.steps.filter { $0.op.kernelOp == .convolutionData }.map(\.kernel)
    #expect(kernels == (wins ? [Self.summing] : []))
  }

  @Test(arguments: [Precision.fp32, .bf16])
  func ofFP16Alone(precision: Precision) throws {
    let options = Net.options(try LibraryAgreement.machine.get(), precision)
    let step = try Self.gradient(try Self.plan(try Net.graph(image: 6), options).plan)
    let reason = step.choice?.candidates.first { $0.kernel == Self.summing }?.exclusion
    #expect(reason == "it sums gradients of fp16 alone")
  }

  /// Where it is not all the gradient, somebody else wants it as it is, or other numbers are rectified or summed, there
  /// are no such candidates.
  @Test(arguments: NormalisedImage.Obstacle.allCases)
  func isNotTaken(obstacle: NormalisedImage.Obstacle) throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Net.graph(image: 6, obstacle)
    let compiled = try Self.plan(graph, Net.options(machine))
    let step = try Self.gradient(compiled.plan)
    #expect(step.choice?.candidates.contains { $0.kernel.contains("sums") } == false)
    #expect(!compiled.plan.tuningSignature(of: step).contains("sums"))
    let found = try Agreement.run(try Agreement.executable(compiled, on: machine), Net.inputs(graph))
    Agreement.check(found, try Net.wanted(graph), of: graph, within: 2e-3)
  }

  /// What was normalised has to be there before the gradient is computed.
  @Test(arguments: [false, true])
  func isKnownBefore(isLater: Bool) throws {
    var graph = Graph(name: "moments")
    let image = [2, 8, 4, 4]
    let x = try graph.add(.input(index: 0, shape: image), name: "x")
    let w = try graph.add(.input(index: 1, shape: [8, 8, 1, 1]), name: "w")
    let gamma = try graph.add(.input(index: 2, shape: [8]), name: "gamma")
    let beta = try graph.add(.input(index: 3, shape: [8]), name: "beta")
    let early = try graph.add(.training(.moments()), [x], name: "moments")
    let data = try graph.add(
      .gradient(.convolutionData(ConvolutionAttributes(kernel: Size2D(1)), image: Size2D(4))), [x, w], name: "data")
    let late = try graph.add(.training(.moments()), [x], name: "moments")
    let sums = try graph.add(
      .gradient(.normalizeSums(epsilon: 1e-3, isRectified: true)), [data, x, isLater ? late : early, gamma, beta],
      name: "sums")
    graph.outputs = [sums, late]
    #expect(graph.isSummed(data) == !isLater)
  }

  /// The fake sums channels in eights. What it refuses is planned anew, with sums of their own.
  @Test func refused() throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Net.graph(image: 6, channels: 20)
    let compiled = try Self.compiled(Net.options(machine), kernel: Self.summing) { try Self.plan(graph, $0) }
    #expect(try Self.gradient(compiled.plan).sumsResults)
    let executable = try Agreement.executable(compiled, on: machine)
    let step = try Self.gradient(executable.plan)
    #expect(step.kernel == "cudnn_conv2d_data")
    let refusal = step.choice?.candidates.first { $0.kernel == Self.summing }?.exclusion
    #expect(refusal?.contains("netc may use") == true)
    Agreement.check(
      try Agreement.run(executable, Net.inputs(graph)), try Net.wanted(graph), of: graph, within: 1e-3)
    // Refusals are found again where the gradient may be convolutions.
    var options = Net.options(machine)
    options.dataGradients = .chosen
    let strided = try Net.graph(image: 20, channels: 20, stride: 2)
    let (anew, engines) = try GPUStepCompiler(machine: machine).compiled(options) { options in
      try Self.compiled(options, kernel: Self.summing) { try Self.plan(strided, $0) }
    }
    #expect(engines.refusals.values.allSatisfy { $0.keys.allSatisfy { !$0.contains("sums") } })
    #expect(anew.plan.steps.allSatisfy { !$0.sumsResults })
  }

  /// A step of training: of its convolutions those sum their gradients whose images are normalised, rectified and read
  /// by nobody else.
  @Test func aStepAgrees() throws {
    let machine = try LibraryAgreement.machine.get()
    let net = try #require(TrainingNets.all.first { $0.name.contains("residual") })
    let step = try net.step(batch: 16, scalesLoss: true)
    var inputs = step.noise().map { $0.map(Float.init) }
    inputs[try #require(step.lossScale)] = [256]
    let wanted = try ReferenceInterpreter(step.graph, parameter: NoiseWeights.values)
      .run(inputs.map { $0.map(Double.init) })
    var options = Net.options(machine)
    options.batch = 16
    let plain = try Agreement.executable(try GPUStepCompiler.plan(step, options), on: machine)
    let compiled = try Self.compiled(options, kernel: Self.summing) { try GPUStepCompiler.plan(step, $0) }
    let executable = try Agreement.executable(compiled, on: machine)
    #expect(executable.plan.steps.filter(\.sumsResults).map(\.name) == ["b2", "a2"])
    #expect(!plain.plan.steps.contains { $0.sumsResults })
    let (found, others) = (try Agreement.run(executable, inputs), try Agreement.run(plain, inputs))
    Agreement.check(found, others.map { $0.map(Double.init) }, of: step.graph, within: 5e-3)
    // As all steps of such nets in fp16: a rectifier may decide otherwise.
    Agreement.check(found, wanted, of: step.graph, within: 0.1)
  }

  /// What a device takes for a gradient and the sums behind it is one time, and that of the sums is known apart.
  @Test func isTimed() throws {
    let machine = try DeviceAgreement.machine(FakeGPU(libraries: true))
    let net = TrainingCase(
      name: "two convolutions",
      yaml: """
        - Input: {shape: [null, 8, 4, 4]}
        - Conv2D: {num_filters: 8, filter_size: 3, pad: same, batch_norm: true}
        - Conv2D: {num_filters: 8, filter_size: 3, pad: same, batch_norm: true}
        - GlobalPool: {}
        - Dense: {num_units: 3, nonlinearity: softmax}
        """)
    let step = try net.step(batch: 4, scalesLoss: true)
    var options = Net.options(machine)
    (options.batch, options.dataGradients) = (4, .chosen)
    let tuner = GPUTuner(step, options, parameter: NoiseWeights.values, machine)
    var console = Console.standard()
    console.quiet = true
    let table = try tuner.run(console).table
    let summed = table.times.filter { $0.key.hasSuffix(" and its sums") }
    #expect(summed.count == 1)
    for (signature, times) in summed {
      #expect(times[Self.summing] != nil && times[Self.summing + ".2"] != nil, "\(signature): \(times.keys.sorted())")
      let (whole, sums) = (try #require(times["cudnn_conv2d_data"]), try #require(times[MeasurementTable.sums]))
      #expect(whole > sums)
    }
  }

  /// Every eleventh call fails once: another kernel computes the step, or there is an error. Nothing is left behind.
  @Test func callsFailInTurn() throws {
    let fake = FakeGPU(libraries: true)
    let graph = try Net.graph(image: 6)
    let (inputs, wanted) = (Net.inputs(graph), try Net.wanted(graph))
    let faults = try FaultsInTurn(fake, every: 11) {
      let machine = try DeviceAgreement.machine(fake)
      let compiled = try Self.compiled(Net.options(machine), kernel: Self.summing) { try Self.plan(graph, $0) }
      let found = try Agreement.run(try Agreement.executable(compiled, on: machine), inputs)
      Agreement.check(found, wanted, of: graph, within: 1e-3)
    }
    #expect(faults.calls > 100 && faults.failures > 10 && faults.successes > 10)
  }
}
