import CPUBackend
import Diagnostics
import NetIR

/// `netc explain --plan X STEP`: what one step reads, does and writes, and what was known of every kernel.
package struct StepExplanation {
  let plan: Plan
  let index: Int
  let width: Int
  let style: Style

  /// - Parameter index: of a step of the plan.
  package init(plan: Plan, index: Int, width: Int, style: Style) {
    (self.plan, self.index, self.width, self.style) = (plan, index, width, style)
  }

  private var step: Plan.Step { plan.steps[index] }

  package func rendered() -> String {
    let heading = "step \(index + 1) of \(plan.steps.count)   \(style.bold(SafeText.escaped(step.name)))"
    var facts = [("op", step.op.described)]
    for (place, operand) in step.operands.enumerated() { facts.append((place == 0 ? "reads" : "", words(operand))) }
    facts.append(("writes", words(.tensor(step.result))))
    facts.append(("work", workWords))
    // What a device loses in precision its `--precision` and `--numerics` say, not the algorithm.
    let isDevice = plan.target.isDevice
    if !isDevice { facts.append(("threads", step.parallel ? "all" : "one: too little work to share")) }
    if let workspace = step.workspace {
      let share = Format.binary(workspace.bytesPerThread)
      facts.append(
        ("workspace", workspace.threads == 1 ? share : "\(share) for each of \(workspace.threads) threads"))
    }
    if !isDevice {
      facts.append(
        ("error", plan.expectedError(of: step).map { "\(inMillionths($0)) expected" } ?? "that of plain sums"))
    }
    facts.append(("times", plan.timeSource))
    let text = facts.map { title, words in
      "  \(Format.pad(title, 11))\(Prose.wrapped(words, width: width, indent: 13).dropFirst(13))\n"
    }
    return "\(heading)\n\n\(text.joined())\n\(candidates)"
  }

  private var workWords: String {
    let work = plan.work(of: step)
    guard work.flops > 0 else { return "moves numbers, no arithmetic" }
    let executed = plan.executedFlops(of: step)
    let saved = executed < work.flops ? ", of which the algorithm does \(Format.short(executed))FLOP in products" : ""
    return (work.macs > 0 ? "\(Format.short(work.macs))MACs, " : "") + "\(Format.short(work.flops))FLOP\(saved)"
  }

  private func words(_ operand: Plan.Operand) -> String {
    switch operand {
    case .tensor(let index):
      let tensor = plan.tensors[index]
      return "\(SafeText.escaped(tensor.name)), \(tensor.shape.crossed), \(tensor.layout.description), "
        + "\(Format.binary(tensor.bytes)), \(tensor.place.words)"
    case .constant(let index):
      let constant = plan.constants[index]
      let packing = constant.packing == .plain ? "" : ", packed for the kernel"
      return "\(SafeText.escaped(constant.name)), \(constant.shape.crossed)\(packing)"
    }
  }

  private var candidates: String {
    guard let choice = step.choice else { return "  kernel     \(step.kernel)\n" }
    var table = Table([
      Table.Column("kernel"), Table.Column("estimated", right: true), Table.Column("measured", right: true),
      Table.Column(""),
    ])
    let best = choice.taken?.nanoseconds ?? 0
    for (place, candidate) in choice.candidates.enumerated() where candidate.exclusion == nil {
      let ratio = Double(candidate.nanoseconds ?? 0) / Double(max(1, best))
      table.rows.append([
        SafeText.escaped(candidate.kernel), candidate.estimate.map { "\(Format.microseconds($0)) µs" } ?? "",
        candidate.measured.map { "\(Format.microseconds($0)) µs" } ?? "",
        place == 0 ? "taken" : candidate.nanoseconds == nil ? "" : "×\(fixed(ratio, digits: 2))",
      ])
    }
    if plan.tuning == nil { table.drop("measured") }
    if plan.target.isDevice { table.drop("estimated") }
    let excluded = choice.candidates.compactMap { candidate in
      candidate.exclusion.map {
        (term: KernelText.short(candidate.kernel), text: SafeText.escaped($0))
      }
    }
    guard !excluded.isEmpty else { return table.rendered(width: width, style: style) }
    return table.rendered(width: width, style: style) + "\n  not possible:\n"
      + Prose.definitions(excluded, style, width: width)
  }
}

extension Plan.Tensor.Place {
  fileprivate var words: String {
    switch self {
    case .input(let number): "the caller's input \(number)"
    case .output(let number): "the caller's output \(number)"
    case .arena(let offset): "arena \(offset)"
    }
  }
}
