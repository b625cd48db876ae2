import CPUBackend
import Diagnostics
import NetIR

/// `netc explain --plan`: the steps of a plan, each with its kernel, what is known of its time, and the runner-up.
package struct PlanListing {
  let plan: Plan
  let width: Int
  let style: Style

  package init(plan: Plan, width: Int, style: Style) { (self.plan, self.width, self.style) = (plan, width, style) }

  package func rendered() -> String {
    "\(heading)\n\(Table.fitted(to: width, style: style, names: plan.steps.map(\.name), table))\n\(footer)"
  }

  private var heading: String {
    let name = SafeText.escaped(plan.name)
    return "\(style.bold("plan \(name)"))   \(plan.batchWords)   \(plan.precision) \(plan.numerics)   "
      + "\(SafeText.escaped(plan.target.name))\n"
  }

  private func table(letters: Int) -> Table {
    var table = Table([
      Table.Column("#", right: true), Table.Column("what"), Table.Column("out", expendable: 2),
      Table.Column("how"), Table.Column("kernel", expendable: 3), Table.Column("error", right: true, expendable: 1),
      Table.Column("µs", right: true), Table.Column("runner-up"), Table.Column("µs", right: true),
    ])
    for (index, step) in plan.steps.enumerated() {
      let runnerUp = step.choice?.runnerUp
      table.rows.append([
        "\(index + 1)", SafeText.escaped(step.name).cut(to: letters),
        plan.tensors[step.result].shape.dropFirst().map(String.init).joined(separator: "×"),
        KernelText.short(step.kernel), step.kernel, plan.expectedError(of: step).map(inMillionths) ?? "",
        time(step.choice?.taken), runnerUp.map { KernelText.short($0.kernel) } ?? "", time(runnerUp),
      ])
    }
    if plan.steps.allSatisfy({ plan.expectedError(of: $0) == nil }) { table.drop("error") }
    return table
  }

  /// Where a plan is tuned, an estimate is marked.
  private func time(_ candidate: Plan.Choice.Candidate?) -> String {
    guard let candidate, let time = candidate.nanoseconds else { return "" }
    return (plan.tuning != nil && candidate.measured == nil ? "~" : "") + Format.microseconds(time)
  }

  private var footer: String {
    let sum = plan.steps.reduce(0) { $0 + ($1.choice?.taken?.nanoseconds ?? 0) }
    let part = plan.microbatches == 1 ? "" : " for \(plan.microbatch) of \(plan.batch) examples"
    let isKnown = !plan.target.isDevice || plan.tuning != nil
    var lines = [
      isKnown ? ("sum", "\(Format.microseconds(sum)) µs\(part), \(plan.timeSource)") : ("times", plan.timeSource)
    ]
    let choices = plan.steps.count { $0.choice?.runnerUp != nil }
    let verb = choices == 1 ? "has" : "have"
    lines.append(("choices", "\(choices) of \(Format.count(plan.steps.count, "step")) \(verb) a runner-up"))
    if plan.steps.contains(where: { plan.expectedError(of: $0) != nil }) {
      lines.append(("error", "of random operands, against the size of the results"))
    }
    lines.append(("arena", "\(Format.binary(plan.arenaBytes)), bound \(Format.binary(plan.arenaBound))"))
    return lines.map { "  \(Format.pad($0.0, 9))\($0.1)\n" }.joined()
  }
}

extension Plan {
  /// Where the times of its steps come from, in words.
  var timeSource: String {
    if target.isDevice {
      return tuning.map { "measured on \(SafeText.escaped($0.cpu))" }
        ?? "not known; `netc bench --device gpu --tune` measures"
    }
    guard let tuning else {
      return "estimated for \(Format.count(target.cores, "core")); `netc compile --tune` measures"
    }
    return "measured on \(SafeText.escaped(tuning.cpu)) with \(Format.count(tuning.threads, "thread"))"
  }
}
