import NetIR

/// What `netc compile --tune` says when it is done.
struct TuningText {
  let outcome: Tuner.Outcome

  private static let mostChanges = 12

  func rendered() -> String {
    let table = outcome.table
    var text =
      "tuned on \(table.cpu.isEmpty ? "this CPU" : table.cpu) with \(Format.count(table.threads, "thread")): "
      + "\(outcome.choices) of \(Format.count(outcome.steps, "step")) \(outcome.choices == 1 ? "has" : "have") a choice, "
    guard let runs = outcome.runs else { return text + "and the cost model was right\n" + microbatches }
    guard !outcome.changes.isEmpty else {
      return text + "and the kernels of the cost model are kept:\n"
        + "  those that won one by one took \(milliseconds(runs.after)) ms together, not \(milliseconds(runs.before))\n"
        + microbatches
    }
    let changed = outcome.changes.reduce(0) { $0 + $1.count }
    text +=
      "\(changed) other than by the cost model\n"
      + microbatches
      + "  a run takes \(milliseconds(runs.after)) ms, with the cost model's kernels \(milliseconds(runs.before)) ms\n"
    for change in outcome.changes.prefix(Self.mostChanges) { text += "  \(Self.line(change))\n" }
    let more = outcome.changes.count - Self.mostChanges
    return more > 0 ? text + "  and \(more) more: `netc explain --plan` lists them\n" : text
  }

  private func milliseconds(_ seconds: Double) -> String { fixed(seconds * 1000, digits: seconds < 1e-3 ? 4 : 2) }

  /// A line, or nothing where there was no choice.
  private var microbatches: String {
    guard !outcome.microbatches.isEmpty else { return "" }
    let times = outcome.microbatches.map { "by \($0.size) \(milliseconds(Double($0.time) / 1e9)) ms" }
    return "  a batch goes through \(outcome.microbatch) at a time: \(times.joined(separator: ", "))\n"
  }

  static func line(_ change: TuningChange) -> String {
    let times = [change.taken, change.replaced].map { Format.microseconds($0.measured ?? 0) }
    let others = change.count > 1 ? " and \(change.count - 1) like it" : ""
    return "\(change.step.name)\(others): \(KernelText.short(change.taken.kernel)) \(times[0]) µs, "
      + "\(KernelText.short(change.replaced.kernel)) \(times[1]) µs"
  }
}
