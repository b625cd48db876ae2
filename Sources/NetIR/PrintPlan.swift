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
        printed(tensors[step.result]),
        flops[index] == 0 ? "" : fixed(Double(flops[index]) / unit.size, digits: 3),
        errors[index].map(inMillionths) ?? "",
      ])
    }
    let copies = steps.count { $0.op == .copy }
    let joints = tensors.indices.count { isJoint($0) }
    let hasParts = steps.contains { tensors[$0.result].firstChannel != nil }
    return """
      plan \(name)   \(batchWords)   \(precision) \(numerics)   \(target.name)   \
      arena \(byteCount(arenaBytes))

      \(aligned(rows, right: [0, 5, 6]))
        fused: \(graphOps) graph ops in \(steps.count) steps; \(foldedNorms) batch norm\(foldedNorms == 1 ? "" : "s") folded; \
      \(copies) layout conversion\(copies == 1 ? "" : "s")\
      \(joints == 0 ? "" : "; \(joints) concat\(joints == 1 ? "" : "s") in place")
        arena: \(byteCount(arenaBytes)); the least that these steps can do with is \(byteCount(arenaBound))
      \(isExact ? "" : "  error: of random operands, against the size of the results; `--numerics strict` avoids it\n")\
      \(hasParts ? "  @: from that channel on of a larger tensor\n" : "")
      """
  }

  /// `batch 32`, or `batch 32 by 4` where four examples go through the steps at a time.
  package var batchWords: String { "batch \(batch)" + (microbatch == batch ? "" : " by \(microbatch)") }

  /// `64×55×55`, and `@128` when it is written into a larger tensor from channel 128 on.
  private func printed(_ tensor: Tensor) -> String {
    tensor.shape.dropFirst().map(String.init).joined(separator: "×") + (tensor.firstChannel.map { " @\($0)" } ?? "")
  }

  /// Whether no step writes it as a whole but some write channels of it: a concatenation that costs nothing.
  private func isJoint(_ index: Int) -> Bool {
    let (tensor, whole) = (tensors[index], part(index))
    guard tensor.viewOf == nil || tensor.firstChannel != nil else { return false }
    let writers = steps.filter { step in
      let part = part(step.result)
      return part.root == whole.root && whole.channels.contains(part.channels)
    }
    return !writers.isEmpty && !writers.contains { $0.result == index || tensors[$0.result].firstChannel == nil }
  }
}
