import CPUBackend
import Exchange
import NetIR

extension Plan {
  /// What `netc explain --plan --json` prints.
  ///
  /// - Parameter index: of the only step that is asked for; nil for all.
  func explanation(of index: Int? = nil) -> JSONValue {
    let shown = index.map { [$0] } ?? Array(steps.indices)
    return .object([
      ("name", .string(name)), ("batch", .int(batch)), ("microbatch", .int(microbatch)),
      ("precision", .string(precision)),
      ("numerics", .string(numerics)), ("target", .string(target.name)),
      (
        "tuning",
        tuning.map { .object([("cpu", .string($0.cpu)), ("threads", .int($0.threads))]) } ?? .null
      ),
      ("arena_bytes", .int(arenaBytes)), ("arena_bound_bytes", .int(arenaBound)),
      ("steps", .array(shown.map(explained))),
    ])
  }

  private func explained(_ index: Int) -> JSONValue {
    let step = steps[index]
    let work = work(of: step)
    return .object([
      ("index", .int(index + 1)), ("name", .string(step.name)), ("op", .string(step.op.name)),
      ("signature", .string(instance(of: step).signature)), ("kernel", .string(step.kernel)),
      ("algorithm", .string(step.algorithm)), ("macs", .int(work.macs)), ("flops", .int(work.flops)),
      ("expected_error", expectedError(of: step).map { .double($0) } ?? .null), ("parallel", .bool(step.parallel)),
      ("workspace_bytes", .int(step.workspace?.bytes ?? 0)),
      ("inputs", .array(step.operands.compactMap(described))), ("output", described(.tensor(step.result)) ?? .null),
      ("candidates", .array((step.choice?.candidates ?? []).map(\.json))),
    ])
  }

  /// nil for constants.
  private func described(_ operand: Operand) -> JSONValue? {
    guard case .tensor(let index) = operand else { return nil }
    let tensor = tensors[index]
    return .object([
      ("name", .string(tensor.name)), ("shape", .array(tensor.shape.map { .int($0) })),
      ("layout", .string(tensor.layout.description)), ("bytes", .int(tensor.bytes)),
    ])
  }
}

extension Plan.Choice.Candidate {
  fileprivate var json: JSONValue {
    .object([
      ("kernel", .string(kernel)), ("estimated_ns", estimate.map { .int($0) } ?? .null),
      ("measured_ns", measured.map { .int($0) } ?? .null), ("excluded", exclusion.map { .string($0) } ?? .null),
    ])
  }
}
