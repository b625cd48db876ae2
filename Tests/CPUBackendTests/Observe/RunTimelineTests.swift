import CPUBackend
import Testing

@Suite struct RunTimelineTests {
  private static func slice(_ step: Int, _ isWork: Bool, _ span: Range<UInt64>) -> RunTimeline.Slice {
    RunTimeline.Slice(step: step, isWork: isWork, begin: span.lowerBound, end: span.upperBound)
  }

  /// Step 0 alone on the caller's thread, steps 1 and 2 shared, step 3 alone.
  private let timeline = RunTimeline(
    start: 100, steps: 4,
    tracks: [
      [
        slice(0, true, 100..<110), slice(1, false, 110..<112), slice(1, true, 112..<140), slice(1, false, 140..<161),
        slice(2, true, 161..<200), slice(2, false, 200..<200), slice(3, true, 200..<205),
      ],
      [
        slice(1, false, 103..<113), slice(1, true, 113..<160), slice(1, false, 160..<160), slice(2, true, 160..<190),
        slice(2, false, 190..<201),
      ],
    ])

  @Test func stepsLastFromCompletionToCompletion() {
    #expect(timeline.stepTimes() == [10, 50, 40, 5])
    #expect(timeline.end == 205)
  }

  /// Twice through two steps, the second shared: each step sums up both times.
  @Test func microbatchesAddUp() {
    func slice(_ step: Int, _ microbatch: Int, _ isWork: Bool, _ span: Range<UInt64>) -> RunTimeline.Slice {
      RunTimeline.Slice(
        step: step, microbatch: microbatch, isWork: isWork, begin: span.lowerBound, end: span.upperBound)
    }
    let timeline = RunTimeline(
      start: 100, steps: 2,
      tracks: [
        [
          slice(0, 0, true, 100..<110), slice(1, 0, true, 110..<130), slice(1, 0, false, 130..<132),
          slice(0, 1, true, 132..<145), slice(1, 1, true, 145..<160),
        ],
        [
          slice(1, 0, false, 101..<110), slice(1, 0, true, 110..<131), slice(0, 1, false, 131..<145),
          slice(1, 1, true, 145..<170),
        ],
      ])
    #expect(timeline.stepTimes() == [10 + 14, 21 + 25])
    #expect(timeline.workTimes() == [10 + 13, 20 + 21 + 15 + 25])
    #expect(timeline.end == 170)
  }

  @Test func workIsWhatAllThreadsDid() {
    #expect(timeline.workTimes() == [10, 28 + 47, 39 + 30, 5])
  }

  /// A step that ended no later than the one before took no time; nothing goes below zero.
  @Test func clocksThatDoNotMoveGiveZero() {
    let still = RunTimeline(
      start: 50, steps: 3,
      tracks: [[Self.slice(0, true, 50..<50), Self.slice(1, true, 50..<60), Self.slice(2, true, 60..<60)]])
    #expect(still.stepTimes() == [0, 10, 0])
    #expect(RunTimeline(start: 7, steps: 2, tracks: [[], []]).stepTimes() == [0, 0])
    #expect(RunTimeline(start: 7, steps: 2, tracks: [[], []]).end == 7)
  }
}
