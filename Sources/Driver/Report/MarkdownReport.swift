import Compiler

/// The report as a Markdown table, for a README or an issue.
struct MarkdownReport {
  let report: NetworkReport

  func rendered() -> String {
    let table = Markdown.table(
      ["#", "layer", "type", "output", "field", "parameters", "state", "MACs"], align: "r....rrr",
      report.rows.map { row in
        [
          "\(row.index)", row.name, row.type, row.outputShape.crossed, row.field.map { $0.size.crossed } ?? "",
          Format.grouped(row.parameters), Format.grouped(row.state), Format.grouped(row.work.macs),
        ]
      })
    return """
      ## \(report.name)

      \(table)
      - **parameters**: \(Format.grouped(report.trainable)) trainable, \(Format.grouped(report.frozen)) frozen, \
      \(Format.grouped(report.state)) state; \(Format.binary(report.weightBytes)) in fp32
      - **work**: \(Format.grouped(report.work.macs)) MACs, \(Format.grouped(report.work.flops)) FLOPs per example
      - **memory** at batch \(report.batch): inference arena \(Format.binary(report.inferenceArenaBytes)) \
      (bound \(Format.binary(report.inferenceArenaBound))); \
      training \(report.training.map { Format.binary($0.total) } ?? "not possible")

      """
  }
}
