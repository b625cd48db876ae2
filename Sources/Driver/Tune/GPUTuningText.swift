import NetIR

/// What `--tune` on a GPU says when it is done.
struct GPUTuningText {
  let outcome: GPUTuner.Outcome

  private static let mostChanges = 12

  func rendered() -> String {
    let table = outcome.table
    var text =
      "tuned on \(table.cpu): \(outcome.choices) of \(Format.count(outcome.steps, "step")) "
      + "\(outcome.choices == 1 ? "has" : "have") a choice, "
      + (outcome.timed == 0 ? "all times were known, " : "\(Format.count(outcome.timed, "kernel")) timed now, ")
    let changed = outcome.changes.reduce(0) { $0 + $1.count }
    if outcome.changes.isEmpty && outcome.regrouped == 0 {
      text += "and the rule's kernels are kept\n"
    } else {
      text += "\(changed) other than by rule"
      if outcome.regrouped > 0 { text += ", gradients of \(Format.count(outcome.regrouped, "layer")) by other steps" }
      text += "\n"
    }
    if let runs = outcome.runs {
      text += "  a run takes \(milliseconds(runs.after)) ms with them, by rule \(milliseconds(runs.before)) ms\n"
    }
    for change in outcome.changes.prefix(Self.mostChanges) { text += "  \(TuningText.line(change))\n" }
    let more = outcome.changes.count - Self.mostChanges
    return more > 0 ? text + "  and \(more) more\n" : text
  }

  private func milliseconds(_ seconds: Double) -> String { fixed(seconds * 1000, digits: seconds < 1e-3 ? 4 : 2) }
}
