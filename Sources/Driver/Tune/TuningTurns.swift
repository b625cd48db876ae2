import CPUBackend
import Compiler
import NetIR
import Runtime

/// Several plans of one network that take turns, run by run: what slows a machine down slows all of them.
struct TuningTurns {
  private let runners: [StepRunner]
  /// Nanoseconds by signature and kernel.
  private var samples: [String: [String: [UInt64]]] = [:]

  private static let fewestRounds = 7
  private static let mostRounds = 400
  /// For each plan, unless the fewest rounds take longer.
  private static let seconds = 0.8

  init(_ runners: [StepRunner]) { self.runners = runners }

  /// Times the steps of all plans.
  ///
  /// - Parameter progress: is told the part that is done, 0…1.
  mutating func run(progress: (Double) -> Void) {
    rounds(progress) { runner in
      // What is done with a recording leaves other data in the caches: an unwatched run puts things right.
      runner.run()
      for (place, time) in runner.stepTimes().enumerated() {
        let step = runner.steps[place]
        samples[step.signature, default: [:]][step.kernel, default: []].append(time)
      }
    }
  }

  /// The medians of all steps; steps that are alike count as one.
  func fill(_ table: inout MeasurementTable) {
    for (signature, kernels) in samples {
      for (kernel, times) in kernels { table[signature, kernel] = max(1, Int(times.sorted()[times.count / 2])) }
    }
  }

  /// Seconds of a whole run that nobody watches, the median for each plan.
  mutating func wholeRuns() -> [Double] {
    var times = [[Double]](repeating: [], count: runners.count)
    var place = 0
    rounds({ _ in }) { runner in
      times[place % runners.count].append(runner.run())
      place += 1
    }
    return times.map { $0.sorted()[$0.count / 2] }
  }

  private func rounds(_ progress: (Double) -> Void, _ turn: (StepRunner) -> Void) {
    for runner in runners { for _ in 0..<2 { runner.run() } }
    let begin = StepRecording.now()
    let budget = Self.seconds * Double(runners.count)
    var spent = 0.0
    for round in 0..<Self.mostRounds where round < Self.fewestRounds || spent < budget {
      for runner in runners { turn(runner) }
      spent = Double(StepRecording.now() - begin) / 1e9
      progress(min(Double(round + 1) / Double(Self.fewestRounds), spent / budget, 1))
    }
  }
}

/// A plan that runs again and again on the same inputs.
final class StepRunner {
  let steps: [(signature: String, kernel: String)]
  private let executable: CPUExecutable
  private let recording: StepRecording
  private var inputs: [[Float]]
  private var outputs: [[Float]]

  init(_ executable: CPUExecutable, inputs: [[Float]]) {
    let plan = executable.plan
    self.executable = executable
    self.inputs = inputs
    outputs = plan.outputCounts.map { [Float](repeating: 0, count: $0) }
    recording = StepRecording(for: executable)
    steps = plan.steps.map { (plan.instance(of: $0).signature, $0.kernel) }
  }

  /// - Returns: seconds.
  @discardableResult
  func run() -> Double {
    let begin = StepRecording.now()
    executable.withBuffers(&inputs, &outputs) { executable.run(inputs: $0, outputs: $1) }
    return Double(StepRecording.now() - begin) / 1e9
  }

  /// Nanoseconds of each step for one microbatch, the mean of a run.
  func stepTimes() -> [UInt64] {
    executable.withBuffers(&inputs, &outputs) { executable.run(inputs: $0, outputs: $1, recording: recording) }
    return recording.timeline().stepTimes().map { $0 / UInt64(executable.plan.microbatches) }
  }
}
