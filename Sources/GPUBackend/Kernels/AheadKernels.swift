import Exchange
import NetIR

/// Kernels that were compiled ahead, as an artefact has them: PTX, which the driver compiles for the device that it
/// finds, with what the plan was made for. The texts are those of the same plan.
package struct AheadKernels: Sendable, Codable {
  /// PTX of one text.
  struct Module: Sendable, Codable {
    var name: String
    /// Of the text.
    var digest: String
    var ptx: String
  }

  package let target: TargetDescription
  package let precision: String
  package let numerics: String
  private var modules: [Module]
  /// Present where the plan was made on a device.
  package let settled: DevicePlan?

  /// Compiles what a plan for a device launches.
  ///
  /// - Parameters:
  ///   - plan: of netc's own kernels alone.
  ///   - settled: the same network's on the device of this machine; its kernels are compiled, too.
  package init(_ plan: Plan, _ compiler: KernelCompiler, settled: DevicePlan? = nil) throws(GPUProblem) {
    guard let capability = plan.target.capability else { throw .unsupported("\(plan.target.name) is no GPU") }
    (target, precision, numerics) = (plan.target, plan.precision, plan.numerics)
    modules = []
    // An older compiler makes PTX of the newest that it knows.
    let architecture = "compute_" + (try compiler.architecture(for: capability)).drop { !$0.isNumber }
    self.settled = settled
    for module in try Self.modules(of: [plan, settled?.plan].compactMap(\.self)) {
      let bytes = try compiler.compile(module.text, name: module.name, for: architecture)
      let ptx = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      modules.append(Module(name: module.name, digest: Self.digest(module.text), ptx: ptx))
    }
  }

  /// Each text once.
  private static func modules(of plans: [Plan]) throws(GPUProblem) -> [KernelModule] {
    var modules: [KernelModule] = []
    for plan in plans {
      for module in try LaunchList(plan).modules(["prepare"]) where !modules.contains(where: { $0.text == module.text })
      {
        modules.append(module)
      }
    }
    return modules
  }

  /// What the driver takes in place of a text; nil where it is not here.
  func image(of text: String) -> [UInt8]? {
    let digest = Self.digest(text)
    return modules.first { $0.digest == digest }.map { Array($0.ptx.utf8) + [0] }
  }

  /// Bytes of all PTX.
  package var bytes: Int { modules.reduce(0) { $0 + $1.ptx.utf8.count } }

  private static func digest(_ text: String) -> String {
    "\(text.utf8.count) \(Digest(of: Array(text.utf8)).hexadecimal)"
  }

  /// Whether a device can run it: PTX is for devices as new as its target, or newer.
  package func check(_ device: GPUDevice) throws(GPUProblem) {
    let capability = target.capability ?? .max
    guard device.capability >= capability else {
      throw .unsupported(
        "the kernels in the file are for \(target.name) or newer, and \(device.name) is sm_\(device.capability)")
    }
  }

  package var text: String {
    get throws(GPUProblem) {
      guard let document = try? JSONValue(encoding: self) else { throw .unsupported("kernels cannot be written") }
      return document.serialised()
    }
  }

  /// - Returns: nil for a text that is none of `text`.
  package init?(text: String) {
    guard let value = try? JSONValue(parsing: text), let own: AheadKernels = try? value.decoded() else { return nil }
    self = own
  }
}
