import Compiler
import Exchange
import Glibc
import NetIR
import Runtime

/// `netc bench`: the time of one inference of a whole batch, through the public entry point.
package struct BenchCommand: Sendable {
  package var model: ModelLoader
  package var seconds = 1.0
  package var json = false

  package init(model: ModelLoader) {
    self.model = model
    self.model.allowsInitialised = true
  }

  package func run(_ console: Console) throws -> ExitCode {
    let clock = ContinuousClock()
    let start = clock.now
    guard let model = try model.load(console) else { return .wrongInput }
    let loadTime = (clock.now - start).seconds
    let plan = model.plan
    var stream = RandomStream(seed: 1, name: "bench")
    let inputs = plan.inputs.map { tensor in (0..<tensor.shape.elements).map { _ in Float(stream.uniform()) }
    }
    let first = clock.now
    _ = model.executable.run(examples: plan.batch, inputs: inputs)
    let firstTime = (clock.now - first).seconds
    var times: [Double] = []
    let begin = clock.now
    // A few runs bring caches and clock to speed; then as many as the time allows.
    for _ in 0..<3 { _ = model.executable.run(examples: plan.batch, inputs: inputs) }
    while times.count < 5 || (clock.now - begin).seconds < seconds {
      let start = clock.now
      _ = model.executable.run(examples: plan.batch, inputs: inputs)
      times.append((clock.now - start).seconds)
    }
    let result = BenchResult(
      plan: plan, threads: self.model.threads, times: times.sorted(), loadTime: loadTime, firstTime: firstTime
    )
    console.out(json ? result.json.serialised() + "\n" : result.text)
    return .good
  }
}

/// Times of many runs, and what they mean.
struct BenchResult {
  let plan: Plan
  let threads: Int
  /// Seconds, ascending.
  let times: [Double]
  let loadTime: Double
  let firstTime: Double

  private func quantile(_ share: Double) -> Double {
    rounded(times[Int((share * Double(times.count - 1)).rounded())] * 1000, to: 1e-6)
  }

  /// Clocks count nanoseconds: further digits say nothing.
  private func rounded(_ value: Double, to unit: Double) -> Double { (value / unit).rounded() / (1 / unit) }

  private var gflop: Double {
    Double(plan.steps.reduce(0) { $0 + plan.work(of: $1).flops }) / 1e9
  }

  private var peakBytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }

  var json: JSONValue {
    .object([
      ("name", .string(plan.name)), ("mode", .string("inference")), ("device", .string("cpu")),
      ("batch", .int(plan.batch)), ("threads", .int(threads)), ("precision", .string(plan.precision)),
      ("numerics", .string(plan.numerics)), ("median_ms", .double(quantile(0.5))),
      ("min_ms", .double(quantile(0))),
      ("p10_ms", .double(quantile(0.1))), ("p90_ms", .double(quantile(0.9))),
      ("max_ms", .double(quantile(1))),
      ("runs", .int(times.count)), ("load_ms", .double(rounded(loadTime * 1000, to: 1e-6))),
      ("first_ms", .double(rounded(firstTime * 1000, to: 1e-6))),
      ("peak_rss_bytes", .int(peakBytes)), ("gflop", .double(gflop)),
      ("gflop_per_s", .double(rounded(gflop / quantile(0.5) * 1000, to: 1e-3))),
    ])
  }

  var text: String {
    func ms(_ value: Double) -> String { fixed(value, digits: value < 1 ? 4 : value < 100 ? 3 : 1) }
    return """
      \(plan.name)   batch \(plan.batch)   \(plan.precision) \(plan.numerics)   \(plan.target.name)   \
      \(threads) thread\(threads == 1 ? "" : "s")

        median     \(ms(quantile(0.5))) ms of \(Format.grouped(times.count)) runs
        spread     min \(ms(quantile(0))), p10 \(ms(quantile(0.1))), p90 \(ms(quantile(0.9))), \
      max \(ms(quantile(1))) ms
        rate       \(fixed(gflop / quantile(0.5) * 1000, digits: 1)) GFLOP/s, \
      \(Format.grouped(Int(Double(plan.batch) / quantile(0.5) * 1000))) examples/s
        start      load \(ms(loadTime * 1000)) ms, first run \(ms(firstTime * 1000)) ms
        memory     peak \(Format.binary(peakBytes)), arena \(Format.binary(plan.arenaBytes))

      """
  }
}
