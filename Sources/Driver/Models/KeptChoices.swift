import Compiler
import Diagnostics
import GPUBackend
import NetIR

/// With which target, kernels and times an artefact's graph is compiled for a GPU.
struct KeptChoices {
  private(set) var target: TargetDescription
  private(set) var catalogue: KernelCatalogue
  /// What was chosen on this device when the artefact was made; nil where the rule decides.
  private(set) var measurements: MeasurementTable?
  /// Said to the user: that choices of another device do not count here.
  private(set) var remark: String?

  /// - Parameter ahead: what the artefact has for devices.
  /// - Throws: why nothing of it can run on the machine.
  init(_ ahead: AheadKernels?, on machine: GPUMachine) throws {
    (target, catalogue) = (machine.device.target, machine.catalogue)
    guard let ahead else {
      _ = try machine.compiler.get()
      return
    }
    if let settled = ahead.settled {
      let plan = try? settled.verified()
      if let plan, settled.holds(on: machine) {
        measurements = plan.choices
        return
      }
      let here =
        plan == nil
        ? "for another version of netc" : "on \(SafeText.escaped(settled.device)), and this is \(machine.title)"
      remark =
        "its kernels were chosen \(here): they are chosen anew, by rule; "
        + "`netc compile --device gpu --tune` here measures"
      if (try? machine.compiler.get()) != nil { return }
    }
    // The texts that were compiled ahead are those of a plan of netc's own kernels.
    try ahead.check(machine.device)
    (target, catalogue) = (ahead.target, DeviceKernelTable.catalogue)
  }
}

extension Plan {
  /// The kernels that its steps have, as times under which the compiler takes them again; nil where nothing was timed,
  /// so that the rule does.
  fileprivate var choices: MeasurementTable? {
    guard let tuning else { return nil }
    var table = MeasurementTable(cpu: tuning.cpu, threads: tuning.threads)
    for step in steps {
      guard let taken = step.choice?.taken else { continue }
      table[tuningSignature(of: step), taken.kernel] = taken.measured ?? 1
    }
    return table
  }
}
