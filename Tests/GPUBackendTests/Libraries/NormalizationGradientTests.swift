import CPUBackend
import GPUTestSupport
import NetIR
import NetworkTestSupport
import Testing

@testable import Compiler
@testable import Driver
@testable import GPUBackend

/// Gradients of batch normalisations by cuDNN, the sums that they begin with included.
@Suite struct NormalizationGradientTests {
  private typealias Agreement = DeviceTrainingAgreement
  private typealias Whole = WholeNormalizationTests
  private static let kernel = "cudnn_normalization_gradient"

  /// What stands in the way.
  enum Obstacle: CaseIterable { case rectifier, otherGradient, otherMoments, stepBetween }

  /// Outputs: the gradients of β and γ, what was normalised and its gradient; the latter two convolved.
  private static func graph(image: Int, channels: Int = 24, _ obstacle: Obstacle? = nil) throws -> Graph {
    var graph = Graph(name: "gradients of \(channels) channels of \(image)×\(image)")
    func add(_ op: GraphOp, _ operands: [ValueID], _ name: String) throws -> ValueID {
      try graph.add(op, operands, name: name)
    }
    /// A convolution by ones: images that one makes or reads lie channels last.
    func convolved(_ x: ValueID, _ name: String) throws -> ValueID {
      let ones = try add(.fill(value: 1, shape: [channels, 1, 1, 1]), [], "ones of \(name)")
      let each = ConvolutionAttributes(kernel: Size2D(1), groups: channels)
      return try add(.conv2D(each, Epilogue(bias: false)), [x, ones], name)
    }
    func input(_ index: Int, _ name: String) throws -> ValueID {
      let input = try add(.input(index: index, shape: [Whole.batch, channels, image, image]), [], "\(name) in C order")
      return try convolved(input, name)
    }
    let epsilon: Float = 1e-3
    let x = try input(0, "x")
    var g = try input(1, "g")
    let gamma = try add(.input(index: 2, shape: [channels]), [], "gamma")
    let beta = try add(.input(index: 3, shape: [channels]), [], "beta")
    let moments = try add(.training(.moments()), [x], "moments")
    var (used, others) = (moments, [ValueID]())
    let y = try add(
      .training(.normalize(epsilon: epsilon, activation: obstacle == .rectifier ? .rectify : .linear)),
      [x, gamma, beta, moments], "y")
    let z = try convolved(y, "z")
    if obstacle == .rectifier { g = try add(.gradient(.activation(.rectify)), [g, y], "y") }
    if obstacle == .otherMoments { used = try add(.training(.moments()), [g], "moments of g") }
    let sums = try add(.gradient(.normalizeSums(epsilon: epsilon)), [g, x, used], "y")
    if obstacle == .stepBetween { others.append(try add(.globalPool(.mean), [x], "mean")) }
    let summed = obstacle == .otherGradient ? x : g
    let data = try add(.gradient(.normalizeData(epsilon: epsilon)), [summed, x, gamma, moments, sums], "y")
    let rows = try (0..<2).map {
      try add(.rearrange(.slice([2, channels], axis: 0, start: $0, count: 1)), [sums], ["beta", "gamma"][$0])
    }
    graph.outputs = rows + [z, try convolved(data, "dx")] + others
    return graph
  }

  private static func sums(_ plan: Plan) throws -> Plan.Step {
    try #require(plan.steps.first { $0.op.kernelOp == .normalizeSums })
  }

