import CPUBackend
import Exchange
import GPUBackend
import NetIR

/// `netc doctor`: what this machine has, what netc will use of it, and why; with `measure`, what it can do at most.
package struct DoctorCommand: Sendable {
  package var measure = false
  package var json = false
  /// The number of threads that is measured beside one.
  package var threads = HostCPU.current.cores

  package init() {}

  package func run(_ console: Console) throws -> ExitCode {
    let host = HostCPU.current
    let file = LimitsFile(host: host)
    var content: LimitsFile.Content?
    if case .content(let stored) = file.read() { content = stored }
    if measure {
      guard let measured = try measured(file, console) else {
        console.err("error: netc has no measuring loops for this CPU\n")
        return .wrongInput
      }
      content = measured
    }
    let facts = Facts(host: host, content: content, gpu: GPUSystem())
    console.out(json ? facts.json(file).serialised() + "\n" : facts.text(Style(color: console.color), full: measure))
    return .good
  }

  /// Measures, and stores what was measured where that can be.
  private func measured(_ file: LimitsFile, _ console: Console) throws -> LimitsFile.Content? {
    guard let measurement = MachineMeasurement(host: file.host, effort: .thorough) else { return nil }
    let counts = threads == 1 ? [1] : [1, threads]
    let progress = Progress(console, total: 100, word: "% of the measurement")
    let limits = measurement.measure(threads: counts) { done, total in progress.update(100 * done / total) }
    progress.finish()
    let date = LimitsFile.date()
    do {
      try file.write(limits, date: date)
      if let path = file.path {
        console.note("\(path): for `netc bench --profile`\n")
      } else {
        console.note("note: there is no home to store this in: set XDG_CACHE_HOME or HOME\n")
      }
    } catch {
      console.note("note: the result could not be stored: \(error.diagnostic.message)\n")
    }
    if let single = limits.first, let team = limits.last, let speedup = team.speedup(over: single),
      speedup < Self.leastSpeedup * Double(team.threads)
    {
      console.note(
        "note: \(team.threads) threads do \(fixed(speedup, digits: 1)) times the work of one: either they share a "
          + "core, or something else was running; then measure again\n")
    }
    return LimitsFile.Content(date: date, limits: limits)
  }

  /// Below that part of one thread's work for each thread, a remark is due.
  private static let leastSpeedup = 0.75
}

extension DoctorCommand {
  /// What there is to say.
  private struct Facts {
    let host: HostCPU
    let content: LimitsFile.Content?
    let gpu: GPUSystem
    var target: TargetDescription { host.target }
    var unused: [String] { host.instructionSets.subtracting(target.instructionSets).sorted().map(\.rawValue) }
    var usable: Int {
      KernelTable.catalogue.kernels.count { target.instructionSets.contains($0.instructionSet) }
    }

    /// - Parameter full: whether measured figures have a table instead of a line.
    func text(_ style: Style, full: Bool) -> String {
      var text = "\(style.bold("netc \(Version.number)"))   \(Version.build)\n\n"
      func line(_ title: String, _ words: String) { text += "  \(Format.pad(title, 13))\(words)\n" }
      line("CPU", host.brand.isEmpty ? "unknown" : host.brand)
      line("cores", "\(host.cores) for this process: `--threads` has this default")
      line("caches", cacheWords)
      line("instructions", host.instructionSets.sorted().map(\.rawValue).joined(separator: ", "))
      line("target", "\(target.name): the best that both this CPU and netc's kernels know")
      line("others", "`--target` also takes \(TargetDescription.named.map(\.name).joined(separator: ", "))")
      if !unused.isEmpty {
        line(
          "not used",
          "\(unused.joined(separator: ", ")): this version has no kernels for \(unused.count == 1 ? "it" : "them")"
        )
      }
      line("kernels", "\(usable) usable here of \(KernelTable.catalogue.kernels.count) in this binary")
      for (title, words) in gpu.lines { line(title, words) }
      guard let content else {
        line("measured", "never: `netc doctor --measure` finds out what this CPU can do")
        return text
      }
      line("measured", "\(content.date.prefix { $0 != "T" })\(full ? ", median (min..max)" : ": " + summary(content))")
      return full ? text + "\n" + table(content, style) : text
    }

    private var cacheWords: String {
      let words = zip(["L1d", "L2", "L3"], host.cache).map { "\($0) \($1 > 0 ? Format.binary($1) : "unknown")" }
      return words.joined(separator: ", ")
    }

    private func summary(_ content: LimitsFile.Content) -> String {
      content.limits.map { "\(fixed($0.peak, digits: 0)) GFLOP/s with \(Format.count($0.threads, "thread"))" }
        .joined(separator: ", ")
    }

    private func table(_ content: LimitsFile.Content, _ style: Style) -> String {
      var table = Table(
        [Table.Column("what"), Table.Column("unit")]
          + content.limits.map { Table.Column(Format.count($0.threads, "thread"), right: true) })
      for quantity in MachineLimits.Quantity.allCases {
        let cells = content.limits.map { limits in
          limits[quantity].map { rate in
            "\(number(rate.median)) (\(number(rate.low))..\(number(rate.high)))"
          } ?? (quantity.isArithmetic ? "not available" : "-")
        }
        table.rows.append([quantity.words, quantity.isArithmetic ? "GFLOP/s" : "GB/s"] + cells)
      }
      return table.rendered(width: .max, style: style)
    }

    private func number(_ value: Double) -> String { fixed(value, digits: value < 99.5 ? 1 : 0) }

    func json(_ file: LimitsFile) -> JSONValue {
      func names(_ sets: some Sequence<InstructionSet>) -> JSONValue {
        .array(sets.sorted().map { .string($0.rawValue) })
      }
      func bytes(_ level: Int) -> JSONValue {
        host.cache.count > level && host.cache[level] > 0 ? .int(host.cache[level]) : .null
      }
      let measured: JSONValue =
        content.map { content in
          .object([
            ("date", .string(content.date)), ("file", file.path.map { .string($0) } ?? .null),
            ("threads", .array(content.limits.map(\.json))),
          ])
        } ?? .null
      return .object([
        ("version", .string(Version.number)), ("build", .string(Version.build)), ("cpu", .string(host.brand)),
        ("cores", .int(host.cores)),
        ("cache_bytes", .object([("l1d", bytes(0)), ("l2", bytes(1)), ("l3", bytes(2))])),
        ("instruction_sets", names(host.instructionSets)), ("target", .string(target.name)),
        ("targets", .array(TargetDescription.named.map { .string($0.name) })),
        ("unused_instruction_sets", .array(unused.map { .string($0) })),
        ("kernels", .object([("usable", .int(usable)), ("all", .int(KernelTable.catalogue.kernels.count))])),
        ("gpu", gpu.json), ("measured", measured),
      ])
    }
  }
}
