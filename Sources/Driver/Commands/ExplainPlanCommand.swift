import CPUBackend
import Compiler
import Diagnostics
import Exchange
import GPUBackend
import NetIR

/// `netc explain --plan`: the steps of a plan, or one of them, with what was known of every kernel.
package struct ExplainPlanCommand: Sendable {
  /// A spec, or what `netc compile` made.
  package var path: String
  /// The number or the name of a step; nil for the listing.
  package var step: String?
  package var json = false
  /// nil takes the CPU for a spec, and for an artefact the device that it was compiled for.
  package var device: DeviceOption?

  package init(path: String, step: String? = nil) { (self.path, self.step) = (path, step) }

  package func run(_ console: Console) throws -> ExitCode {
    guard let plan = try plan(console) else { return .wrongInput }
    let index = try step.map { step throws(DiagnosticError) in try find(step, in: plan) }
    if let remark = Self.remark(on: plan, cpu: HostCPU.current.brand) { console.note("note: \(remark)\n") }
    let style = Style(color: console.color)
    if json {
      console.out(plan.explanation(of: index).serialised(pretty: true) + "\n")
    } else if let index {
      console.out(StepExplanation(plan: plan, index: index, width: console.width, style: style).rendered())
    } else {
      console.out(PlanListing(plan: plan, width: console.width, style: style).rendered())
    }
    return .good
  }

  /// - Returns: nil for a spec with errors, which were printed.
  private func plan(_ console: Console) throws -> Plan? {
    let catalogue = KernelTable.catalogue
    if path != "-", try MappedFile(path: path).withBytes({ Artefact.isArtefact($0) }) {
      return try plan(of: try Artefact(path: path, catalogue: catalogue))
    }
    if device == .gpu { return try planOfDevice(console) }
    let loaded = SpecLoader.load(path)
    DiagnosticPrinter(console).printErrors(of: loaded)
    guard let network = loaded.network else { return nil }
    let options = CompileOptions(
      batch: try CompilerFront.batch(nil, for: network), target: HostCPU.current.target, catalogue: catalogue)
    return try CompilerFront.compile(network, options).plan
  }

  private func plan(of artefact: Artefact) throws(DiagnosticError) -> Plan {
    guard device != .cpu, let settled = try AheadKernels.of(artefact, path)?.settled else {
      guard device != .gpu else {
        throw DiagnosticError(
          Diagnostic(
            .badOption, "`\(path)` has no plan of a GPU", at: .none,
            help: ["make one with `netc compile SPEC --device gpu --tune -o \(path)`, or explain the spec's"]))
      }
      return artefact.plan
    }
    do throws(GraphProblem) { return try settled.verified() } catch { throw Artefact.damaged(path, error.message) }
  }

  /// With the engines of libraries as they are on this machine, and why a library refused a step.
  private func planOfDevice(_ console: Console) throws -> Plan? {
    let machine = try GPUMachine()
    let loaded = SpecLoader.load(path)
    DiagnosticPrinter(console).printErrors(of: loaded)
    guard let network = loaded.network else { return nil }
    let options = CompileOptions(
      batch: try CompilerFront.batch(nil, for: network), target: machine.device.target, catalogue: machine.catalogue)
    return try LibraryEngines.settled(try CompilerFront.compile(network, options).plan, on: machine)
  }

  /// Said of a plan whose kernels were chosen by their times on another CPU.
  package static func remark(on plan: Plan, cpu: String) -> String? {
    guard let tuning = plan.tuning, !plan.target.isDevice, tuning.cpu != cpu else { return nil }
    return "tuned on \(SafeText.escaped(tuning.cpu)), and this is \(cpu.isEmpty ? "another CPU" : cpu): "
      + "`netc compile --tune` here may choose other kernels"
  }

  /// A step by its number, its name, or the layer that its name begins with.
  private func find(_ word: String, in plan: Plan) throws(DiagnosticError) -> Int {
    if let number = Int(word), plan.steps.indices.contains(number - 1) { return number - 1 }
    let layers = plan.steps.map { String($0.name.prefix { $0 != " " }) }
    if let index = plan.steps.firstIndex(where: { $0.name == word }) ?? layers.firstIndex(of: word) { return index }
    let hint = Suggestion.unknown(word: word, among: layers)
    throw DiagnosticError(
      Diagnostic(
        .badOption, "`\(path)` has no step `\(word)`", at: .none,
        help: [
          hint.label.isEmpty
            ? "its steps are numbered from 1 to \(plan.steps.count); `netc explain --plan \(path)` lists them"
            : hint.label
        ]))
  }
}