  /// Sums of the whole batch at once, and of slices that are joined; with either proposal. What nobody reads any more
  /// may lie where the gradient does, but for cuDNN, which may read it twice: the fake refuses that.
  @Test(arguments: [6, 20], [("bf16", 0.01), ("fp16", 2e-3)])
  func agrees(image: Int, precision: (name: String, bound: Double)) throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: image)
    let inputs = Whole.inputs(graph)
    let wanted = try Whole.wanted(graph, inputs)
    let options = Whole.options(machine, try #require(Precision(rawValue: precision.name)))
    let own = try Agreement.executable(try Whole.plan(graph, options), on: machine)
    #expect(own.list.launches.contains { $0.kernel == "channel_sums" })
    let others = try Agreement.run(own, inputs).map { $0.map(Double.init) }
    for kernel in [Self.kernel, Self.kernel + ".2"] {
      let compiled = try Whole.compiled(options, kernel: kernel) { try Whole.plan(graph, $0) }
      let executable = try Agreement.executable(compiled, on: machine)
      #expect(try Self.sums(executable.plan).kernel == kernel)
      let launches = executable.list.launches
      #expect(launches.contains { $0.preceding.map(\.kernel) == ["inverse_deviations"] })
      #expect(!launches.contains { ["channel_sums", "batch_sum"].contains($0.kernel) })
      #expect(executable.plan.steps.contains { $0.op.kernelOp == .batchSum } == (image == 20))
      // What a run leaves in memory must not reach the next one.
      _ = try Agreement.run(executable, inputs.map { $0.map { _ in .nan } })
      let found = try Agreement.run(executable, inputs)
      Agreement.check(found, wanted, of: graph, within: precision.bound)
      Agreement.check(found, others, of: graph, within: precision.bound)
      // Sums are of fp32.
      for row in 0..<2 {
        for (a, b) in zip(found[row], wanted[row]) { #expect(abs(Double(a) - b) <= 1e-4 * (1 + abs(b))) }
      }
    }
  }

  /// The rule leaves all of it to netc's kernels: nothing was measured.
  @Test func byTimeAlone() throws {
    let machine = try LibraryAgreement.machine.get()
    let plan = try Whole.plan(try Self.graph(image: 20), Whole.options(machine)).plan
    let step = try Self.sums(plan)
    #expect(step.kernel == "cuda_normalize_sums")
    #expect(step.choice?.candidates.map(\.kernel) == ["cuda_normalize_sums", Self.kernel, Self.kernel + ".2"])
    #expect(step.choice?.candidates.allSatisfy { $0.exclusion == nil } == true)
    #expect(plan.tuningSignature(of: step).hasSuffix(" and the gradient of what was normalised"))
  }

  @Test(arguments: [(Precision.fp32, Numerics.fast, "bf16 and fp16 alone"), (.bf16, .strict, "strict numerics")])
  func exclusions(precision: Precision, numerics: Numerics, words: String) throws {
    let options = Whole.options(try LibraryAgreement.machine.get(), precision, numerics)
    let step = try Self.sums(try Whole.plan(try Self.graph(image: 6), options).plan)
    let reason = step.choice?.candidates.first { $0.kernel == Self.kernel }?.exclusion
    #expect(reason?.contains(words) == true, "\(reason ?? "none")")
  }

  /// What does not fit is left to netc's kernels, rectified ones above all; the rest of it is right.
  @Test(arguments: Obstacle.allCases)
  func obstacles(obstacle: Obstacle) throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: 6, obstacle)
    let compiled = try Whole.compiled(Whole.options(machine, .fp16), kernel: Self.kernel) { try Whole.plan(graph, $0) }
    let executable = try Agreement.executable(compiled, on: machine)
    let step = try Self.sums(executable.plan)
    #expect(!step.normalizes && step.choice == nil)
    let inputs = Whole.inputs(graph)
    Agreement.check(try Agreement.run(executable, inputs), try Whole.wanted(graph, inputs), of: graph, within: 4e-3)
  }

  /// The fake normalises channels in eights. What it refuses netc's kernels compute.
  @Test func refused() throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: 6, channels: 20)
    let compiled = try Whole.compiled(Whole.options(machine), kernel: Self.kernel) { try Whole.plan(graph, $0) }
    #expect(try Self.sums(compiled.plan).normalizes)
    let executable = try Agreement.executable(compiled, on: machine)
    let step = try Self.sums(executable.plan)
    #expect(step.kernel == "cuda_normalize_sums")
    let refusal = step.choice?.candidates.first { $0.kernel == Self.kernel }?.exclusion
    #expect(refusal?.contains("netc may use") == true)
    let inputs = Whole.inputs(graph)
    Agreement.check(try Agreement.run(executable, inputs), try Whole.wanted(graph, inputs), of: graph, within: 0.01)
  }

  /// A plan that was made for netc's kernel lets the gradient lie on what it is computed of: no library may take it.
  @Test func writesOverNothing() throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: 6)
    let own = try Whole.plan(graph, Whole.options(machine, .fp16)).plan
    let taken = try Whole.compiled(Whole.options(machine, .fp16), kernel: Self.kernel) { try Whole.plan(graph, $0) }
    func product(_ plan: Plan) throws -> LibraryProduct? {
      let index = try #require(plan.steps.firstIndex { $0.op.kernelOp == .normalizeSums })
      return LibraryProduct(normalization: index, of: plan)
    }
    #expect(try product(own) == nil)
    #expect(try product(taken.plan)?.wanted == .image)
  }

  /// A step of training: of a residual net, the normalisations in front of its sums.
  @Test func aStepAgrees() throws {
    let machine = try LibraryAgreement.machine.get()
    let net = try #require(TrainingNets.all.first { $0.name.contains("residual") })
    let step = try net.step(batch: 16, scalesLoss: true)
    var inputs = step.noise().map { $0.map(Float.init) }
    inputs[try #require(step.lossScale)] = [256]
    let wanted = try Whole.wanted(step.graph, inputs)
    var options = Whole.options(machine, .fp16)
    options.batch = 16
    let plain = try Agreement.executable(try GPUStepCompiler.plan(step, options), on: machine)
    let compiled = try Whole.compiled(options, kernel: Self.kernel) { try GPUStepCompiler.plan(step, $0) }
    let executable = try Agreement.executable(compiled, on: machine)
    let steps = executable.plan.steps.filter { $0.op.kernelOp == .normalizeSums }
    for step in steps {
      guard case .gradient(.normalizeSums(_, _, let isRectified)) = step.op else { continue }
      #expect(step.normalizes == !isRectified)
    }
    #expect(steps.contains { $0.normalizes } && !steps.allSatisfy { $0.normalizes })
    #expect(!plain.plan.steps.contains { $0.normalizes })
    let (found, others) = (try Agreement.run(executable, inputs), try Agreement.run(plain, inputs))
    Agreement.check(found, others.map { $0.map(Double.init) }, of: step.graph, within: 0.02)
    // As all steps of such nets in fp16: a rectifier may decide otherwise.
    Agreement.check(found, wanted, of: step.graph, within: 0.1)
  }

  /// What a device takes for sums and the gradient is one time, whoever computes them.
  @Test func isTimed() throws {
    let machine = try DeviceAgreement.machine(FakeGPU(libraries: true))
    let net = TrainingCase(
      name: "a convolution that is not rectified",
      yaml: """
        - Input: {shape: [null, 8, 4, 4]}
        - Conv2D: {num_filters: 8, filter_size: 3, pad: same, nonlinearity: linear, batch_norm: true}
        - GlobalPool: {}
        - Dense: {num_units: 3, nonlinearity: softmax}
        """)
    let step = try net.step(batch: 4, scalesLoss: true)
    var options = Whole.options(machine, .fp16)
    options.batch = 4
    let tuner = GPUTuner(step, options, parameter: NoiseWeights.values, machine)
    var console = Console.standard()
    console.quiet = true
    let times = try tuner.run(console).table.times
    let one = try #require(times.first { $0.key.hasSuffix(" and the gradient of what was normalised") }).value
    #expect(Set(one.keys) == ["cuda_normalize_sums", Self.kernel, Self.kernel + ".2", MeasurementTable.sums])
    #expect(try #require(one["cuda_normalize_sums"]) > #require(one[MeasurementTable.sums]))
  }

  /// Every seventh call fails once: another kernel computes the step, or there is an error. Nothing is left behind.
  @Test func callsFailInTurn() throws {
    let fake = FakeGPU(libraries: true)
    let graph = try Self.graph(image: 6)
    let inputs = Whole.inputs(graph)
    let wanted = try Whole.wanted(graph, inputs)
    let faults = try FaultsInTurn(fake, every: 7) {
      let machine = try DeviceAgreement.machine(fake)
      let compiled = try Whole.compiled(Whole.options(machine), kernel: Self.kernel) { try Whole.plan(graph, $0) }
      let found = try Agreement.run(try Agreement.executable(compiled, on: machine), inputs)
      Agreement.check(found, wanted, of: graph, within: 0.01)
    }
    #expect(faults.calls > 100 && faults.failures > 10 && faults.successes > 10)
  }
}
