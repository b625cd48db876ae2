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
  private typealias Pattern = TrainingPattern
  private static let pattern = Pattern("cudnn_normalization", other: "cuda_moments") { $0.op.kernelOp == .moments }

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
    let shape = [Pattern.batch, channels, image, image]
    let residual = try graph.imageInput(0, shape, "residual")
    let x = try graph.imageInput(1, shape, "x")
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
    graph.outputs = [used, try graph.convolvedByOnes(y, "z")] + others + [sumOfX, sumOfResidual]
    return graph
  }

  /// Moments of the whole batch at once, and of slices that are joined; with either proposal.
  @Test(arguments: [6, 20], Form.allCases)
  func agrees(image: Int, form: Form) throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: image, form)
    let test = try Pattern.agreement(graph)
    for (precision, bound) in [(Precision.bf16, 0.01), (.fp16, 1e-3)] {
      for kernel in Self.pattern.proposals {
        let compiled = try Self.pattern.taken(graph, Pattern.options(machine, precision), by: kernel)
        let executable = try Agreement.executable(compiled, on: machine)
        #expect(try Self.pattern.step(executable.plan).kernel == kernel)
        let launches = executable.list.launches
        #expect(launches.contains { $0.following.map(\.kernel) == ["variances_of_deviations"] })
        #expect(!launches.contains { ["moments", "join_moments"].contains($0.kernel) || $0.kernel.hasPrefix("point") })
        #expect(executable.plan.steps.contains { $0.op.kernelOp == .joinMoments } == (image == 20))
        let found = try test.runTwice(executable)
        test.check(found, within: bound)
        for (a, b) in zip(found[0], test.wanted[0]) { #expect(abs(Double(a) - b) <= 1e-6) }
      }
    }
  }

  /// Variances far below ε lose digits, as the sum of both loses none: all that reads them adds ε.
  @Test func smallVariances() throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: 6, .plain)
    var inputs = try Pattern.agreement(graph).inputs
    inputs[1] = inputs[1].map { 1 + ($0 > 0 ? 1 : 0) / 1024 }
    inputs[1].replaceSubrange(0..<36, with: repeatElement(1, count: 36))
    let test = try Agreement(graph, inputs: inputs)
    let compiled = try Self.pattern.taken(graph, Pattern.options(machine, .fp16))
    let found = try Agreement.run(try Agreement.executable(compiled, on: machine), inputs)
    Agreement.check([found[1]], [test.wanted[1]], of: graph, within: 1e-3)
    for (variance, exact) in zip(found[0], test.wanted[0]).dropFirst(24) {
      #expect(variance >= 0 && abs(Double(variance) - exact) <= 4e-7 * (exact + 1e-3))
    }
  }

  /// The rule leaves all of it to netc's kernels: nothing was measured.
  @Test func byTimeAlone() throws {
    let machine = try LibraryAgreement.machine.get()
    let plan = try Pattern.ruled(try Self.graph(image: 20), Pattern.options(machine)).plan
    let step = try Self.pattern.step(plan)
    #expect(step.kernel == "cuda_moments")
    #expect(step.choice?.candidates.map(\.kernel) == ["cuda_moments"] + Self.pattern.proposals)
    #expect(step.choice?.candidates.allSatisfy { $0.exclusion == nil } == true)
    #expect(plan.tuningSignature(of: step).hasSuffix(" and their normalisation + add + rectify"))
  }

  @Test(arguments: [(Precision.fp32, Numerics.fast, "bf16 and fp16 alone"), (.bf16, .strict, "strict numerics")])
  func exclusions(precision: Precision, numerics: Numerics, words: String) throws {
    let options = Pattern.options(try LibraryAgreement.machine.get(), precision, numerics)
    try Self.pattern.checkExclusion(from: try Self.graph(image: 6), options, words)
  }

  /// What does not fit is left to netc's kernels; the rest of it is right.
  @Test(arguments: Obstacle.allCases)
  func obstacles(obstacle: Obstacle) throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: 6, .addedAndRectified, obstacle)
    let compiled = try Self.pattern.taken(graph, Pattern.options(machine, .fp16))
    let executable = try Agreement.executable(compiled, on: machine)
    let (plan, step) = (executable.plan, try Self.pattern.step(executable.plan))
    switch obstacle {
    case .otherMoments, .otherStep: #expect(!step.normalizes && step.choice == nil)
    // The sum is rectified by a kernel of its own, or added by one.
    case .leakyRectifier, .anotherReader, .factors, .twice:
      #expect(step.normalizes && plan.wholeNormalization(of: step)?.hasResidual == false)
    }
    let test = try Pattern.agreement(graph)
    test.check(try Agreement.run(executable, test.inputs), within: 2e-3)
  }

  @Test func refused() throws {
    let test = try Pattern.agreement(try Self.graph(image: 6, channels: 20))
    try Self.pattern.checkRefusal(test, Pattern.options(try LibraryAgreement.machine.get()), within: 0.01)
  }

  /// What nobody reads any more may lie where the result does: cuDNN may read it twice.
  @Test func writesOverNothing() throws {
    let machine = try LibraryAgreement.machine.get()
    var graph = try Self.graph(image: 6)
    graph.outputs.removeLast(2)
    let compiled = try Self.pattern.taken(graph, Pattern.options(machine, .fp16))
    let executable = try Agreement.executable(compiled, on: machine)
    let step = try Self.pattern.step(executable.plan)
    #expect(step.kernel == "cuda_moments")
    #expect(step.choice?.candidates.last?.exclusion == "its result lies where something is that it reads")
    let test = try Pattern.agreement(graph)
    test.check(try Agreement.run(executable, test.inputs), within: 2e-3)
  }

  /// Moments are taken once: by the convolution with its results, or with their normalisation.
  @Test(arguments: [(150, 40, true), (150, 60, false), (250, 90, true), (150, 200, false)])
  func againstSums(sums: Int, whole: Int, isWhole: Bool) throws {
    let machine = try LibraryAgreement.machine.get()
    let net = try #require(TrainingNets.all.first { $0.name.contains("residual") })
    let step = try net.step(batch: 16, scalesLoss: true)
    var options = Pattern.options(machine)
    options.batch = 16
    let ruled = try GPUStepCompiler.plan(step, options).plan
    let made = try #require(ruled.steps.firstIndex { $0.op.kernelOp == .conv2D && !ruled.stepsOfSums(of: $0).isEmpty })
    let (first, moments) = (ruled.steps[made], ruled.steps[made + 1])
    var table = MeasurementTable(cpu: "", threads: 1)
    table[ruled.tuningSignature(of: first), "cudnn_conv2d"] = 200
    table[ruled.tuningSignature(of: first), "cudnn_conv2d_sums"] = sums
    table[ruled.tuningSignature(of: moments), "cuda_moments"] = 100
    table[ruled.tuningSignature(of: moments), Self.pattern.kernel] = whole
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
    let options = Pattern.options(try LibraryAgreement.machine.get(), .fp16)
    let (taken, ruled) = try Self.pattern.checkStep(options, within: 0.02)
    let steps = taken.steps.filter(Self.pattern.isStep)
    #expect(steps.count >= 3 && steps.filter(\.normalizes).count >= 3)
    #expect(!ruled.steps.contains { $0.normalizes })
  }

  /// What a device takes for moments and the normalisation is one time, whoever computes them.
  @Test func isTimed() throws {
    let times = try Pattern.times(
      """
      - Input: {shape: [null, 8, 4, 4]}
      - Conv2D: {num_filters: 8, filter_size: 3, pad: same, batch_norm: true}
      - Conv2D: {num_filters: 16, filter_size: 3, pad: same, batch_norm: true}
      - GlobalPool: {}
      - Dense: {num_units: 3, nonlinearity: softmax}
      """)
    let normalized = times.filter { $0.key.contains(" and their normalisation") }.values
    #expect(normalized.count == 2)
    for one in normalized {
      #expect(Set(one.keys) == Set(["cuda_moments", MeasurementTable.sums] + Self.pattern.proposals))
      #expect(try #require(one["cuda_moments"]) > #require(one[MeasurementTable.sums]))
    }
    // What a convolution is held against has its moments, also where a library took these with their normalisation.
    let convolution = try #require(times.first { $0.key.hasSuffix("→ 4×16×4×4 and its moments") }).value
    let moments = try #require(convolution[MeasurementTable.sums])
    let plain = convolution.filter { !$0.key.contains("sums") }
    #expect(plain.values.allSatisfy { $0 > moments })
    #expect(convolution.keys.contains("cudnn_conv2d.2"))
  }

  @Test func callsFailInTurn() throws {
    try Self.pattern.checkFaults(try Pattern.agreement(try Self.graph(image: 6)), every: 7, within: 0.01) {
      Pattern.options($0)
    }
  }
}
