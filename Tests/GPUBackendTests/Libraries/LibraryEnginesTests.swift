import Compiler
import FileTestSupport
import GPUTestSupport
import NetIR
import NetworkTestSupport
import Testing

@testable import GPUBackend

/// Convolutions and dense layers by libraries: results, what is refused and who steps in, faults, what is given back.
@Suite struct LibraryEnginesTests {
  static let yaml = """
    - Input: {shape: [null, 3, 9, 8]}
    - Conv2D: {num_filters: 8, filter_size: 3, pad: same, batch_norm: true}
    - Conv2D: {num_filters: 8, filter_size: 1, nonlinearity: linear}
    - MaxPool2D: {pool_size: 2}
    - Conv2D: {num_filters: 5, filter_size: 1, nonlinearity: elu}
    - Dense: {num_units: 7}
    - Dense: {num_units: 4, nonlinearity: softmax}
    """

  private static func agreement(batch: Int, _ library: DeviceLibrary?) throws -> LibraryAgreement {
    LibraryAgreement(try DeviceAgreement(try Networks.of(yaml).lowered(batch: batch).graph), library: library)
  }

  @Test(arguments: OpTests.cases.filter { $0.op.isProduct }, DeviceLibrary.allCases)
  func agrees(test: OpTests.Case, library: DeviceLibrary) throws {
    var agreement = LibraryAgreement(try DeviceAgreement(try test.graph()), library: library)
    for proposal in 0..<2 {
      agreement.proposal = proposal
      try agreement.check(batch: test.shapes[0][0], tolerance: DeviceAgreement.shallow)
    }
    agreement.proposal = 0
    for (precision, tolerance) in [(Precision.bf16, 4e-2), (.fp16, 5e-3)] {
      agreement.precision = precision
      try agreement.check(batch: test.shapes[0][0], tolerance: tolerance)
    }
  }

  /// A residual, the bias behind it, and activations with numbers.
  @Test(arguments: DeviceLibrary.allCases, ["rectify", "linear"])
  func residuals(library: DeviceLibrary, nonlinearity: String) throws {
    let network = try Networks.of(
      """
      - Input: {shape: [null, 4, 6, 5]}
      - Conv2D: {name: a, num_filters: 8, filter_size: 1, nonlinearity: rectify}
      - Conv2D: {name: b, num_filters: 8, filter_size: 1, nonlinearity: linear}
      - ElemwiseSum: {incoming: [a, b], nonlinearity: \(nonlinearity)}
      - Conv2D: {num_filters: 8, filter_size: 3, nonlinearity: {clip: {min: 0, max: 6}}}
      """)
    let agreement = LibraryAgreement(
      try DeviceAgreement(try network.lowered(batch: 3).graph), library: library)
    let plan = try agreement.check(batch: 3, tolerance: DeviceAgreement.shallow).plan
    #expect(plan.steps(of: library) > 0)
  }

  /// cuBLASLt adds a bias in the storage of its results: what is known at loading is rounded as they are.
  @Test(arguments: [(Precision.bf16, 4e-2), (.fp16, 5e-3)])
  func cuBLASLtAddsRoundedBiases(precision: Precision, tolerance: Double) throws {
    var agreement = try Self.agreement(batch: 12, .cublasLt)
    agreement.precision = precision
    let executable = try agreement.check(batch: 12, tolerance: tolerance)
    let plan = executable.plan
    let rounded = plan.steps.filter { plan.roundedBias(of: $0) != nil }
    #expect(rounded.contains { $0.op.kernelOp == .conv2D } && rounded.contains { $0.op.kernelOp == .dense })
    // Logits stay fp32, and so does what is added to them.
    let last = try #require(plan.steps.last { $0.op.isProduct })
    #expect(last.library == .cublasLt && plan.roundedBias(of: last) == nil)
    let weights = DeviceWeights(plan)
    #expect(Set(weights.rounded.keys) == Set(plan.steps.compactMap(plan.roundedBias)))
    #expect(executable.memory.weights == weights.bytes && weights.rounded.values.allSatisfy { $0 < weights.bytes })
  }

  @Test func fastTakesTensorCoresAndStrictDoesNot() throws {
    var agreement = try Self.agreement(batch: 12, .cudnn)
    let strict = try agreement.check(batch: 12, tolerance: DeviceAgreement.shallow)
    agreement.numerics = .fast
    let fast = try agreement.check(batch: 12, tolerance: 1e-2)
    let inputs = agreement.agreement.inputs
    #expect(try strict.run(examples: 12, inputs: inputs) != fast.run(examples: 12, inputs: inputs))
  }

  /// The fake takes no images that are not channels last: the caller's.
  @Test func whatIsRefusedIsComputedAndWrittenDown() throws {
    let executable = try Self.agreement(batch: 12, .cudnn).check(batch: 12, tolerance: DeviceAgreement.shallow)
    let plan = executable.plan
    let first = try #require(plan.steps.first)
    #expect(first.kernel.hasPrefix("cuda_conv2d") && first.algorithm == "implicit_gemm")
    let refused = try #require(first.choice?.candidates.first { $0.kernel == "cudnn_conv2d" })
    #expect(refused.exclusion?.contains("netc may use") == true)
    #expect(first.choice?.taken?.kernel == first.kernel)
    #expect(plan.steps(of: .cudnn) == 4)
  }

