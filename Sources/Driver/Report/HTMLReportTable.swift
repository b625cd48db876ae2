import Compiler
import Drawing
import Layers
import NetIR

/// The layers as a table with a bar in each cell that adds up to a total.
struct HTMLReportTable {
  let report: NetworkReport
  /// The box of each layer in the drawing.
  let box: [Int]

  private struct Column {
    var title: String
    var isNumber = true
    /// How a click sorts first.
    var descends = false
  }

  private static let columns = [
    Column(title: "#"), Column(title: "layer", isNumber: false), Column(title: "type", isNumber: false),
    Column(title: "inputs", isNumber: false), Column(title: "output"), Column(title: "filter"),
    Column(title: "field"), Column(title: "parameters", descends: true), Column(title: "MACs", descends: true),
    Column(title: "activations", descends: true),
  ]

  func rendered() -> String {
    let heads = Self.columns.enumerated().map { index, column in
      "<th scope=\"col\"\(column.isNumber ? " class=\"n\"" : "")\(index == 0 ? " aria-sort=\"ascending\"" : "")"
        + "\(column.descends ? " data-first=\"descending\"" : "")>\(column.title)</th>"
    }
    return """
      <section aria-labelledby="layers"><h2 id="layers">Layers</h2>
      <p class="hint script">A click on a column's title sorts. Pointing at a row shows the layer in the drawing \
      and its receptive field.</p>
      <div class="scroll" tabindex="0" role="region" aria-label="Table of the layers">
      <table id="table"><thead><tr>\(heads.joined())</tr></thead>
      <tbody>
      \(report.rows.map(row).joined(separator: "\n"))
      </tbody>
      <tfoot><tr><th scope="row" colspan="7">total</th>\(total(Format.grouped(report.parameters)))\
      \(total(Format.grouped(report.work.macs)))\(total(Format.binary(activationSum)))</tr></tfoot>
      </table></div></section>
      """
  }

  private func total(_ text: String) -> String { "<td class=\"n\">\(text)</td>" }

  private var activationSum: Int { report.rows.reduce(0) { $0 + $1.activationBytes } }

  private func row(_ row: NetworkReport.Row) -> String {
    let elements = row.outputShape.withBatch(1).reduce(1, *)
    let window = row.window?.words ?? ""
    let cells = [
      cell("\(row.index)", by: row.index), "<th scope=\"row\">\(Markup.escaped(row.name))</th>",
      "<td>\(Markup.escaped(row.type))</td>", "<td>\(Markup.escaped(row.inputs.joined(separator: ", ")))</td>",
      cell(row.outputShape.crossed, by: elements),
      cell(window, by: row.window.map { window.isEmpty ? 0 : $0.size.height * $0.size.width } ?? 0),
      cell(row.field.map { $0.size.crossed } ?? "", by: row.field.map { $0.size.height * $0.size.width } ?? 0),
      bar(Format.grouped(row.parameters), row.parameters, report.rows.map(\.parameters), note: state(row)),
      bar(Format.grouped(row.work.macs), row.work.macs, report.rows.map(\.work.macs)),
      bar(Format.binary(row.activationBytes), row.activationBytes, report.rows.map(\.activationBytes)),
    ]
    let layer = box.indices.contains(row.index) ? box[row.index] : row.index
    return "<tr data-row=\"\(row.index)\" data-layer=\"\(layer)\" tabindex=\"0\">\(cells.joined())</tr>"
  }

  private func state(_ row: NetworkReport.Row) -> String {
    row.state == 0 ? "" : "\(Format.grouped(row.state)) more of state"
  }

  private func cell(_ text: String, by value: Int) -> String {
    "<td class=\"n\" data-value=\"\(value)\">\(Markup.escaped(text))</td>"
  }

  /// A number over a bar that compares it with the largest of its column.
  private func bar(_ text: String, _ value: Int, _ all: [Int], note: String = "") -> String {
    let share = Double(value) / Double(max(1, all.max() ?? 1))
    let percent = Format.percent(value, of: all.reduce(0, +))
    let hint = [percent.isEmpty ? "" : "\(percent) %", note].filter { !$0.isEmpty }.joined(separator: ", ")
    let title = hint.isEmpty ? "" : " title=\"\(Markup.escaped(hint))\""
    let bar = "<span class=\"bar\" style=\"width:\(Markup.number(100 * share))%\"></span>"
    return "<td class=\"n\" data-value=\"\(value)\"\(title)>\(value == 0 ? "<span class=\"zero\">0</span>" : text)"
      + "\(value == 0 ? "" : bar)</td>"
  }
}
