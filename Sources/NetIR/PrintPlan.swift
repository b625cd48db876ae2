extension Plan {
  /// The plan as a table, within 80 columns for most networks; no figure in it depends on the machine that prints it.
  package func printed() -> String {
    let flops = steps.map { work(of: $0).flops }
    // One unit for the column, such that the largest step has digits before the point.
    let unit = (flops.max() ?? 0) >= 100_000_000 ? (name: "GFLOP", size: 1e9) : (name: "MFLOP", size: 1e6)
    // Steps that trade accuracy for speed say how much; a plan without them has no such column.
    let errors = steps.map { expectedError(of: $0) }
    let isExact = errors.allSatisfy { $0 == nil }
    var rows = [["#", "what", "how", "kernel", "out", unit.name, isExact ? "" : "error"]]
    for (index, step) in steps.enumerated() {
      rows.append([
        "\(index + 1)", step.name, step.algorithm, step.kernel,
        tensors[step.result].shape.dropFirst().map(String.init).joined(separator: "×"),
        flops[index] == 0 ? "" : fixed(Double(flops[index]) / unit.size, digits: 3),
        errors[index].map(inMillionths) ?? "",
      ])
    }
    let copies = steps.count { $0.op == .copy }
    return """
      plan \(name)   batch \(batch)   \(precision) \(numerics)   \(target.name)   \
      arena \(byteCount(arenaBytes))

      \(aligned(rows, right: [0, 5, 6]))
        fused: \(graphOps) graph ops in \(steps.count) steps; \(foldedNorms) batch norm\(foldedNorms == 1 ? "" : "s") folded; \
      \(copies) layout conversion\(copies == 1 ? "" : "s")
        arena: \(byteCount(arenaBytes)); the least that these steps can do with is \(byteCount(arenaBound))
      \(isExact ? "" : "  error: of random operands, against the size of the results; `--numerics strict` avoids it\n")
      """
  }
}
