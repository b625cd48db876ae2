import Diagnostics
import Exchange
import NetIR

/// What a network said of a list of examples.
package struct Predictions: Sendable {
  /// In C order.
  package var values: [Float]
  package var shape: [Int]
  package var classes: [String]
  /// Names of the files that the examples come from; empty for those of an array, which have numbers.
  package var files: [String] = []

  /// The endings that `--output` knows.
  package static let formats = [".npy", ".json", ".csv"]

  /// Letters of a file's name in a table.
  private static let longestFile = 32

  private var units: Int { shape.dropFirst().reduce(1, *) }

  /// The class with the highest score of each example; of equal ones the first.
  package var best: [Int] { (0..<shape[0]).map { ranking($0, 1)[0] } }

  /// The indices of the highest scores of an example.
  private func ranking(_ example: Int, _ count: Int) -> [Int] {
    let row = values[example * units..<(example + 1) * units]
    let order = row.indices.sorted { (row[$0], $1) > (row[$1], $0) }
    return order.prefix(count).map { $0 - row.startIndex }
  }

  /// The class's name, or its number.
  package func name(_ unit: Int) -> String { classes.indices.contains(unit) ? classes[unit] : "\(unit)" }

  /// One line per example: the classes with the highest scores.
  package func table(top: Int, width: Int, style: Style) -> String {
    let shown = max(1, min(top, units))
    var columns = [files.isEmpty ? Table.Column("example", right: true) : Table.Column("file")]
    for place in 1...shown {
      columns.append(Table.Column(place == 1 ? "class" : "\(place).", expendable: place == 1 ? 0 : place))
      columns.append(Table.Column("score", right: true, expendable: place == 1 ? 0 : place))
    }
    var table = Table(columns)
    for example in 0..<shape[0] {
      var cells = [files.isEmpty ? "\(example)" : files[example].cut(to: Self.longestFile)]
      for unit in ranking(example, shown) {
        cells += [name(unit), fixed(Double(values[example * units + unit]), digits: 4)]
      }
      table.rows.append(cells)
    }
    return table.rendered(width: width, style: style)
  }

  /// Writes all scores in the format that the ending names; `-` is npy on standard output.
  package func write(to path: String) throws(DiagnosticError) {
    if path.hasSuffix(".json") { return try writeText(json, path) }
    if path.hasSuffix(".csv") { return try writeText(csv, path) }
    try Npy.write(values, shape: shape, to: path)
  }

  private func writeText(_ text: String, _ path: String) throws(DiagnosticError) {
    try AtomicFile.write(path: path) { (writer) throws(DiagnosticError) in try writer.write(text) }
  }

  private var json: String {
    let best = best
    let rows = (0..<shape[0]).map { example in
      JSONValue.object(
        [
          ("example", .int(example))
        ] + (files.isEmpty ? [] : [("file", .string(files[example]))]) + [
          ("class", .int(best[example])), ("name", .string(name(best[example]))),
          ("scores", .array(values[example * units..<(example + 1) * units].map { number($0) })),
        ])
    }
    return "[" + rows.map { $0.serialised() }.joined(separator: ",\n") + "]\n"
  }

  /// A float's own shortest digits, not those of the double beside it.
  private func number(_ value: Float) -> JSONValue { Double("\(value)").map { .double($0) } ?? .null }

  private var csv: String {
    let best = best
    let file = files.isEmpty ? [] : ["file"]
    var lines = [(["example"] + file + ["class", "name"] + (0..<units).map { "score_\($0)" }).joined(separator: ",")]
    for example in 0..<shape[0] {
      let scores = values[example * units..<(example + 1) * units].map { "\($0)" }
      lines.append(
        (["\(example)"] + (files.isEmpty ? [] : [CSV.quoted(files[example])]) + [
          "\(best[example])", CSV.quoted(name(best[example])),
        ] + scores).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
