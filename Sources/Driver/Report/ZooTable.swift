import Compiler
import Layers

/// Several networks side by side, a line each.
struct ZooTable {
  let reports: [NetworkReport]
  let width: Int
  let style: Style

  func rendered() -> String {
    var table = Table([
      Table.Column("network"), Table.Column("input"), Table.Column("layers", right: true, expendable: 3),
      Table.Column("parameters", right: true), Table.Column("state", right: true, expendable: 2),
      Table.Column("MACs", right: true), Table.Column("weights", right: true, expendable: 4),
      Table.Column("arena", right: true, expendable: 1),
    ])
    for report in reports {
      table.rows.append([
        report.name, report.inputShapes.map(\.crossed).joined(separator: ", "), "\(report.rows.count)",
        Format.grouped(report.parameters), report.state == 0 ? "" : Format.grouped(report.state),
        Format.short(report.work.macs), Format.binary(report.weightBytes),
        Format.binary(report.inferenceArenaBytes),
      ])
    }
    if reports.allSatisfy({ $0.state == 0 }) { table.drop("state") }
    return table.rendered(width: width, style: style)
  }
}
