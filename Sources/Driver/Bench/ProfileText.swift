import CPUBackend
import NetIR

/// A profile for people: the steps in their order, then kernels, then where the most time is lost.
struct ProfileText {
  let profile: Profile
  /// Milliseconds of a run that nobody watches, through the public entry point.
  let median: Double
  /// Columns; nil for a pipe, which gets everything.
  let width: Int?
  let style: Style

  func rendered() -> String {
    "\n\(fitted(profile.steps.map(\.name), steps))\n\(fitted(profile.groups.map(\.kernel), kernels))\n"
      + footer()
  }

  private static let fewestLetters = 12
  /// Columns that a line about a lossy step takes beside the step's name.
  private static let wordsBesideName = 66

  private func fitted(_ names: [String], _ table: (Int) -> Table) -> String {
    Table.fitted(to: width, style: style, names: names, table)
  }

  private func steps(letters: Int) -> Table {
    var table = Table([
      Table.Column("#", right: true), Table.Column("step"), Table.Column("how", expendable: 3),
      Table.Column("kernel", expendable: 9), Table.Column("ms", right: true), Table.Column("%", right: true),
      Table.Column("GFLOP/s", right: true), Table.Column("peak%", right: true),
      Table.Column("MB", right: true, expendable: 6), Table.Column("from", expendable: 7),
      Table.Column("GB/s", right: true), Table.Column("mem%", right: true),
      Table.Column("busy%", right: true, expendable: 5), Table.Column("arena", right: true, expendable: 8),
    ])
    let digits = self.digits(profile.steps.map(\.seconds))
    for step in profile.steps {
      let from =
        step.weightBytes == 0 || step.weightsFrom == step.activationsFrom
        ? step.activationsFrom.rawValue : "\(step.weightsFrom.rawValue)+\(step.activationsFrom.rawValue)"
      table.rows.append([
        "\(step.index + 1)", step.name.cut(to: letters), step.algorithm, step.kernel,
        fixed(step.seconds * 1000, digits: digits), percent(profile.share(of: step), digits: 1),
        step.flops == 0 ? "" : rate(step.gflopPerSecond),
        step.flops == 0 ? "" : percent(step.peakShare), fixed(Double(step.bytes) / 1e6, digits: 2), from,
        rate(step.gbPerSecond), percent(step.bandwidthShare), percent(step.busy),
        Format.binary(step.arenaBytes),
      ])
    }
    if profile.limits.threads == 1 { table.drop("busy%") }
    return table
  }

  private func kernels(letters: Int) -> Table {
    var table = Table([
      Table.Column("kernel"), Table.Column("steps", right: true), Table.Column("ms", right: true),
      Table.Column("%", right: true), Table.Column("GFLOP/s", right: true), Table.Column("peak%", right: true),
      Table.Column("mem%", right: true),
    ])
    let groups = profile.groups
    let digits = self.digits(groups.map(\.seconds))
    for group in groups {
      table.rows.append([
        group.kernel.cut(to: letters), "\(group.count)", fixed(group.seconds * 1000, digits: digits),
        percent(group.seconds / profile.seconds, digits: 1), group.flops == 0 ? "" : rate(group.gflopPerSecond),
        group.flops == 0 ? "" : percent(group.arithmeticSeconds / group.seconds),
        percent(group.memorySeconds / group.seconds),
      ])
    }
    return table
  }

  private func footer() -> String {
    let total = profile.seconds * 1000
    let digits = self.digits([profile.seconds])
    var text = line(
      "steps",
      "\(fixed(total, digits: digits)) ms in all (\(Format.count(profile.runs, "watched run"))), "
        + "unwatched \(fixed(median, digits: digits)) ms")
    let lost = profile.worst.filter { $0.lost > 0 }
    let letters = width.map { max(Self.fewestLetters, $0 - Self.wordsBesideName) } ?? .max
    for (place, step) in lost.enumerated() {
      let limit = step.isArithmeticBound ? "arithmetic" : "memory"
      text += line(
        place == 0 ? "lost" : "",
        "\(fixed(step.lost * 1000, digits: digits)) ms in step \(step.index + 1), \(step.name.cut(to: letters)): "
          + "\(percent(step.limitSeconds / step.seconds)) % of its limit, \(limit)")
    }
    let limits = profile.limits
    var rates = ["\(rate(limits.peak)) GFLOP/s"]
    for quantity in [MachineLimits.Quantity.l2, .l3, .dram] {
      if let measured = limits[quantity] { rates.append("\(quantity.level) \(rate(measured.high))") }
    }
    text += line(
      "limits", "\(rates.joined(separator: ", ")) GB/s with \(Format.count(limits.threads, "thread"));")
    text += line("", profile.limitsFrom)
    return text
  }

  private func line(_ title: String, _ text: String) -> String { "  \(Format.pad(title, 9))\(text)\n" }

  /// Decimals of milliseconds for a column: three figures of the largest.
  private func digits(_ seconds: [Double]) -> Int {
    let most = (seconds.max() ?? 0) * 1000
    return most >= 100 ? 1 : most >= 10 ? 2 : most >= 1 ? 3 : most >= 0.1 ? 4 : 5
  }

  private func rate(_ value: Double) -> String { fixed(value, digits: value < 9.95 ? 1 : 0) }

  private func percent(_ share: Double, digits: Int = 0) -> String { fixed(100 * share, digits: digits) }
}

extension MachineLimits.Quantity {
  fileprivate var level: String { self == .dram ? "DRAM" : rawValue.uppercased() }
}
