import CPUBackend
import NetIR
import Runtime

/// Times the runs of a plan, watched and unwatched ones in turns.
struct BenchMeasurement {
  let executable: CPUExecutable
  /// What is timed: a run, watched where there is a recording.
  private let runOnce: (StepRecording?) -> Void
  /// How long to time unwatched runs.
  let seconds: Double

  /// Seconds per run through the public entry point, ascending.
  private(set) var times: [Double] = []
  /// Of the watched runs; nil unless asked for.
  private(set) var samples: StepSamples?
  private(set) var firstTime = 0.0
  /// The most bytes that the process had resident once the model had run, before times are collected.
  private(set) var residentPeak = 0

  private static let fewest = 5
  /// Watched and unwatched runs change places that often: a machine that slows down hurts both.
  private static let turn = 0.05

  init(_ model: Model, inputs: [[Float]], seconds: Double) {
    let executable = model.executable
    // The callers' buffers: the same in every run.
    var (inputs, results) = (inputs, model.plan.outputCounts.map { [Float](repeating: 0, count: $0) })
    self.init(executable, seconds: seconds) { recording in
      executable.withBuffers(&inputs, &results) { inputs, results in
        if let recording {
          executable.run(inputs: inputs, outputs: results, recording: recording)
        } else {
          executable.run(inputs: inputs, outputs: results)
        }
      }
    }
  }

  init(_ executable: CPUExecutable, seconds: Double, run: @escaping (StepRecording?) -> Void) {
    (self.executable, self.seconds, runOnce) = (executable, seconds, run)
  }

  /// - Parameter watches: whether steps are recorded, too.
  mutating func run(watches: Bool) {
    firstTime = Self.time { runOnce(nil) }
    // A few runs bring caches and clock to speed.
    for _ in 0..<3 { runOnce(nil) }
    residentPeak = BenchMemory.residentPeak()
    let steps = executable.plan.steps.count
    let recording = watches ? StepRecording(for: executable) : nil
    if watches { samples = StepSamples(steps: steps, threads: executable.threadCount) }
    var spent = 0.0
    while times.count < Self.fewest || spent < seconds {
      // Without watched runs there is one turn: until the end.
      let end = recording == nil ? seconds : spent + Self.turn
      repeat {
        let one = Self.time { runOnce(nil) }
        times.append(one)
        spent += one
      } while spent < end
      if let recording { watch(recording) }
    }
    times.sort()
  }

  private mutating func watch(_ recording: StepRecording) {
    var spent = 0.0
    repeat {
      if samples?.isFull ?? true { return }
      spent += Self.time {
        // What is done with a recording leaves other data in the caches: an unwatched run puts things right.
        runOnce(nil)
        runOnce(recording)
      }
      samples?.add(recording.timeline())
    } while spent < 2 * Self.turn
  }

  private static func time(_ body: () -> Void) -> Double {
    let begin = StepRecording.now()
    body()
    return Double(StepRecording.now() - begin) / 1e9
  }
}
