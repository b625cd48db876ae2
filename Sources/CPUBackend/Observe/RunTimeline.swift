/// One recorded run: what each thread did from when to when.
package struct RunTimeline: Sendable {
  /// Nanoseconds of the recording's clock.
  package struct Slice: Sendable, Equatable {
    /// The step that the thread worked on, or whose beginning or end it waited for.
    package var step: Int
    /// The part of the batch that went through the step.
    package var microbatch: Int
    package var isWork: Bool
    package var begin: UInt64
    package var end: UInt64

    package init(step: Int, microbatch: Int = 0, isWork: Bool, begin: UInt64, end: UInt64) {
      (self.step, self.microbatch, self.isWork, self.begin, self.end) = (step, microbatch, isWork, begin, end)
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
  /// its steps, of which each sums up all microbatches. What waking a team costs belongs to the step that needs the team.
  package func stepTimes() -> [UInt64] {
    let microbatches = 1 + (tracks.joined().map(\.microbatch).max() ?? 0)
    var ends = [UInt64](repeating: 0, count: microbatches * steps)
    for slice in tracks.joined() where slice.isWork {
      let place = slice.microbatch * steps + slice.step
      ends[place] = max(ends[place], slice.end)
    }
    var last = start
    return ends.enumerated().reduce(into: [UInt64](repeating: 0, count: steps)) { times, end in
      if end.element > last { times[end.offset % steps] += end.element - last }
      last = max(last, end.element)
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
