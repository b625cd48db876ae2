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
  private typealias Pattern = TrainingPattern
  private static let pattern = Pattern("cudnn_conv2d_data_sums", other: "cudnn_conv2d_data") {
    $0.op.kernelOp == .convolutionData
  }

  /// Sums of the whole batch at once, and of slices that are joined; with either proposal.
  @Test(arguments: [(6, 1), (10, 1), (10, 2)])
  func agrees(image: Int, stride: Int) throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Net.graph(image: image, stride: stride)
    let (test, options) = (try Pattern.agreement(graph), Net.options(machine))
    let apart = try Agreement.executable(try Pattern.ruled(graph, options), on: machine)
    #expect(try Self.pattern.step(apart.plan).kernel == "cudnn_conv2d_data")
    #expect(apart.list.launches.contains { $0.kernel == "channel_sums" })
    let others = try Agreement.run(apart, test.inputs)
    for kernel in Self.pattern.proposals {
      let executable = try Agreement.executable(try Self.pattern.taken(graph, options, by: kernel), on: machine)
      let step = try Self.pattern.step(executable.plan)
      #expect(step.kernel == kernel)
      let launches = executable.list.launches
      let steps = executable.plan.stepsOfSums(of: step)
      #expect(steps.count == (image == 10 ? 2 : 1) && !launches.contains { steps.contains($0.steps[0]) })
      #expect(launches.contains { $0.kernel == kernel && $0.preceding.map(\.kernel) == ["inverse_deviations"] })
      let found = try test.runTwice(executable)
      test.check(found, within: 1e-3)
      test.check(found, others, within: 1e-3)
    }
  }

  /// The sums are written before the filters' gradient is computed: nothing that is needed until then lies there.
  @Test func memoryForSumsIsPlanned() throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Net.graph(image: 10)
    let compiled = try Self.pattern.taken(graph, Net.options(machine))
    let plan = compiled.plan
    let step = try Self.pattern.step(plan)
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
    let plan = try Pattern.ruled(try Net.graph(image: 20), Net.options(machine)).plan
    let step = try Self.pattern.step(plan)
    #expect(step.kernel == "cudnn_conv2d_data" && plan.tuningSignature(of: step).hasSuffix(" and its sums"))
    let candidates = try #require(step.choice?.candidates)
    let own = try #require(candidates.firstIndex { $0.kernel == "cuda_conv2d_data" })
    let summing = try #require(candidates.firstIndex { $0.kernel == Self.pattern.kernel })
    #expect(candidates[summing].exclusion == nil && own < summing)
  }

  /// With sums it competes with the convolutions and the sums behind them.
  @Test(arguments: [(150, 60, true), (150, 50, false), (150, nil, false), (90, 0, true)])
  func againstConvolutions(time: Int, sums: Int?, wins: Bool) throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Net.graph(image: 20)
    var (options, table) = (Net.options(machine), MeasurementTable(cpu: "", threads: 1))
    let whole = try Pattern.ruled(graph, options).plan
    let signature = whole.tuningSignature(of: try Self.pattern.step(whole))
    table[signature, "cudnn_conv2d_data"] = 200
    table[signature, Self.pattern.kernel] = time
    table[signature, MeasurementTable.sums] = sums
    options.dataGradients = .lowered
    let lowered = try Pattern.ruled(graph, options).plan
    let convolution = try #require(lowered.steps.last { $0.name == "z" && $0.op.kernelOp == .conv2D })
    table[lowered.tuningSignature(of: convolution), convolution.kernel] = 100
    (options.dataGradients, options.measurements) = (.chosen, table)
    let kernels = try Pattern.ruled(graph, options).plan.steps.filter(Self.pattern.isStep).map(\.kernel)
    #expect(kernels == (wins ? [Self.pattern.kernel] : []))
  }

  @Test(arguments: [Precision.fp32, .bf16])
  func ofFP16Alone(precision: Precision) throws {
    let options = Net.options(try LibraryAgreement.machine.get(), precision)
    let step = try Self.pattern.step(try Pattern.ruled(try Net.graph(image: 6), options).plan)
    let reason = step.choice?.candidates.first { $0.kernel == Self.pattern.kernel }?.exclusion
    #expect(reason == "it sums gradients of fp16 alone")
  }

  /// Where it is not all the gradient, somebody else wants it as it is, or other numbers are rectified or summed, there
  /// are no such candidates.
  @Test(arguments: NormalisedImage.Obstacle.allCases)
  func isNotTaken(obstacle: NormalisedImage.Obstacle) throws {
    let machine = try LibraryAgreement.machine.get()
    let graph = try Net.graph(image: 6, obstacle)
    let compiled = try Pattern.ruled(graph, Net.options(machine))
    let step = try Self.pattern.step(compiled.plan)
    #expect(step.choice?.candidates.contains { $0.kernel.contains("sums") } == false)
    #expect(!compiled.plan.tuningSignature(of: step).contains("sums"))
    let test = try Pattern.agreement(graph)
    test.check(try Agreement.run(try Agreement.executable(compiled, on: machine), test.inputs), within: 2e-3)
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

  /// What is refused is planned anew, with sums of their own.
  @Test func refused() throws {
    let machine = try LibraryAgreement.machine.get()
    let test = try Pattern.agreement(try Net.graph(image: 6, channels: 20))
    try Self.pattern.checkRefusal(test, Net.options(machine), within: 1e-3)
    // Refusals are found again where the gradient may be convolutions.
    var options = Net.options(machine)
    options.dataGradients = .chosen
    let strided = try Net.graph(image: 20, channels: 20, stride: 2)
    let (anew, engines) = try GPUStepCompiler(machine: machine).compiled(options) { options in
      try Self.pattern.taken(strided, options)
    }
    #expect(engines.refusals.values.allSatisfy { $0.keys.allSatisfy { !$0.contains("sums") } })
    #expect(anew.plan.steps.allSatisfy { !$0.sumsResults })
  }

  /// A step of training: of its convolutions those sum their gradients whose images are normalised, rectified and read
  /// by nobody else.
  @Test func aStepAgrees() throws {
    let (taken, ruled) = try Self.pattern.checkStep(
      Net.options(try LibraryAgreement.machine.get()), within: 5e-3)
    #expect(taken.steps.filter(\.sumsResults).map(\.name) == ["b2", "a2"])
    #expect(!ruled.steps.contains { $0.sumsResults })
  }

  /// What a device takes for a gradient and the sums behind it is one time, and that of the sums is known apart.
  @Test func isTimed() throws {
    let times = try Pattern.times(
      """
      - Input: {shape: [null, 8, 4, 4]}
      - Conv2D: {num_filters: 8, filter_size: 3, pad: same, batch_norm: true}
      - Conv2D: {num_filters: 8, filter_size: 3, pad: same, batch_norm: true}
      - GlobalPool: {}
      - Dense: {num_units: 3, nonlinearity: softmax}
      """)
    let summed = times.filter { $0.key.hasSuffix(" and its sums") }
    #expect(summed.count == 1)
    for (signature, times) in summed {
      #expect(Self.pattern.proposals.allSatisfy { times[$0] != nil }, "\(signature): \(times.keys.sorted())")
      let (whole, sums) = (try #require(times["cudnn_conv2d_data"]), try #require(times[MeasurementTable.sums]))
      #expect(whole > sums)
    }
  }

  @Test func callsFailInTurn() throws {
    try Self.pattern.checkFaults(try Pattern.agreement(try Net.graph(image: 6)), every: 11, within: 1e-3) {
      Net.options($0)
    }
  }
}
