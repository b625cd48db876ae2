import Compiler
import Exchange
import Layers
import NetIR

/// The report as scripts read it; keys are a contract.
struct JSONReport {
  let report: NetworkReport

  func rendered() -> String { value.serialised(pretty: true) + "\n" }

  private var value: JSONValue {
    let training = report.training
    let work = report.work
    return .object([
      ("name", .string(report.name)),
      ("batch", .int(report.batch)),
      ("layers", .array(report.rows.map(layer))),
      (
        "totals",
        .object([
          ("parameters", .int(report.parameters)), ("trainable", .int(report.trainable)),
          ("frozen", .int(report.frozen)), ("state", .int(report.state)), ("macs", .int(work.macs)),
          ("flops", .int(work.flops)), ("weight_bytes", .int(report.weightBytes)),
        ])
      ),
      (
        "memory",
        .object(
          [
            ("inference_arena_bytes", .int(report.inferenceArenaBytes)),
            ("inference_arena_bound_bytes", .int(report.inferenceArenaBound)),
            (
              "training_bytes",
              training.map { training in
                .object([
                  ("weights", .int(training.weights)), ("gradients", .int(training.gradients)),
                  ("optimizer", .int(training.optimizer)), ("activations", .int(training.activations)),
                  ("workspace", .int(training.workspace)), ("total", .int(training.total)),
                ])
              } ?? .null
            ),
          ] + computedAgain)
      ),
    ])
  }

  /// Where memory was limited so much.
  private var computedAgain: [(String, JSONValue)] {
    guard let count = report.training?.computedAgain, count > 0 else { return [] }
    return [("computed_again", .int(count))]
  }

  private func layer(_ row: NetworkReport.Row) -> JSONValue {
    .object([
      ("index", .int(row.index)), ("name", .string(row.name)), ("type", .string(row.type)),
      ("inputs", .array(row.inputs.map { .string($0) })),
      ("output_shape", .array(row.outputShape.map { $0.map { .int($0) } ?? .null })),
      ("parameters", .int(row.parameters)), ("trainable", .int(row.trainable)), ("frozen", .int(row.frozen)),
      ("state", .int(row.state)), ("macs", .int(row.work.macs)), ("flops", .int(row.work.flops)),
      ("weight_bytes", .int(row.weightBytes)), ("activation_bytes", .int(row.activationBytes)),
      ("receptive_field", pair(row.field?.size)), ("jump", pair(row.field?.jump)),
      ("capacity", pair(row.capacity.map(\.capacity))), ("coverage", pair(row.capacity.map(\.coverage))),
    ])
  }

  private func pair(_ size: Size2D?) -> JSONValue { size.map { [.int($0.height), .int($0.width)] } ?? .null }

  /// Percent with two decimals, as nolearn prints them.
  private func pair(_ values: (y: Double, x: Double)?) -> JSONValue {
    guard let values else { return .null }
    return [.double((values.y * 100).rounded() / 100), .double((values.x * 100).rounded() / 100)]
  }
}
