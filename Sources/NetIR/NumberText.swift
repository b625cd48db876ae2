/// A number with a fixed count of decimals, rounded half up; no locale.
package func fixed(_ value: Double, digits: Int) -> String {
  guard value.isFinite else { return "\(value)" }
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = (value.magnitude * scale).rounded()
  guard scaled < 9e15 else { return "\(value)" }
  var figures = String(Int(scaled))
  while figures.count <= digits { figures = "0" + figures }
  let split = figures.index(figures.endIndex, offsetBy: -digits)
  let sign = value < 0 && scaled > 0 ? "-" : ""
  return sign + figures[..<split] + (digits > 0 ? "." + figures[split...] : "")
}

/// A measured number for people: five figures, `0.011108`, `2.3026`, `7.5594e-05`.
package func significant(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return "\(value)" }
  // Of the last figure that is shown, as a power of ten or one over a power: those of ten are exact.
  var (unit, parts) = (1.0, 1.0)
  while value.magnitude >= 100_000 * unit, unit < 1e300 { unit *= 10 }
  while value.magnitude * parts < 10_000, parts < 1e300 { parts *= 10 }
  return "\(Float((value * parts / unit).rounded() * unit / parts))"
}

/// `241 KiB`, `0.27 MiB`: units of 2¹⁰, three figures.
package func byteCount(_ bytes: Int) -> String {
  let units = ["B", "KiB", "MiB", "GiB", "TiB"]
  var value = Double(bytes)
  var unit = 0
  while value >= 1023.5, unit < units.count - 1 {
    value /= 1024
    unit += 1
  }
  let digits = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return fixed(value, digits: digits) + " " + units[unit]
}

/// A relative error: `0.8e-6`.
package func inMillionths(_ error: Double) -> String { fixed(error * 1e6, digits: 1) + "e-6" }

/// Rows of text as lines with aligned columns, two spaces apart; the columns in `right` hold numbers.
func aligned(_ rows: [[String]], right: Set<Int> = []) -> String {
  guard let first = rows.first else { return "" }
  let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    var line = ""
    for (column, cell) in row.enumerated() where widths[column] > 0 {
      let space = String(repeating: " ", count: widths[column] - cell.count)
      line += "  " + (right.contains(column) ? space + cell : cell + space)
    }
    while line.last == " " { line.removeLast() }
    return line + "\n"
  }.joined()
}
