import CPUBackend
import NetIR
import NetworkTestSupport
import Runtime
import Testing

@Suite struct StepRecordingTests {
  /// A network whose steps are all shared, or as the plan has it, on teams of one to three.
  private func record(
    threads: Int, allParallel: Bool, batch: Int = 3
  ) throws -> (RunTimeline, plan: Plan, elapsed: UInt64) {
    let agreement = try Agreement(try Networks.spec("digits"), batch: 3)
    var compiled = try agreement.compiled(for: HostCPU.current.target, batch: 3)
    compiled.plan.batch = batch
    if allParallel { for index in compiled.plan.steps.indices { compiled.plan.steps[index].parallel = true } }
    let executable = try CPUExecutable(
      compiled.plan, constants: compiled.constants, pool: Agreement.pools[threads - 1])
    let recording = StepRecording(for: executable)
    var inputs = agreement.inputs.map { Array(repeatElement($0, count: batch / 3).joined()) }
    let wanted = executable.run(examples: batch, inputs: inputs)
    var outputs = wanted.map { [Float](repeating: .nan, count: $0.count) }
    var elapsed: UInt64 = 0
    for _ in 0..<2 {
      executable.withBuffers(&inputs, &outputs) {
        let begin = StepRecording.now()
        executable.run(inputs: $0, outputs: $1, recording: recording)
        elapsed = StepRecording.now() - begin
      }
      // Looking changes no bit.
      #expect(outputs == wanted)
    }
    return (recording.timeline(), compiled.plan, elapsed)
  }

  @Test(arguments: [1, 2, 3], [false, true])
  func everyThreadIsFollowedFromStepToStep(threads: Int, allParallel: Bool) throws {
    let (timeline, plan, elapsed) = try record(threads: threads, allParallel: allParallel)
    #expect(timeline.steps == plan.steps.count && timeline.tracks.count == threads)
    for track in timeline.tracks {
      for (a, b) in zip(track, track.dropFirst()) {
        #expect(a.end == b.begin && a.begin <= a.end && a.step <= b.step)
      }
    }
    // The caller's thread works on every step, once; the others on shared ones.
    let own = timeline.tracks[0].filter(\.isWork)
    #expect(own.map(\.step) == Array(plan.steps.indices))
    #expect(timeline.tracks.compactMap(\.first?.begin).min() == timeline.start)
    for track in timeline.tracks.dropFirst() {
      let worked = track.filter(\.isWork).map(\.step)
      #expect(worked == worked.sorted() && Set(worked).count == worked.count)
      #expect(worked.allSatisfy { plan.steps[$0].parallel })
      #expect(!allParallel || !worked.isEmpty)
    }
    // The steps divide the run among themselves.
    let times = timeline.stepTimes()
    #expect(times.reduce(0, +) == (timeline.tracks.joined().filter(\.isWork).map(\.end).max() ?? 0) - timeline.start)
    #expect(times.reduce(0, +) <= elapsed)
    #expect(zip(timeline.workTimes(), times).allSatisfy { $0 <= $1 * UInt64(threads) })
  }

  @Test(arguments: [1, 2, 3], [false, true])
  func everyMicrobatchIsFollowed(threads: Int, allParallel: Bool) throws {
    let (timeline, plan, elapsed) = try record(threads: threads, allParallel: allParallel, batch: 12)
    #expect(plan.microbatches == 4)
    for track in timeline.tracks {
      for (a, b) in zip(track, track.dropFirst()) {
        #expect(a.end == b.begin && (a.microbatch, a.step) <= (b.microbatch, b.step))
      }
    }
    let own = timeline.tracks[0].filter(\.isWork)
    #expect(own.map(\.step) == (0..<4).flatMap { _ in Array(plan.steps.indices) })
    #expect(own.map(\.microbatch) == (0..<4).flatMap { [Int](repeating: $0, count: plan.steps.count) })
    let times = timeline.stepTimes()
    #expect(times.count == plan.steps.count && times.reduce(0, +) <= elapsed)
    #expect(times.reduce(0, +) == (timeline.tracks.joined().filter(\.isWork).map(\.end).max() ?? 0) - timeline.start)
    #expect(zip(timeline.workTimes(), times).allSatisfy { $0 <= $1 * UInt64(threads) })
  }

  @Test func theClockGoesForward() {
    let times = (0..<1000).map { _ in StepRecording.now() }
    #expect(times == times.sorted() && times[0] > 0)
  }

  @Test func clearForgetsTheRun() {
    let recording = StepRecording(threads: 2, steps: 3)
    #expect(recording.timeline().tracks == [[], []])
    recording.clear()
    #expect(recording.timeline().stepTimes() == [0, 0, 0])
  }
}
