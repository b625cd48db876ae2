/// One recorded run: what each thread did from when to when.
package struct RunTimeline: Sendable {
  /// Nanoseconds of the recording's clock.
  package struct Slice: Sendable, Equatable {
    /// The step that the thread worked on, or whose beginning or end it waited for.
    package var step: Int
    package var isWork: Bool
    package var begin: UInt64
    package var end: UInt64

    package init(step: Int, isWork: Bool, begin: UInt64, end: UInt64) {
      (self.step, self.isWork, self.begin, self.end) = (step, isWork, begin, end)
    }

    package var nanoseconds: UInt64 { end - begin }
  }

  /// When the first thread entered the run.
  package let start: UInt64
  package let steps: Int
  /// Per thread, in order of time, without gaps and overlaps; the caller's thread is the first.
  package let tracks: [[Slice]]

  package init(start: UInt64, steps: Int, tracks: [[Slice]]) {
    (self.start, self.steps, self.tracks) = (start, steps, tracks)
  }

  /// Nanoseconds from the completion of the step before to the completion of each step: the whole run, divided among
  /// its steps. What waking a team costs belongs to the step that needs the team.
  package func stepTimes() -> [UInt64] {
    var ends = [UInt64](repeating: 0, count: steps)
    for slice in tracks.joined() where slice.isWork { ends[slice.step] = max(ends[slice.step], slice.end) }
    var last = start
    return ends.map { end in
      defer { last = max(last, end) }
      return end > last ? end - last : 0
    }
  }

  /// Nanoseconds that all threads together worked on each step.
  package func workTimes() -> [UInt64] {
    var sums = [UInt64](repeating: 0, count: steps)
    for slice in tracks.joined() where slice.isWork { sums[slice.step] += slice.nanoseconds }
    return sums
  }

  /// When the last step was complete.
  package var end: UInt64 { tracks.joined().map(\.end).max() ?? start }
}
