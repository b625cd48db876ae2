import CPUBackend

/// The limits of this machine for a number of threads: those that were stored, else a quick look.
struct MeasuredLimits {
  let limits: MachineLimits
  /// nil for a quick look.
  let date: String?
  let words: String

  /// - Parameter file: where `netc doctor --measure` stores its results.
  /// - Returns: nil where this build cannot measure the CPU.
  static func find(threads: Int, _ file: LimitsFile, _ console: Console) -> MeasuredLimits? {
    var why = "this machine was never measured"
    switch file.read() {
    case .nothing: break
    case .unusable(let fault): why = "the stored measurement cannot be used: \(fault)"
    case .content(let content):
      if let limits = content[threads: threads] {
        let day = content.date.prefix { $0 != "T" }
        return MeasuredLimits(
          limits: limits, date: content.date, words: "measured \(day) by `netc doctor --measure`")
      }
      why = "this machine was measured with other numbers of threads"
    }
    guard let measurement = MachineMeasurement(host: file.host, effort: .quick),
      let limits = measurement.measure(threads: [threads]).first
    else { return nil }
    console.note("note: \(why); a quick look takes its place, `netc doctor --measure` does it well\n")
    return MeasuredLimits(
      limits: limits, date: nil, words: "measured just now and quickly; `netc doctor --measure` does it well")
  }
}
