import CPUBackend
import GPUTestSupport
import NetIR
import NetworkTestSupport
import Testing

@testable import Compiler
@testable import Driver
@testable import GPUBackend

/// A pattern of training that cuDNN computes as one kernel: plans that take it wherever they can, and what holds for
/// every such pattern.
struct TrainingPattern: Sendable {
  typealias Agreement = DeviceTrainingAgreement

  static let batch = 8

  /// Of cuDNN's first proposal.
  let kernel: String
  /// What computes the step where this does not.
  let other: String
  let isStep: @Sendable (Plan.Step) -> Bool

  init(_ kernel: String, other: String, isStep: @escaping @Sendable (Plan.Step) -> Bool) {
    (self.kernel, self.other, self.isStep) = (kernel, other, isStep)
  }

  var proposals: [String] { [kernel, kernel + ".2"] }

  func step(_ plan: Plan) throws -> Plan.Step { try #require(plan.steps.first(where: isStep)) }

  static func options(
    _ machine: GPUMachine, _ precision: Precision = .bf16, _ numerics: Numerics = .fast
  ) -> CompileOptions {
    CompileOptions(
      batch: batch, precision: precision, numerics: numerics, target: machine.device.target,
      catalogue: machine.catalogue)
  }

  /// By the rule: nothing was measured.
  static func ruled(_ graph: Graph, _ options: CompileOptions) throws -> CompiledNetwork {
    try #require(try Pipeline.run(Pipeline.training, graph, options, isTraining: true) { _, _ in true })
  }

  /// - Parameter kernel: that is quickest wherever it can be; nil for this pattern's.
  func taken(
    _ options: CompileOptions, by kernel: String? = nil, _ compile: (CompileOptions) throws -> CompiledNetwork
  ) throws -> CompiledNetwork {
    let kernel = kernel ?? self.kernel
    let ruled = try compile(options).plan
    var (options, table) = (options, MeasurementTable(cpu: "", threads: 1))
    for step in ruled.steps where step.choice?.candidates.contains(where: { $0.kernel == kernel }) == true {
      table[ruled.tuningSignature(of: step), kernel] = 1
    }
    options.measurements = table
    return try compile(options)
  }

  func taken(_ graph: Graph, _ options: CompileOptions, by kernel: String? = nil) throws -> CompiledNetwork {
    try taken(options, by: kernel) { try Self.ruled(graph, $0) }
  }

  /// With numbers of so few bits that fp16 stores them as they are.
  static func agreement(_ graph: Graph) throws -> Agreement {
    let inputs = graph.inputs.enumerated().map { index, id in
      Noise.floats(graph[id].shape.elements, seed: UInt64(index) + 1).map { ($0 * 16).rounded() / 16 }
    }
    return try Agreement(graph, inputs: inputs)
  }

  // MARK: What holds for every pattern

  func checkExclusion(from graph: Graph, _ options: CompileOptions, _ words: String) throws {
    let step = try step(try Self.ruled(graph, options).plan)
    let reason = step.choice?.candidates.first { $0.kernel == kernel }?.exclusion
    #expect(reason?.contains(words) == true, "\(reason ?? "none")")
  }

  /// The fake takes channels in eights. What it refuses another kernel computes.
  func checkRefusal(_ test: Agreement, _ options: CompileOptions, within bound: Double) throws {
    let machine = try LibraryAgreement.machine.get()
    let compiled = try taken(test.graph, options)
    #expect(try step(compiled.plan).kernel == kernel)
    let executable = try Agreement.executable(compiled, on: machine)
    let step = try step(executable.plan)
    #expect(step.kernel == other)
    let refusal = step.choice?.candidates.first { $0.kernel == kernel }?.exclusion
    #expect(refusal?.contains("netc may use") == true)
    test.check(try Agreement.run(executable, test.inputs), within: bound)
  }

  /// A step of training of a residual net in fp16, with the pattern and without it.
  func checkStep(_ options: CompileOptions, within bound: Double) throws -> (taken: Plan, ruled: Plan) {
    let machine = try LibraryAgreement.machine.get()
    let net = try #require(TrainingNets.all.first { $0.name.contains("residual") })
    let step = try net.step(batch: 16, scalesLoss: true)
    var inputs = step.noise().map { $0.map(Float.init) }
    inputs[try #require(step.lossScale)] = [256]
    let test = try Agreement(step.graph, inputs: inputs)
    var options = options
    options.batch = 16
    let ruled = try Agreement.executable(try GPUStepCompiler.plan(step, options), on: machine)
    let compiled = try taken(options) { try GPUStepCompiler.plan(step, $0) }
    let taken = try Agreement.executable(compiled, on: machine)
    let (found, others) = (try Agreement.run(taken, inputs), try Agreement.run(ruled, inputs))
    test.check(found, others, within: bound)
    // As all steps of such nets in fp16: a rectifier may decide otherwise.
    test.check(found, within: 0.1)
    return (taken.plan, ruled.plan)
  }

  /// What a tuner measures of a step of training.
  static func times(
    _ yaml: String, _ precision: Precision = .fp16, _ dataGradients: CompileOptions.DataGradients = .chosen
  ) throws -> [String: [String: Int]] {
    let machine = try DeviceAgreement.machine(FakeGPU(libraries: true))
    let step = try TrainingCase(name: "timed", yaml: yaml).step(batch: 4, scalesLoss: true)
    var options = options(machine, precision)
    (options.batch, options.dataGradients) = (4, dataGradients)
    let tuner = GPUTuner(step, options, parameter: NoiseWeights.values, machine)
    var console = Console.standard()
    console.quiet = true
    return try tuner.run(console).table.times
  }

  /// Each so-manieth call fails once: another kernel computes the step, or there is an error. Nothing is left behind.
  func checkFaults(
    _ test: Agreement, every distance: Int, within bound: Double, _ options: (GPUMachine) -> CompileOptions
  ) throws {
    let fake = FakeGPU(libraries: true)
    let faults = try FaultsInTurn(fake, every: distance) {
      let machine = try DeviceAgreement.machine(fake)
      let executable = try Agreement.executable(try taken(test.graph, options(machine)), on: machine)
      test.check(try Agreement.run(executable, test.inputs), within: bound)
    }
    #expect(faults.calls > 100 && faults.failures > 10 && faults.successes > 10)
  }
}

extension Graph {
  /// A convolution by ones: images that one makes or reads lie channels last.
  mutating func convolvedByOnes(_ x: ValueID, _ name: String) throws -> ValueID {
    let channels = self[x].shape[1]
    let ones = try add(.fill(value: 1, shape: [channels, 1, 1, 1]), name: "ones of \(name)")
    let each = ConvolutionAttributes(kernel: Size2D(1), groups: channels)
    return try add(.conv2D(each, Epilogue(bias: false)), [x, ones], name: name)
  }

  /// An input of the caller's that lies channels last.
  mutating func imageInput(_ index: Int, _ shape: [Int], _ name: String) throws -> ValueID {
    try convolvedByOnes(try add(.input(index: index, shape: shape), name: "\(name) in C order"), name)
  }
}
