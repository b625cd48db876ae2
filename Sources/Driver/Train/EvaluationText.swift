import NetIR
import TrainingLoop

/// `netc eval` in words.
package struct EvaluationText: Sendable {
  package var report: EvaluationReport
  /// Of the classes; numbers where they have none.
  package var names: [String]
  package var mistakes: Int
  package var width: Int
  package var style: Style

  /// More classes than this would not fit into a matrix that people read.
  private static let largestMatrix = 20

  package init(report: EvaluationReport, names: [String], mistakes: Int, width: Int, style: Style) {
    (self.report, self.names, self.mistakes, self.width, self.style) = (report, names, mistakes, width, style)
  }

  package func rendered() -> String {
    var text = line("loss", fixed(report.loss, digits: 4))
    if let accuracy = report.accuracy {
      let counted = report.confusion.isEmpty ? "" : ": \(right) of \(Format.grouped(report.examples)) right"
      text += line("accuracy", fixed(100 * accuracy, digits: 2) + " %" + counted)
    }
    if let topFive = report.topFive { text += line("top 5", fixed(100 * topFive, digits: 2) + " %") }
    guard !report.confusion.isEmpty else { return text }
    text += "\n" + classTable.rendered(width: width, style: style)
    if report.confusion.count <= Self.largestMatrix { text += "\n" + matrix }
    let worst = report.mistakes.prefix(mistakes)
    if !worst.isEmpty { text += "\n" + mistakeTable(Array(worst)).rendered(width: width, style: style) }
    return text
  }

  private var right: String {
    Format.grouped(report.confusion.indices.reduce(0) { $0 + report.confusion[$1][$1] })
  }

  private func line(_ name: String, _ value: String) -> String { "  \(Format.pad(name, 10))\(value)\n" }

  private func name(_ index: Int) -> String { names.indices.contains(index) ? names[index] : "\(index)" }

  private var classTable: Table {
    var table = Table([
      Table.Column("class"), Table.Column("examples", right: true), Table.Column("precision", right: true),
      Table.Column("recall", right: true), Table.Column("taken for", expendable: 1),
    ])
    for (index, scores) in report.classes.enumerated() {
      let others = report.confusion[index].indices.filter { $0 != index && report.confusion[index][$0] > 0 }
        .sorted { (report.confusion[index][$0], $1) > (report.confusion[index][$1], $0) }
      table.rows.append([
        name(index), Format.grouped(scores.examples), percent(scores.precision), percent(scores.recall),
        others.prefix(3).map { "\(name($0)) (\(report.confusion[index][$0]))" }.joined(separator: ", "),
      ])
    }
    return table
  }

  private func percent(_ share: Double?) -> String { share.map { fixed(100 * $0, digits: 1) + " %" } ?? "" }

  /// Rows are what examples are, columns what was said; nothing for none.
  private var matrix: String {
    var table = Table(
      [Table.Column("is \\ said")] + report.confusion.indices.map { Table.Column(name($0).cut(to: 5), right: true) })
    for (index, row) in report.confusion.enumerated() {
      table.rows.append([name(index)] + row.map { $0 == 0 ? "·" : "\($0)" })
    }
    return table.rendered(width: width, style: style)
  }

  private func mistakeTable(_ worst: [EvaluationReport.Mistake]) -> Table {
    var table = Table([
      Table.Column("worst", right: true), Table.Column("is"), Table.Column("said"), Table.Column("score", right: true),
      Table.Column("loss", right: true),
    ])
    for mistake in worst {
      table.rows.append([
        "\(mistake.example)", name(mistake.truth), name(mistake.said), fixed(Double(mistake.score), digits: 4),
        TrainingTable.loss(mistake.loss),
      ])
    }
    return table
  }
}
