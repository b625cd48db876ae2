import CPUBackend
import Compiler
import Exchange
import FileTestSupport
import GPUTestSupport
import Layers
import NetIR
import NetworkTestSupport
import Runtime
import Testing

@testable import Driver
@testable import GPUBackend

/// Artefacts that keep what was chosen on a device.
@Suite struct DevicePlanTests {
  private static let batch = 9
  private let folder = TemporaryFolder()
  private let network: Network
  private let weights: Weights
  /// As it was chosen: cuDNN's second proposal wherever it can be, which no rule takes.
  private let plan: Plan
  private let path: String

  init() throws {
    let machine = try LibraryAgreement.machine.get()
    network = try Networks.of(LibraryEnginesTests.yaml)
    weights = Weights.initialised(for: network)
    let options = Self.options(machine.device.target, machine.catalogue)
    let base = try CompilerFront.compile(network, options).plan
    var measured = options
    measured.measurements = MeasurementTable(cpu: machine.title, threads: 1)
    for step in base.steps {
      for candidate in step.choice?.candidates ?? [] where candidate.exclusion == nil {
        let isSecond = candidate.kernel.hasPrefix("cudnn") && candidate.kernel.hasSuffix(".2")
        measured.measurements?[base.tuningSignature(of: step), candidate.kernel] = isSecond ? 1000 : 3000
      }
    }
    plan = try LibraryEngines.settled(try CompilerFront.compile(network, measured).plan, on: machine)
    let ruled = try CompilerFront.compile(network, Self.options(machine.device.target, DeviceKernelTable.catalogue))
    let ahead = try AheadKernels(ruled.plan, try machine.compiler.get(), settled: DevicePlan(plan, on: machine))
    let own = try CompilerFront.compile(network, Self.options(HostCPU.current.target, KernelTable.catalogue))
    let constants = try CompilerFront.pack(own, weights)
    path = folder.path + "/net.netc"
    try Artefact.write(
      own.plan, portable: own.portable, constants: constants.constants, device: try ahead.text, producer: "test",
      to: path)
    withExtendedLifetime(constants) {}
  }

  private static func options(_ target: TargetDescription, _ catalogue: KernelCatalogue) -> CompileOptions {
    var options = CompileOptions(batch: batch, numerics: .strict, target: target, catalogue: catalogue)
    options.microbatch = batch
    return options
  }

  /// Opens the artefact, and compares what it computes with the CPU.
  private func opened(on machine: GPUMachine) throws -> GPUModel {
    let model = try GPUModel.open(path, on: machine)
    let inputs = model.plan.inputs.map { Noise.floats($0.shape.elements, seed: 7) }
    let found = try model.executable.run(examples: Self.batch, inputs: inputs)
    let wanted = try Model.open(path, threads: 1).executable.run(examples: Self.batch, inputs: inputs)
    #expect(found.map(\.count) == wanted.map(\.count))
    for (a, b) in zip(found.joined(), wanted.joined()) { #expect(abs(a - b) < 1e-5) }
    return model
  }

  @Test func whatWasChosenIsTakenAgain() throws {
    #expect(plan.steps(of: .cudnn) == 3 && plan.steps.contains { $0.kernel == "cudnn_conv2d.2" })
    let model = try opened(on: try LibraryAgreement.machine.get())
    #expect(model.remark == nil)
    #expect(model.plan.steps.map(\.kernel) == plan.steps.map(\.kernel))
  }

  /// With PTX for both: of the plan that was chosen, and of the one by rule.
  @Test(arguments: [true, false], [true, false])
  func elsewhereTheRuleChooses(hasLibraries: Bool, hasCompiler: Bool) throws {
    let fake = FakeGPU(libraries: hasLibraries)
    if !hasCompiler { fake.remove("libnvrtc.so.12") }
    let model = try opened(on: try DeviceAgreement.machine(fake))
    guard !hasLibraries else {
      #expect(model.remark == nil && model.plan.steps.map(\.kernel) == plan.steps.map(\.kernel))
      return
    }
    let remark = try #require(model.remark)
    #expect(
      remark.contains("chosen on Fake GPU 0 with cuDNN 9.4.0, cuBLASLt 12.4.5, and this is Fake GPU 0: ")
        && remark.contains("`netc compile --device gpu --tune`"))
    #expect(model.plan.steps.allSatisfy { $0.library == nil })
  }

  @Test func anotherVersionOfALibraryIsAnotherMachine() throws {
    let model = try opened(on: try DeviceAgreement.machine(FakeGPU(libraries: true, cudnnVersion: 90500)))
    #expect(model.remark?.contains("and this is Fake GPU 0 with cuDNN 9.5.0, cuBLASLt 12.4.5: ") == true)
    #expect(model.plan.steps(of: .cudnn) == 0)
  }

  /// Nothing that a file says of a plan is believed.
  @Test func aForgedPlanIsNone() throws {
    let machine = try LibraryAgreement.machine.get()
    #expect(try DevicePlan(plan, on: machine).verified() == plan)
    var forged = plan
    forged.steps[0].result = 999
    #expect(throws: GraphProblem.self) { try DevicePlan(forged, on: machine).verified() }
    forged = plan
    forged.steps[0].kernel = "cuda_of_tomorrow"
    #expect(throws: GraphProblem.self) { try DevicePlan(forged, on: machine).verified() }
    let own = try CompilerFront.compile(network, Self.options(HostCPU.current.target, KernelTable.catalogue)).plan
    #expect(throws: GraphProblem.self) { try DevicePlan(own, on: machine).verified() }
  }
}
