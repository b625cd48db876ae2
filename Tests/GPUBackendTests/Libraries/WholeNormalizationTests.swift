import CPUBackend
import GPUTestSupport
import NetIR
import NetworkTestSupport
import Testing

@testable import Compiler
@testable import Driver
@testable import GPUBackend

/// Batch normalisations by cuDNN, moments, residual and rectifier included.
@Suite struct WholeNormalizationTests {
  private typealias Agreement = DeviceTrainingAgreement
  static let batch = 8
  private static let whole = "cudnn_normalization"

  /// What follows the normalisation.
  enum Form: CaseIterable { case plain, rectified, added, addedAndRectified }

  /// What stands in the way of all that follows, or of some.
  enum Obstacle: CaseIterable { case leakyRectifier, otherMoments, otherStep, anotherReader, factors, twice }

  private static func graph(
    image: Int, channels: Int = 24, _ form: Form = .addedAndRectified, _ obstacle: Obstacle? = nil
  ) throws -> Graph {
    var graph = Graph(name: "\(channels) channels of \(image)×\(image), \(form)")
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
      let input = try add(.input(index: index, shape: [batch, channels, image, image]), [], "\(name) in C order")
      return try convolved(input, name)
    }
    let residual = try input(0, "residual")
    let x = try input(1, "x")
    let gamma = try add(.input(index: 2, shape: [channels]), [], "gamma")
    let beta = try add(.input(index: 3, shape: [channels]), [], "beta")
    let moments = try add(.training(.moments()), [x], "moments")
    var (used, others) = (moments, [ValueID]())
    if obstacle == .otherMoments {
      used = try add(.training(.moments()), [residual], "other moments")
      others.append(moments)
    }
    if obstacle == .otherStep { others.append(try add(.globalPool(.mean), [residual], "mean")) }
    var y = try add(.training(.normalize(epsilon: 1e-3)), [x, gamma, beta, used], "normalised")
    if obstacle == .anotherReader { others.append(try add(.globalPool(.mean), [y], "mean of it")) }
    if [.added, .addedAndRectified].contains(form) {
      let sum = ElementwiseAttributes(kind: .sum, coefficients: obstacle == .factors ? [1, 2] : [])
      y = try add(.elementwise(sum, .linear), [y, obstacle == .twice ? y : residual], "sum")
    }
    if [.rectified, .addedAndRectified].contains(form) {
      let activation: Activation = obstacle == .leakyRectifier ? .leakyRectify(leakiness: 0.25) : .rectify
      y = try add(.activation(activation), [y], "y")
    }
    // As the gradients would read them.
    let (sumOfX, sumOfResidual) = (try add(.globalPool(.mean), [x], "x"), try add(.globalPool(.mean), [residual], "r"))
    graph.outputs = [used, try convolved(y, "z")] + others + [sumOfX, sumOfResidual]
    return graph
  }

  static func options(
    _ machine: GPUMachine, _ precision: Precision = .bf16, _ numerics: Numerics = .fast
  ) -> CompileOptions {
    CompileOptions(
      batch: batch, precision: precision, numerics: numerics, target: machine.device.target,
      catalogue: machine.catalogue)
  }

  static func plan(_ graph: Graph, _ options: CompileOptions) throws -> CompiledNetwork {
    try #require(try Pipeline.run(Pipeline.training, graph, options, isTraining: true) { _, _ in true })
  }

  /// - Parameter kernel: that is quickest wherever it can be.
  static func compiled(
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

  static func inputs(_ graph: Graph) -> [[Float]] {
    graph.inputs.enumerated().map { index, id in
      Noise.floats(graph[id].shape.elements, seed: UInt64(index) + 1).map { ($0 * 16).rounded() / 16 }
    }
  }

  static func wanted(_ graph: Graph, _ inputs: [[Float]]) throws -> [[Double]] {
    try ReferenceInterpreter(graph, parameter: NoiseWeights.values).run(inputs.map { $0.map(Double.init) })
  }

  private static func moments(_ plan: Plan) throws -> Plan.Step {
    try #require(plan.steps.first { $0.op.kernelOp == .moments })
  }

  /// Moments of the whole batch at once, and of slices that are joined; with either proposal.
  @Test(arguments: [6, 20], Form.allCases)
  func agrees(image: Int, form: Form) throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: image, form)
    let inputs = Self.inputs(graph)
    let wanted = try Self.wanted(graph, inputs)
    for (precision, bound) in [(Precision.bf16, 0.01), (.fp16, 1e-3)] {
      for kernel in [Self.whole, Self.whole + ".2"] {
        let compiled = try Self.compiled(Self.options(machine, precision), kernel: kernel) { try Self.plan(graph, $0) }
        let executable = try Agreement.executable(compiled, on: machine)
        #expect(try Self.moments(executable.plan).kernel == kernel)
        let launches = executable.list.launches
        #expect(launches.contains { $0.following.map(\.kernel) == ["variances_of_deviations"] })
        #expect(!launches.contains { ["moments", "join_moments"].contains($0.kernel) || $0.kernel.hasPrefix("point") })
        #expect(executable.plan.steps.contains { $0.op.kernelOp == .joinMoments } == (image == 20))
        // What a run leaves in memory must not reach the next one.
        _ = try Agreement.run(executable, inputs.map { $0.map { _ in .nan } })
        let found = try Agreement.run(executable, inputs)
        Agreement.check(found, wanted, of: graph, within: bound)
        for (a, b) in zip(found[0], wanted[0]) { #expect(abs(Double(a) - b) <= 1e-6) }
      }
    }
  }

  /// Variances far below ε lose digits, as the sum of both loses none: all that reads them adds ε.
  @Test func smallVariances() throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: 6, .plain)
    var inputs = Self.inputs(graph)
    inputs[1] = inputs[1].map { 1 + ($0 > 0 ? 1 : 0) / 1024 }
    inputs[1].replaceSubrange(0..<36, with: repeatElement(1, count: 36))
    let wanted = try Self.wanted(graph, inputs)
    let compiled = try Self.compiled(Self.options(machine, .fp16), kernel: Self.whole) { try Self.plan(graph, $0) }
    let found = try Agreement.run(try Agreement.executable(compiled, on: machine), inputs)
    Agreement.check([found[1]], [wanted[1]], of: graph, within: 1e-3)
    for (variance, exact) in zip(found[0], wanted[0]).dropFirst(24) {
      #expect(variance >= 0 && abs(Double(variance) - exact) <= 4e-7 * (exact + 1e-3))
    }
  }

  /// The rule leaves all of it to netc's kernels: nothing was measured.
  @Test func byTimeAlone() throws {
    let machine = try LibraryAgreement.machine.get()
    let plan = try Self.plan(try Self.graph(image: 20), Self.options(machine)).plan
    let step = try Self.moments(plan)
    #expect(step.kernel == "cuda_moments")
    #expect(step.choice?.candidates.map(\.kernel) == ["cuda_moments", Self.whole, Self.whole + ".2"])
    #expect(step.choice?.candidates.allSatisfy { $0.exclusion == nil } == true)
    #expect(plan.tuningSignature(of: step).hasSuffix(" and their normalisation + add + rectify"))
  }

  @Test(arguments: [(Precision.fp32, Numerics.fast, "bf16 and fp16 alone"), (.bf16, .strict, "strict numerics")])
  func exclusions(precision: Precision, numerics: Numerics, words: String) throws {
    let options = Self.options(try LibraryAgreement.machine.get(), precision, numerics)
    let step = try Self.moments(try Self.plan(try Self.graph(image: 6), options).plan)
    let reason = step.choice?.candidates.first { $0.kernel == Self.whole }?.exclusion
    #expect(reason?.contains(words) == true, "\(reason ?? "none")")
  }

  /// What does not fit is left to netc's kernels; the rest of it is right.
  @Test(arguments: Obstacle.allCases)
  func obstacles(obstacle: Obstacle) throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: 6, .addedAndRectified, obstacle)
    let compiled = try Self.compiled(Self.options(machine, .fp16), kernel: Self.whole) { try Self.plan(graph, $0) }
    let executable = try Agreement.executable(compiled, on: machine)
    let (plan, step) = (executable.plan, try Self.moments(executable.plan))
    switch obstacle {
    case .otherMoments, .otherStep: #expect(!step.normalizes && step.choice == nil)
    // The sum is rectified by a kernel of its own, or added by one.
    case .leakyRectifier, .anotherReader, .factors, .twice:
      #expect(step.normalizes && plan.wholeNormalization(of: step)?.hasResidual == false)
    }
    let inputs = Self.inputs(graph)
    Agreement.check(try Agreement.run(executable, inputs), try Self.wanted(graph, inputs), of: graph, within: 2e-3)
  }

  /// The fake normalises channels in eights. What it refuses netc's kernels compute.
  @Test func refused() throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: 6, channels: 20)
    let compiled = try Self.compiled(Self.options(machine), kernel: Self.whole) { try Self.plan(graph, $0) }
    #expect(try Self.moments(compiled.plan).normalizes)
    let executable = try Agreement.executable(compiled, on: machine)
    let step = try Self.moments(executable.plan)
    #expect(step.kernel == "cuda_moments")
    let refusal = step.choice?.candidates.first { $0.kernel == Self.whole }?.exclusion
    #expect(refusal?.contains("netc may use") == true)
    let inputs = Self.inputs(graph)
    Agreement.check(try Agreement.run(executable, inputs), try Self.wanted(graph, inputs), of: graph, within: 0.01)
  }

  /// What nobody reads any more may lie where the result does: cuDNN may read it twice.
  @Test func writesOverNothing() throws {
    let machine = try LibraryAgreement.machine.get()
    var graph = try Self.graph(image: 6)
    graph.outputs.removeLast(2)
    let compiled = try Self.compiled(Self.options(machine, .fp16), kernel: Self.whole) { try Self.plan(graph, $0) }
    let executable = try Agreement.executable(compiled, on: machine)
    let step = try Self.moments(executable.plan)
    #expect(step.kernel == "cuda_moments")
    #expect(step.choice?.candidates.last?.exclusion == "its result lies where something is that it reads")
    let inputs = Self.inputs(graph)
    Agreement.check(try Agreement.run(executable, inputs), try Self.wanted(graph, inputs), of: graph, within: 2e-3)
  }

  /// Moments are taken once: by the convolution with its results, or with their normalisation.
  @Test(arguments: [(150, 40, true), (150, 60, false), (250, 90, true), (150, 200, false)])
  func againstSums(sums: Int, whole: Int, isWhole: Bool) throws {
    let machine = try LibraryAgreement.machine.get()
    let net = try #require(TrainingNets.all.first { $0.name.contains("residual") })
    let step = try net.step(batch: 16, scalesLoss: true)
    var options = Self.options(machine)
    options.batch = 16
    let ruled = try GPUStepCompiler.plan(step, options).plan
    let made = try #require(ruled.steps.firstIndex { $0.op.kernelOp == .conv2D && !ruled.stepsOfSums(of: $0).isEmpty })
    let (first, moments) = (ruled.steps[made], ruled.steps[made + 1])
    var table = MeasurementTable(cpu: "", threads: 1)
    table[ruled.tuningSignature(of: first), "cudnn_conv2d"] = 200
    table[ruled.tuningSignature(of: first), "cudnn_conv2d_sums"] = sums
    table[ruled.tuningSignature(of: moments), "cuda_moments"] = 100
    table[ruled.tuningSignature(of: moments), Self.whole] = whole
    options.measurements = table
    let plan = try GPUStepCompiler.plan(step, options).plan
    #expect(plan.steps[made].kernel == (isWhole ? "cudnn_conv2d" : "cudnn_conv2d_sums"))
    #expect(plan.steps[made + 1].normalizes == isWhole)
    if !isWhole {
      #expect(plan.steps[made + 1].choice?.candidates.last?.exclusion?.contains("a convolution takes") == true)
    } else if sums < 200 {
      let excluded = plan.steps[made].choice?.candidates.first { $0.kernel == "cudnn_conv2d_sums" }
      #expect(excluded?.exclusion?.contains("takes the moments with") == true)
    }
  }

  /// A step of training: all normalisations of a residual net.
  @Test func aStepAgrees() throws {
    let machine = try LibraryAgreement.machine.get()
    let net = try #require(TrainingNets.all.first { $0.name.contains("residual") })
    let step = try net.step(batch: 16, scalesLoss: true)
    var inputs = step.noise().map { $0.map(Float.init) }
    inputs[try #require(step.lossScale)] = [256]
    let wanted = try Self.wanted(step.graph, inputs)
    var options = Self.options(machine, .fp16)
    options.batch = 16
    let plain = try Agreement.executable(try GPUStepCompiler.plan(step, options), on: machine)
    let compiled = try Self.compiled(options, kernel: Self.whole) { try GPUStepCompiler.plan(step, $0) }
    let executable = try Agreement.executable(compiled, on: machine)
    let steps = executable.plan.steps.filter { $0.op.kernelOp == .moments }
    #expect(steps.count >= 3 && steps.filter(\.normalizes).count >= 3)
    #expect(!plain.plan.steps.contains { $0.normalizes })
    let (found, others) = (try Agreement.run(executable, inputs), try Agreement.run(plain, inputs))
    Agreement.check(found, others.map { $0.map(Double.init) }, of: step.graph, within: 0.02)
    // As all steps of such nets in fp16: a rectifier may decide otherwise.
    Agreement.check(found, wanted, of: step.graph, within: 0.1)
  }

  /// What a device takes for moments and the normalisation is one time, whoever computes them.
  @Test func isTimed() throws {
    let machine = try DeviceAgreement.machine(FakeGPU(libraries: true))
    let net = TrainingCase(
      name: "two convolutions",
      yaml: """
        - Input: {shape: [null, 8, 4, 4]}
        - Conv2D: {num_filters: 8, filter_size: 3, pad: same, batch_norm: true}
        - Conv2D: {num_filters: 16, filter_size: 3, pad: same, batch_norm: true}
        - GlobalPool: {}
        - Dense: {num_units: 3, nonlinearity: softmax}
        """)
    let step = try net.step(batch: 4, scalesLoss: true)
    var options = Self.options(machine, .fp16)
    options.batch = 4
    let tuner = GPUTuner(step, options, parameter: NoiseWeights.values, machine)
    var console = Console.standard()
    console.quiet = true
    let times = try tuner.run(console).table.times
    let normalized = times.filter { $0.key.contains(" and their normalisation") }.values
    #expect(normalized.count == 2)
    for one in normalized {
      #expect(Set(one.keys) == ["cuda_moments", Self.whole, Self.whole + ".2", MeasurementTable.sums])
      #expect(try #require(one["cuda_moments"]) > #require(one[MeasurementTable.sums]))
    }
    // What a convolution is held against has its moments, also where a library took these with their normalisation.
    let convolution = try #require(times.first { $0.key.hasSuffix("→ 4×16×4×4 and its moments") }).value
    let moments = try #require(convolution[MeasurementTable.sums])
    let plain = convolution.filter { !$0.key.contains("sums") }
    #expect(plain.values.allSatisfy { $0 > moments })
    #expect(convolution.keys.contains("cudnn_conv2d.2"))
  }

  /// Every seventh call fails once: another kernel computes the step, or there is an error. Nothing is left behind.
  @Test func callsFailInTurn() throws {
    let fake = FakeGPU(libraries: true)
    let graph = try Self.graph(image: 6)
    let inputs = Self.inputs(graph)
    let wanted = try Self.wanted(graph, inputs)
    let faults = try FaultsInTurn(fake, every: 7) {
      let machine = try DeviceAgreement.machine(fake)
      let compiled = try Self.compiled(Self.options(machine), kernel: Self.whole) { try Self.plan(graph, $0) }
      let found = try Agreement.run(try Agreement.executable(compiled, on: machine), inputs)
      Agreement.check(found, wanted, of: graph, within: 0.01)
    }
    #expect(faults.calls > 100 && faults.failures > 10 && faults.successes > 10)
  }
}
