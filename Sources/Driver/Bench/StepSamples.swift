import CPUBackend

/// The times of every step in many recorded runs, and the first few runs as a whole.
struct StepSamples: Sendable {
  let threads: Int
  private(set) var runs = 0
  /// For the trace.
  private(set) var timelines: [RunTimeline] = []
  /// Nanoseconds per step and run.
  private var times: [[UInt64]]
  /// Nanoseconds that all threads worked on each step, of all runs together.
  private var work: [UInt64]

  /// Runs beyond this many tell nothing new.
  static let mostRuns = 20_000
  static let mostTimelines = 8

  init(steps: Int, threads: Int) {
    self.threads = threads
    times = [[UInt64]](repeating: [], count: steps)
    work = [UInt64](repeating: 0, count: steps)
  }

  var isFull: Bool { runs >= Self.mostRuns }

  mutating func add(_ timeline: RunTimeline) {
    for (step, time) in timeline.stepTimes().enumerated() { times[step].append(time) }
    for (step, time) in timeline.workTimes().enumerated() { work[step] += time }
    runs += 1
    if timelines.count < Self.mostTimelines { timelines.append(timeline) }
  }

  /// Seconds; clocks count nanoseconds, so no step takes less than one.
  func median(_ step: Int) -> Double {
    let sorted = times[step].sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    let sum = sorted.count % 2 == 1 ? 2 * sorted[middle] : sorted[middle - 1] + sorted[middle]
    return max(1, Double(sum) / 2) / 1e9
  }

  func least(_ step: Int) -> Double { Double(max(1, times[step].min() ?? 0)) / 1e9 }

  /// The part of all threads' time that was work, 0…1.
  func busy(_ step: Int) -> Double {
    let all = Double(times[step].reduce(0, +)) * Double(threads)
    return all > 0 ? min(1, Double(work[step]) / all) : 0
  }
}
