import Compiler
import GPUTestSupport
import NetIR
import NetworkTestSupport
import Testing

@testable import GPUBackend

/// As `DeviceAgreement`, with cuDNN and cuBLASLt beside the fake driver.
struct LibraryAgreement {
  let agreement: DeviceAgreement
  var precision = Precision.fp32
  var numerics = Numerics.strict
  /// Whose kernels are taken wherever they can be; nil for the compiler's rule.
  var library: DeviceLibrary?
  /// Which of its proposals.
  var proposal = 0

  static let machine = Result { try DeviceAgreement.machine(FakeGPU.sharedWithLibraries) }

  init(_ agreement: DeviceAgreement, library: DeviceLibrary? = nil) {
    (self.agreement, self.library) = (agreement, library)
  }

  func options(batch: Int, on machine: GPUMachine) -> CompileOptions {
    CompileOptions(
      batch: batch, precision: precision, numerics: numerics, target: machine.device.target,
      catalogue: machine.catalogue)
  }

  func compiled(batch: Int, on machine: GPUMachine) throws -> CompiledNetwork {
    var options = options(batch: batch, on: machine)
    let base = try #require(try Pipeline.compile(agreement.graph, options))
    guard let library else { return base }
    var table = MeasurementTable(cpu: "", threads: 1)
    for step in base.plan.steps {
      let own = step.choice?.candidates.filter {
        $0.exclusion == nil && machine.catalogue[$0.kernel]?.library == library
      }
      guard let kernel = own?.dropFirst(proposal).first?.kernel else { continue }
      table[base.plan.tuningSignature(of: step), kernel] = 1
    }
    options.measurements = table
    return try #require(try Pipeline.compile(agreement.graph, options))
  }

  func executable(batch: Int, on machine: GPUMachine) throws -> GPUExecutable {
    let compiled = try compiled(batch: batch, on: machine)
    let evaluator = ConstantEvaluator(compiled.portable, parameter: NoiseWeights.values)
    return try GPUExecutable(compiled.plan, on: machine) {
      try evaluator.value(of: compiled.plan.constants[$0].source)
    }
  }

  @discardableResult
  func check(batch: Int, tolerance: Double) throws -> GPUExecutable {
    let executable = try executable(batch: batch, on: try Self.machine.get())
    // What a run leaves in the arena must not reach the next one: the first leaves NaN.
    _ = try executable.run(examples: batch, inputs: agreement.inputs.map { $0.map { _ in .nan } })
    agreement.check(try executable.run(examples: batch, inputs: agreement.inputs), tolerance: tolerance)
    return executable
  }
}

extension Plan {
  /// How many steps a library computes.
  func steps(of library: DeviceLibrary) -> Int { steps.count { $0.library == library } }
}
