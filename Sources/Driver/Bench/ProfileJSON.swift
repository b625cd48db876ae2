import CPUBackend
import Exchange
import NetIR

extension Profile {
  /// What `netc bench --profile --json` adds to its object.
  var json: JSONValue {
    .object([
      ("runs", .int(runs)), ("total_ms", .milliseconds(seconds)),
      ("limits", limits.json), ("limits_measured", limitsDate.map { .string($0) } ?? .null),
      ("steps", .array(steps.map(json))), ("kernels", .array(groups.map(json))),
    ])
  }

  private func json(_ step: StepProfile) -> JSONValue {
    .object([
      ("index", .int(step.index)), ("name", .string(step.name)), ("op", .string(step.op)),
      ("algorithm", .string(step.algorithm)), ("kernel", .string(step.kernel)),
      ("median_ms", .milliseconds(step.seconds)), ("min_ms", .milliseconds(step.fastest)),
      ("share", .ratio(share(of: step))), ("busy", .ratio(step.busy)),
      ("gflop", .double(Double(step.flops) / 1e9)), ("gflop_per_s", .ratio(step.gflopPerSecond)),
      ("peak_share", .ratio(step.peakShare)), ("weight_bytes", .int(step.weightBytes)),
      ("input_bytes", .int(step.inputBytes)), ("output_bytes", .int(step.outputBytes)),
      ("bytes", .int(step.bytes)), ("gb_per_s", .ratio(step.gbPerSecond)),
      ("weights_from", .string(step.weightsFrom.rawValue)),
      ("activations_from", .string(step.activationsFrom.rawValue)),
      ("bandwidth_share", .ratio(step.bandwidthShare)), ("limit_ms", .milliseconds(step.limitSeconds)),
      ("limit", .string(step.isArithmeticBound ? "arithmetic" : "memory")),
      ("lost_ms", .milliseconds(step.lost)), ("arena_bytes", .int(step.arenaBytes)),
    ])
  }

  private func json(_ group: Group) -> JSONValue {
    .object([
      ("op", .string(group.op)), ("kernel", .string(group.kernel)), ("steps", .int(group.count)),
      ("ms", .milliseconds(group.seconds)), ("share", .ratio(seconds > 0 ? group.seconds / seconds : 0)),
      ("gflop", .double(Double(group.flops) / 1e9)), ("gflop_per_s", .ratio(group.gflopPerSecond)),
      ("peak_share", .ratio(group.arithmeticSeconds / group.seconds)),
      ("bandwidth_share", .ratio(group.memorySeconds / group.seconds)),
      ("limit_ms", .milliseconds(group.limitSeconds)),
    ])
  }
}

extension JSONValue {
  /// From seconds; clocks count nanoseconds.
  fileprivate static func milliseconds(_ seconds: Double) -> JSONValue { .double((seconds * 1e9).rounded() / 1e6) }

  /// Six decimals.
  fileprivate static func ratio(_ value: Double) -> JSONValue { .double((value * 1e6).rounded() / 1e6) }
}
