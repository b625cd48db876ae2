import Compiler

/// The report as a Markdown table, for a README or an issue.
struct MarkdownReport {
  let report: NetworkReport

  func rendered() -> String {
    var text = "## \(report.name)\n\n"
    text += "| # | layer | type | output | field | parameters | state | MACs |\n"
    text += "|--:|---|---|---|---|--:|--:|--:|\n"
    for row in report.rows {
      let cells = [
        "\(row.index)", row.name, row.type, row.outputShape.crossed, row.field.map { $0.size.crossed } ?? "",
        Format.grouped(row.parameters), Format.grouped(row.state), Format.grouped(row.work.macs),
      ]
      text += "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }
    let training = report.training
    text += """

      - **parameters**: \(Format.grouped(report.trainable)) trainable, \(Format.grouped(report.frozen)) frozen, \
      \(Format.grouped(report.state)) state; \(Format.binary(report.weightBytes)) in fp32
      - **work**: \(Format.grouped(report.work.macs)) MACs, \(Format.grouped(report.work.flops)) FLOPs per example
      - **memory** at batch \(report.batch): inference arena \(Format.binary(report.inferenceArenaBytes)); \
      training \(Format.binary(training.total)) (predicted)

      """
    return text
  }
}
