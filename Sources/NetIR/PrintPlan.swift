extension Plan {
  /// The plan as a table of at most 100 columns; no figure in it depends on the machine that prints it.
  package func printed() -> String {
    var rows = [["step", "what", "algorithm", "kernel", "out", "GFLOP"]]
    for (index, step) in steps.enumerated() {
      let flops = Double(work(of: step).flops) / 1e9
      rows.append([
        "\(index + 1)", step.name, step.algorithm, step.kernel,
        tensors[step.result].shape.dropFirst().map(String.init).joined(separator: "×"),
        flops == 0 ? "" : fixed(flops, digits: 4),
      ])
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    var text =
      "plan \(name)   batch \(batch)   \(precision) \(numerics)   \(target.name)   "
      + "arena \(mebibytes(arenaBytes)) MiB (bound \(mebibytes(arenaBound)))\n\n"
    for row in rows {
      var line = " "
      for (column, cell) in row.enumerated() {
        let space = String(repeating: " ", count: widths[column] - cell.count)
        line += column == 0 || column == 5 ? " \(space)\(cell) " : " \(cell)\(space) "
      }
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
    let copies = steps.count { $0.op == .copy }
    text += "\n fused: \(graphOps) graph ops in \(steps.count) steps; \(foldedNorms) batch norms folded; "
    text += "\(copies) layout conversion\(copies == 1 ? "" : "s")\n"
    return text
  }

  private func mebibytes(_ bytes: Int) -> String { fixed(Double(bytes) / 1_048_576, digits: 3) }
}

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
