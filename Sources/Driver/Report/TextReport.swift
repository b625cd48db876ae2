import Compiler
import Layers
import NetIR

/// The report for a terminal: one table, and below it what it adds up to.
struct TextReport {
  let report: NetworkReport
  let path: String
  let width: Int
  let style: Style

  func rendered() -> String { "\(header())\n\n\(table())\n\(footer())" }

  private func header() -> String {
    let input = report.inputShapes.map(\.crossed).joined(separator: ", ")
    let left = style.bold(report.name) + "   input \(input)" + outputWords()
    let plain = report.name + "   input \(input)" + outputWords()
    let gap = width - plain.count - path.count
    return left + (gap >= 3 ? String(repeating: " ", count: gap) + style.dim(path) : "")
  }

  private func outputWords() -> String {
    report.outputUnits.map { "   \($0) outputs" } ?? ""
  }

  private func table() -> String {
    let isChain = report.rows.enumerated().allSatisfy { index, row in
      row.inputs == (index == 0 ? [] : [report.rows[index - 1].name])
    }
    var table = Table([
      Table.Column("#", right: true, expendable: 3), Table.Column("layer"), Table.Column("type"),
      Table.Column("from", expendable: isChain ? 9 : 8), Table.Column("output"),
      Table.Column("filter", expendable: 2),
      Table.Column("field", expendable: 1), Table.Column("parameters", right: true),
      Table.Column("%", right: true, expendable: 5), Table.Column("state", right: true, expendable: 6),
      Table.Column("MACs", right: true), Table.Column("%", right: true, expendable: 4),
    ])
    let (parameters, macs) = (report.parameters, report.work.macs)
    for row in report.rows {
      table.rows.append([
        "\(row.index)", row.name, row.type, row.inputs.joined(separator: ", "), row.outputShape.crossed,
        row.window?.words ?? "", row.field.map { $0.size.crossed } ?? "",
        row.parameters == 0 ? "" : Format.grouped(row.parameters),
        Format.percent(row.parameters, of: parameters),
        row.state == 0 ? "" : Format.grouped(row.state),
        row.work.macs == 0 ? "" : Format.short(row.work.macs),
        Format.percent(row.work.macs, of: macs),
      ])
    }
    if isChain { table.drop("from") }
    if report.state == 0 { table.drop("state") }
    if report.image == nil { table.drop("field") }
    return table.rendered(width: width, style: style)
  }

  private func footer() -> String {
    let weights = report.weightBytes
    var lines = [
      line(
        "parameters",
        "\(style.bold(Format.grouped(report.trainable))) trainable   \(Format.grouped(report.frozen)) frozen   "
          + "\(Format.grouped(report.state)) state   \(Format.binary(weights)) in fp32"),
      line(
        "work",
        "\(style.bold(Format.grouped(report.work.macs))) MACs, \(Format.short(report.work.flops))FLOP per example"
      ),
      line("memory", inferenceWords(weights)),
    ]
    lines.append(trainingLines())
    if let field = fieldLine() { lines.append(field) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func inferenceWords(_ weights: Int) -> String {
    let (arena, bound) = (report.inferenceArenaBytes, report.inferenceArenaBound)
    let words =
      "inference \(Format.binary(weights + arena)) at batch \(report.batch): "
      + "weights \(Format.binary(weights)), arena \(Format.binary(arena))"
    return Prose.wrapped("\(words) (bound \(Format.binary(bound)))", width: width, indent: 13).dropFirst(13).description
  }

  private func trainingLines() -> String {
    guard let training = report.training else {
      return Prose.wrapped("training: a layer has no gradient", width: width, indent: 13)
    }
    let parts = [
      ("weights", training.weights), ("gradients", training.gradients),
      (report.optimizer.rawValue, training.optimizer), ("activations", training.activations),
      ("workspace", training.workspace),
    ]
    // A number stays beside its name and its unit.
    let words = parts.map { "\($0.0) \(Format.binary($0.1))".replacing(" ", with: "\u{A0}") }
    let text =
      "training \(Format.binary(training.total)) at batch \(report.batch): "
      + words.joined(separator: ", ")
      + (training.computedAgain == 0 ? "" : "; \(Format.count(training.computedAgain, "value")) computed again")
    return Prose.wrapped(text, width: width, indent: 13).replacing("\u{A0}", with: " ")
  }

  private func fieldLine() -> String? {
    guard let image = report.image,
      let last = report.rows.last(where: { $0.window?.kind == .convolution }), let field = last.field
    else { return nil }
    let sees = field.size.height >= image.height && field.size.width >= image.width
    return line(
      "field",
      "\(field.size.crossed)\(sees ? "" : " of \(image.crossed)") at `\(last.name)`, the last convolution"
        + (sees ? ": the whole image" : ""))
  }

  private func line(_ title: String, _ text: String) -> String { "  \(Format.pad(title, 11))\(text)" }
}
