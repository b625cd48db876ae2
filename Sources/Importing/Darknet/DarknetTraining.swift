extension DarknetImport {
  /// What [net] says of learning. Darknet counts batches, netc epochs.
  mutating func addTraining(_ settings: inout DarknetReader) {
    let batch = settings.integer("batch") ?? 1
    let rate = settings.number("learning_rate") ?? 0.001
    let (momentum, decay) = (settings.number("momentum") ?? 0.9, settings.number("decay") ?? 1e-4)
    let policy = settings.text("policy") ?? "constant"
    let (power, most) = (settings.number("power") ?? 4, settings.integer("max_batches") ?? 0)
    settings.ignoreRest()
    guard rate > 0, (0..<1).contains(momentum), decay >= 0, batch > 0 else { return }
    var lines = ["train:", "  update: {momentum: {learning_rate: \(rate.written), momentum: \(momentum.written)}}"]
    if decay > 0 { lines.append("  regularization: {weight_decay: \(decay.written)}") }
    if policy == "poly", power == 1 {
      lines.append("  schedule: {linear: {end: 0}}")
    } else if policy != "constant" {
      let how = policy == "poly" ? ": the rate falls as (1 − t)^\(power.written)" : ""
      lines.append("  # `policy` is \"\(policy)\"\(how); here it stays as it is")
    }
    if batch > 1 { lines.append("  batch_size: \(batch)") }
    if let examples = options.examples, most > 0, most < 1 << 40, batch < 1 << 20 {
      lines.append("  max_epochs: \(max(1, (most * batch + examples / 2) / examples))  # \(most) batches")
    } else if most > 0 {
      lines.append("  # max_batches: \(most) batches of \(batch) examples; `--examples N` makes epochs of them")
    }
    network.sections.append(lines.joined(separator: "\n"))
  }
}
