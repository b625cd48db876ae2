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
  private typealias Pattern = TrainingPattern
  private static let pattern = Pattern("cudnn_normalization_gradient", other: "cuda_normalize_sums") {
    $0.op.kernelOp == .normalizeSums
  }

  /// What stands in the way.
  enum Obstacle: CaseIterable { case rectifier, otherGradient, otherMoments, stepBetween }

  /// Outputs: the gradients of β and γ, what was normalised and its gradient; the latter two convolved.
  private static func graph(image: Int, channels: Int = 24, _ obstacle: Obstacle? = nil) throws -> Graph {
    var graph = Graph(name: "gradients of \(channels) channels of \(image)×\(image)")
    func add(_ op: GraphOp, _ operands: [ValueID], _ name: String) throws -> ValueID {
      try graph.add(op, operands, name: name)
    }
    let epsilon: Float = 1e-3
    let shape = [Pattern.batch, channels, image, image]
    let x = try graph.imageInput(0, shape, "x")
    var g = try graph.imageInput(1, shape, "g")
    let gamma = try add(.input(index: 2, shape: [channels]), [], "gamma")
    let beta = try add(.input(index: 3, shape: [channels]), [], "beta")
    let moments = try add(.training(.moments()), [x], "moments")
    var (used, others) = (moments, [ValueID]())
    let y = try add(
      .training(.normalize(epsilon: epsilon, activation: obstacle == .rectifier ? .rectify : .linear)),
      [x, gamma, beta, moments], "y")
    let z = try graph.convolvedByOnes(y, "z")
    if obstacle == .rectifier { g = try add(.gradient(.activation(.rectify)), [g, y], "y") }
    if obstacle == .otherMoments { used = try add(.training(.moments()), [g], "moments of g") }
    let sums = try add(.gradient(.normalizeSums(epsilon: epsilon)), [g, x, used], "y")
    if obstacle == .stepBetween { others.append(try add(.globalPool(.mean), [x], "mean")) }
    let summed = obstacle == .otherGradient ? x : g
    let data = try add(.gradient(.normalizeData(epsilon: epsilon)), [summed, x, gamma, moments, sums], "y")
    let rows = try (0..<2).map {
      try add(.rearrange(.slice([2, channels], axis: 0, start: $0, count: 1)), [sums], ["beta", "gamma"][$0])
    }
    graph.outputs = rows + [z, try graph.convolvedByOnes(data, "dx")] + others
    return graph
  }

  /// Sums of the whole batch at once, and of slices that are joined; with either proposal. What nobody reads any more
  /// may lie where the gradient does, but for cuDNN, which may read it twice: the fake refuses that.
  @Test(arguments: [6, 20], [("bf16", 0.01), ("fp16", 2e-3)])
  func agrees(image: Int, precision: (name: String, bound: Double)) throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: image)
    let test = try Pattern.agreement(graph)
    let options = Pattern.options(machine, try #require(Precision(rawValue: precision.name)))
    let own = try Agreement.executable(try Pattern.ruled(graph, options), on: machine)
    #expect(own.list.launches.contains { $0.kernel == "channel_sums" })
    let others = try Agreement.run(own, test.inputs)
    for kernel in Self.pattern.proposals {
      let executable = try Agreement.executable(try Self.pattern.taken(graph, options, by: kernel), on: machine)
      #expect(try Self.pattern.step(executable.plan).kernel == kernel)
      let launches = executable.list.launches
      #expect(launches.contains { $0.preceding.map(\.kernel) == ["inverse_deviations"] })
      #expect(!launches.contains { ["channel_sums", "batch_sum"].contains($0.kernel) })
      #expect(executable.plan.steps.contains { $0.op.kernelOp == .batchSum } == (image == 20))
      let found = try test.runTwice(executable)
      test.check(found, within: precision.bound)
      test.check(found, others, within: precision.bound)
      // Sums are of fp32.
      for row in 0..<2 {
        for (a, b) in zip(found[row], test.wanted[row]) { #expect(abs(Double(a) - b) <= 1e-4 * (1 + abs(b))) }
      }
    }
  }

  /// The rule leaves all of it to netc's kernels: nothing was measured.
  @Test func byTimeAlone() throws {
    let machine = try LibraryAgreement.machine.get()
    let plan = try Pattern.ruled(try Self.graph(image: 20), Pattern.options(machine)).plan
    let step = try Self.pattern.step(plan)
    #expect(step.kernel == "cuda_normalize_sums")
    #expect(step.choice?.candidates.map(\.kernel) == ["cuda_normalize_sums"] + Self.pattern.proposals)
    #expect(step.choice?.candidates.allSatisfy { $0.exclusion == nil } == true)
    #expect(plan.tuningSignature(of: step).hasSuffix(" and the gradient of what was normalised"))
  }

  @Test(arguments: [(Precision.fp32, Numerics.fast, "bf16 and fp16 alone"), (.bf16, .strict, "strict numerics")])
  func exclusions(precision: Precision, numerics: Numerics, words: String) throws {
    let options = Pattern.options(try LibraryAgreement.machine.get(), precision, numerics)
    try Self.pattern.checkExclusion(from: try Self.graph(image: 6), options, words)
  }

  /// What does not fit is left to netc's kernels, rectified ones above all; the rest of it is right.
  @Test(arguments: Obstacle.allCases)
  func obstacles(obstacle: Obstacle) throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: 6, obstacle)
    let compiled = try Self.pattern.taken(graph, Pattern.options(machine, .fp16))
    let executable = try Agreement.executable(compiled, on: machine)
    let step = try Self.pattern.step(executable.plan)
    #expect(!step.normalizes && step.choice == nil)
    let test = try Pattern.agreement(graph)
    test.check(try Agreement.run(executable, test.inputs), within: 4e-3)
  }

  @Test func refused() throws {
    let test = try Pattern.agreement(try Self.graph(image: 6, channels: 20))
    try Self.pattern.checkRefusal(test, Pattern.options(try LibraryAgreement.machine.get()), within: 0.01)
  }

  /// A plan that was made for netc's kernel lets the gradient lie on what it is computed of: no library may take it.
  @Test func writesOverNothing() throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Self.graph(image: 6)
    let own = try Pattern.ruled(graph, Pattern.options(machine, .fp16)).plan
    let taken = try Self.pattern.taken(graph, Pattern.options(machine, .fp16))
    func product(_ plan: Plan) throws -> LibraryProduct? {
      let index = try #require(plan.steps.firstIndex(where: Self.pattern.isStep))
      return LibraryProduct(normalization: index, of: plan)
    }
    #expect(try product(own) == nil)
    #expect(try product(taken.plan)?.wanted == .image)
  }

  /// A step of training: of a residual net, the normalisations in front of its sums.
  @Test func aStepAgrees() throws {
    let options = Pattern.options(try LibraryAgreement.machine.get(), .fp16)
    let (taken, ruled) = try Self.pattern.checkStep(options, within: 0.02)
    let steps = taken.steps.filter(Self.pattern.isStep)
    for step in steps {
      guard case .gradient(.normalizeSums(_, _, let isRectified)) = step.op else { continue }
      #expect(step.normalizes == !isRectified)
    }
    #expect(steps.contains { $0.normalizes } && !steps.allSatisfy { $0.normalizes })
    #expect(!ruled.steps.contains { $0.normalizes })
  }

  /// What a device takes for sums and the gradient is one time, whoever computes them.
  @Test func isTimed() throws {
    let times = try Pattern.times(
      """
      - Input: {shape: [null, 8, 4, 4]}
      - Conv2D: {num_filters: 8, filter_size: 3, pad: same, nonlinearity: linear, batch_norm: true}
      - GlobalPool: {}
      - Dense: {num_units: 3, nonlinearity: softmax}
      """)
    let one = try #require(times.first { $0.key.hasSuffix(" and the gradient of what was normalised") }).value
    #expect(Set(one.keys) == Set(["cuda_normalize_sums", MeasurementTable.sums] + Self.pattern.proposals))
    #expect(try #require(one["cuda_normalize_sums"]) > #require(one[MeasurementTable.sums]))
  }

  @Test func callsFailInTurn() throws {
    try Self.pattern.checkFaults(try Pattern.agreement(try Self.graph(image: 6)), every: 7, within: 0.01) {
      Pattern.options($0)
    }
  }
}
