import Exchange
import NetIR

/// Times of many runs, and what they mean.
struct BenchResult {
  let plan: Plan
  let threads: Int
  /// Seconds, ascending.
  let times: [Double]
  let loadTime: Double
  let firstTime: Double
  let memory: BenchMemory
  /// The name of the GPU; nil for the CPU.
  var device: String?
  /// Whether a step of training is what was timed.
  var isTraining = false
  /// Values that its backward pass computes again; nil where memory had no limit.
  var computedAgain: Int?
  var check: OutputCheck?
  var profile: Profile?
  /// The same of a GPU.
  var deviceProfile: DeviceProfile?

  init(
    plan: Plan, threads: Int, times: [Double], loadTime: Double, firstTime: Double, memory: BenchMemory
  ) {
    (self.plan, self.threads, self.times) = (plan, threads, times)
    (self.loadTime, self.firstTime, self.memory) = (loadTime, firstTime, memory)
  }

  private func quantile(_ share: Double) -> Double {
    rounded(times[Int((share * Double(times.count - 1)).rounded())] * 1000, to: 1e-6)
  }

  /// Milliseconds.
  var median: Double { quantile(0.5) }

  /// Clocks count nanoseconds: further digits say nothing.
  private func rounded(_ value: Double, to unit: Double) -> Double { (value / unit).rounded() / (1 / unit) }

  private var gflop: Double {
    Double(plan.microbatches * plan.steps.reduce(0) { $0 + plan.work(of: $1).flops }) / 1e9
  }

  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("name", .string(plan.name)), ("mode", .string(isTraining ? "training" : "inference")),
      ("device", .string(device == nil ? "cpu" : "gpu")),
      ("batch", .int(plan.batch)), ("threads", .int(threads)), ("precision", .string(plan.precision)),
      ("numerics", .string(plan.numerics)), ("median_ms", .double(median)),
      ("min_ms", .double(quantile(0))),
      ("p10_ms", .double(quantile(0.1))), ("p90_ms", .double(quantile(0.9))),
      ("max_ms", .double(quantile(1))),
      ("runs", .int(times.count)), ("load_ms", .double(rounded(loadTime * 1000, to: 1e-6))),
      ("first_ms", .double(rounded(firstTime * 1000, to: 1e-6))),
      ("peak_rss_bytes", .int(memory.peak)), ("memory", memory.json), ("gflop", .double(gflop)),
      ("gflop_per_s", .double(rounded(gflop / median * 1000, to: 1e-3))),
    ]
    if let computedAgain { members.append(("computed_again", .int(computedAgain))) }
    if let check { members.append(("check", check.json)) }
    if let profile { members.append(("profile", profile.json)) }
    if let deviceProfile { members.append(("launches", deviceProfile.json)) }
    return .object(members)
  }

  var text: String {
    func ms(_ value: Double) -> String { fixed(value, digits: value < 1 ? 4 : value < 100 ? 3 : 1) }
    return """
      \(plan.name)   \(plan.batchWords)   \(plan.precision) \(plan.numerics)   \(plan.target.name)   \
      \(device ?? "\(threads) thread\(threads == 1 ? "" : "s")")\(isTraining ? "   a training step" : "")

        median     \(ms(median)) ms of \(Format.grouped(times.count)) runs
        spread     min \(ms(quantile(0))), p10 \(ms(quantile(0.1))), p90 \(ms(quantile(0.9))), \
      max \(ms(quantile(1))) ms
        rate       \(fixed(gflop / median * 1000, digits: 1)) GFLOP/s, \
      \(Format.grouped(Int(Double(plan.batch) / median * 1000))) examples/s
        start      load \(ms(loadTime * 1000)) ms, first run \(ms(firstTime * 1000)) ms
        memory     \(memory.words[0])
                   \(memory.words[1])
      \(computedAgain.map { "             \(Format.count($0, "value")) computed again\n" } ?? "")\
      \(check.map { "  check      \($0.words)\n" } ?? "")
      """
  }
}