  @Test func byRuleSmallProductsStayAndLargeOnesGo() throws {
    let small = try Self.agreement(batch: 12, nil).compiled(batch: 12, on: try LibraryAgreement.machine.get()).plan
    #expect(small.steps.allSatisfy { $0.library == nil })
    #expect(small.steps[0].choice?.candidates.contains { $0.kernel == "cudnn_conv2d" } == true)
    let network = try Networks.of(
      """
      - Input: {shape: [null, 64, 20, 20]}
      - Conv2D: {num_filters: 64, filter_size: 3}
      - Conv2D: {num_filters: 64, filter_size: 1}
      - Dense: {num_units: 10}
      """)
    let machine = try LibraryAgreement.machine.get()
    let agreement = LibraryAgreement(DeviceAgreement(try network.lowered(batch: 9).graph) { _ in [] })
    let plan = try agreement.compiled(batch: 9, on: machine).plan
    let products = plan.steps.filter { $0.op.isProduct }
    #expect(products.map(\.kernel) == ["cudnn_conv2d", "cublaslt_conv2d", "cuda_dense_tile32"])
  }

  /// Times decide, unless they are as good as equal; all of them are written down.
  @Test(arguments: [(50, true), (99, false)])
  func byTime(time: Int, wins: Bool) throws {
    let machine = try LibraryAgreement.machine.get()
    let agreement = try Self.agreement(batch: 12, nil)
    var options = agreement.options(batch: 12, on: machine)
    let base = try agreement.compiled(batch: 12, on: machine).plan
    let own = base.steps[0].kernel
    var table = MeasurementTable(cpu: "a device", threads: 1)
    table[base.tuningSignature(of: base.steps[0]), own] = 100
    table[base.tuningSignature(of: base.steps[0]), "cudnn_conv2d.2"] = time
    options.measurements = table
    let plan = try #require(try Pipeline.compile(agreement.agreement.graph, options)).plan
    let choice = try #require(plan.steps[0].choice)
    #expect(choice.taken?.kernel == (wins ? "cudnn_conv2d.2" : own))
    #expect(choice.runnerUp?.kernel == (wins ? own : "cudnn_conv2d.2"))
    #expect(Set([choice.taken?.measured, choice.runnerUp?.measured]) == [100, time])
    #expect(choice.candidates.contains { $0.kernel == "cublaslt_conv2d" && $0.exclusion != nil })
    #expect(plan.tuning?.cpu == "a device")
  }

  @Test func memoryIsWhatWasPlanned() throws {
    let fake = FakeGPU(libraries: true)
    let machine = try DeviceAgreement.machine(fake)
    let before = try machine.context.freeMemory
    let executable = try Self.agreement(batch: 12, .cudnn).executable(batch: 12, on: machine)
    #expect(executable.memory.workspace == 4096)
    #expect(before - (try machine.context.freeMemory) == executable.memory.need)
  }

  @Test func withoutLibraries() throws {
    let system = GPUSystem(LibrarySearch(folders: [FakeGPU.sharedWithLibraries.path]))
    #expect(DeviceLibraries(system).available == [.cudnn, .cublasLt])
    #expect(DeviceLibraries(system).versions == "cuDNN 9.4.0, cuBLASLt 12.4.5")
    #expect(DeviceLibraries(system) { $0 == "NETC_GPU_LIBRARIES" ? "none" : nil }.available.isEmpty)
    #expect(try DeviceAgreement.machine.get().libraries.available.isEmpty)
  }

  @Test func oldAndIncompleteLibraries() throws {
    let aged = FakeGPU(libraries: true, cudnnVersion: 80900)
    let old = GPUSystem(LibrarySearch(folders: [aged.path]))
    #expect(throws: GPUProblem.unsupported("cuDNN 8.9.0 is too old: netc calls 9.0 or newer")) { try old.cudnn.get() }
    let fake = FakeGPU(without: ["cudnnBackendExecute", "cublasLtMatmul"], libraries: true)
    let system = GPUSystem(LibrarySearch(folders: [fake.path]))
    #expect(
      throws: GPUProblem.lacksFunctions(.cudnn, path: fake.path + "/libcudnn.so.9", ["cudnnBackendExecute"])
    ) { try system.cudnn.get() }
    let problem = try #require(throws: GPUProblem.self) { try system.cublasLt.get() }
    #expect(problem.message.contains("cublasLtMatmul") && problem.help[0].contains("do without"))
    // The device is as good as without them.
    let machine = try DeviceAgreement.machine(fake)
    #expect(machine.libraries.available.isEmpty)
    _ = try Self.agreement(batch: 2, nil).executable(batch: 2, on: machine)
  }

  /// From the first call to the last, each fails once: somebody else computes the step, or there is an error. Nothing is
  /// left behind.
  @Test(arguments: DeviceLibrary.allCases)
  func everyCallFailsInTurn(library: DeviceLibrary) throws {
    let fake = FakeGPU(libraries: true)
    let agreement = try Self.agreement(batch: 9, library)
    let faults = try FaultsInTurn(fake) {
      let found = try agreement.executable(batch: 9, on: try DeviceAgreement.machine(fake))
        .run(examples: 9, inputs: agreement.agreement.inputs)
      agreement.agreement.check(found, tolerance: DeviceAgreement.shallow)
    }
    #expect(faults.calls > 150 && faults.failures > 30 && faults.successes > 50)
  }
}

extension GraphOp {
  var isProduct: Bool {
    switch self {
    case .conv2D, .dense: true
    default: false
    }
  }
}
