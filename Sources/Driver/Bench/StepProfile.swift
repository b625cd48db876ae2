import CPUBackend
import NetIR

/// One step of a plan as it ran, and the limits that it is held against.
struct StepProfile: Sendable {
  let index: Int
  let name: String
  /// The graph's op, such as `conv2d`.
  let op: String
  let algorithm: String
  let kernel: String
  /// From the completion of the step before to its own: median and least of all recorded runs.
  let seconds: Double
  let fastest: Double
  /// The part of all threads' time that went into the step's work.
  let busy: Double
  let flops: Int
  let weightBytes: Int
  let inputBytes: Int
  let outputBytes: Int
  /// Bytes of the arena in use while it ran.
  let arenaBytes: Int
  let weightsFrom: MemoryLevel
  let activationsFrom: MemoryLevel
  /// What the arithmetic takes at the measured peak, and the bytes at the measured bandwidth of where they come from.
  let arithmeticSeconds: Double
  let memorySeconds: Double

  var bytes: Int { weightBytes + inputBytes + outputBytes }
  var gflopPerSecond: Double { Double(flops) / seconds / 1e9 }
  var gbPerSecond: Double { Double(bytes) / seconds / 1e9 }
  var peakShare: Double { arithmeticSeconds / seconds }
  var bandwidthShare: Double { memorySeconds / seconds }
  /// No step can be quicker than the slower of the two, unless its algorithm saves multiplications.
  var limitSeconds: Double { max(arithmeticSeconds, memorySeconds) }
  var isArithmeticBound: Bool { arithmeticSeconds >= memorySeconds }
  /// Seconds above the limit.
  var lost: Double { max(0, seconds - limitSeconds) }
}

/// A plan, step by step, as it ran.
struct Profile: Sendable {
  let steps: [StepProfile]
  /// Recorded runs.
  let runs: Int
  let limits: MachineLimits
  /// Where the limits come from, for people: "measured 2026-11-21".
  let limitsFrom: String
  /// When the limits were measured by `netc doctor --measure`; nil for a quick look just now.
  let limitsDate: String?

  /// The sum of the steps' medians: shares are parts of it.
  var seconds: Double { steps.reduce(0) { $0 + $1.seconds } }
  func share(of step: StepProfile) -> Double { seconds > 0 ? step.seconds / seconds : 0 }

  /// The steps that lose most time against their limits.
  var worst: [StepProfile] { Array(steps.sorted { $0.lost > $1.lost }.prefix(3)) }

  /// Steps of one kernel together.
  struct Group: Sendable {
    let op: String
    let kernel: String
    let count: Int
    let seconds: Double
    let flops: Int
    let arithmeticSeconds: Double
    let memorySeconds: Double
    /// The sum of its steps' limits.
    let limitSeconds: Double
    var gflopPerSecond: Double { Double(flops) / seconds / 1e9 }
  }

  /// The one that takes most time first.
  var groups: [Group] {
    Dictionary(grouping: steps, by: \.kernel).values.compactMap { steps -> Group? in
      guard let first = steps.first else { return nil }
      func sum(_ value: (StepProfile) -> Double) -> Double { steps.reduce(0) { $0 + value($1) } }
      return Group(
        op: first.op, kernel: first.kernel, count: steps.count, seconds: sum(\.seconds),
        flops: steps.reduce(0) { $0 + $1.flops }, arithmeticSeconds: sum(\.arithmeticSeconds),
        memorySeconds: sum(\.memorySeconds), limitSeconds: sum(\.limitSeconds))
    }.sorted { ($1.seconds, $0.kernel) < ($0.seconds, $1.kernel) }
  }
}

extension Profile {
  /// - Parameters:
  ///   - constantBytes: of each constant of the plan as it is packed.
  ///   - samples: of the recorded runs.
  ///   - cache: of the machine, as `HostCPU` has it.
  init(
    _ plan: Plan, constantBytes: [Int], samples: StepSamples, limits: MachineLimits, limitsFrom: String,
    limitsDate: String?, cache: [Int]
  ) {
    let threads = limits.threads
    let live = plan.liveArenaBytes()
    // Between two runs everything else of the plan passes through the caches.
    let weightsFrom = MemoryLevel(
      holding: constantBytes.reduce(plan.arenaBytes, +), threads: threads, cache: cache)
    steps = plan.steps.enumerated().map { index, step in
      let operands = Set(step.operands)
      var (weights, inputs) = (0, 0)
      for operand in operands {
        switch operand {
        case .constant(let constant): weights += constantBytes[constant]
        case .tensor(let tensor): inputs += plan.tensors[tensor].bytes
        }
      }
      let outputs = plan.tensors[step.result].bytes
      let repeats = plan.microbatches
      // What the step before wrote is still where it fits.
      let activationsFrom = MemoryLevel(holding: weights + inputs + outputs, threads: threads, cache: cache)
      func seconds(_ bytes: Int, _ level: MemoryLevel) -> Double {
        let rate = limits.bandwidth(level)
        return rate > 0 ? Double(bytes) / rate / 1e9 : 0
      }
      let kernel = KernelTable.catalogue[step.kernel]
      let peak =
        kernel?.multipliesTiles == true
        ? limits.tilePeak : kernel?.multipliesBF16 == true ? limits.bf16Peak : limits.peak
      return StepProfile(
        index: index, name: step.name, op: step.op.name, algorithm: step.algorithm, kernel: step.kernel,
        seconds: samples.median(index), fastest: samples.least(index), busy: samples.busy(index),
        flops: repeats * plan.work(of: step).flops,
        weightBytes: repeats * weights, inputBytes: repeats * inputs, outputBytes: repeats * outputs,
        arenaBytes: live[index],
        weightsFrom: weightsFrom, activationsFrom: activationsFrom,
        arithmeticSeconds: peak > 0 ? Double(repeats * plan.executedFlops(of: step)) / peak / 1e9 : 0,
        memorySeconds: Double(repeats) * (seconds(weights, weightsFrom) + seconds(inputs + outputs, activationsFrom)))
    }
    (runs, self.limits, self.limitsFrom, self.limitsDate) = (samples.runs, limits, limitsFrom, limitsDate)
  }
}
