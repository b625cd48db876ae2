#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// When each thread of one run did what: a clock reading wherever a thread passes from one thing to the next, so
/// that work and waiting follow each other without a gap.
///
/// `@unchecked Sendable`: while a run is recorded each thread writes its own part of `stamps`, whose cache lines no
/// other thread writes; the run ends before anybody reads, and the executable's lock lets one run in at a time.
package final class StepRecording: StepObserver, @unchecked Sendable {
  package let threads: Int
  package let steps: Int
  package let microbatches: Int

  private static let kinds = 3
  private static let lineWords = 16
  /// Nanoseconds of a steady clock, 0 where nothing happened: per thread the entry, then for each step when the
  /// thread had met the others before it, when it had done its share, and when it had met the others behind it.
  private let stamps: UnsafeMutablePointer<UInt64>
  private let stride: Int

  package init(threads: Int, steps: Int, microbatches: Int = 1) {
    (self.threads, self.steps, self.microbatches) = (threads, steps, microbatches)
    let words = 1 + Self.kinds * steps * microbatches
    stride = (words + 2 * Self.lineWords - 1) / Self.lineWords * Self.lineWords
    stamps = .allocate(capacity: stride * threads)
    stamps.initialize(repeating: 0, count: stride * threads)
  }

  package convenience init(for executable: CPUExecutable) {
    let plan = executable.plan
    self.init(threads: executable.threadCount, steps: plan.steps.count, microbatches: plan.microbatches)
  }

  /// Whether there is room for the executable's runs.
  func fits(_ executable: CPUExecutable) -> Bool {
    let plan = executable.plan
    return threads == executable.threadCount && steps == plan.steps.count && microbatches == plan.microbatches
  }

  deinit { stamps.deallocate() }

  /// Nanoseconds of a clock that all threads share and nobody sets.
  package static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Forgets the last run.
  package func clear() { stamps.update(repeating: 0, count: stride * threads) }

  func entered(_ thread: Int) { stamps[stride * thread] = Self.now() }
  func began(_ step: Int, _ thread: Int) { stamp(step, thread, 0) }
  func worked(_ step: Int, _ thread: Int) { stamp(step, thread, 1) }
  func left(_ step: Int, _ thread: Int) { stamp(step, thread, 2) }

  private func stamp(_ step: Int, _ thread: Int, _ kind: Int) {
    stamps[stride * thread + 1 + Self.kinds * step + kind] = Self.now()
  }

  /// The recorded run, thread by thread.
  package func timeline() -> RunTimeline {
    let tracks = (0..<threads).map { thread in
      let words = UnsafeBufferPointer(start: stamps + stride * thread, count: 1 + Self.kinds * steps * microbatches)
      var cursor = words[0]
      var slices: [RunTimeline.Slice] = []
      for place in 1..<words.count where words[place] != 0 {
        let kind = (place - 1) % Self.kinds
        let end = max(cursor, words[place])
        let execution = (place - 1) / Self.kinds
        slices.append(
          RunTimeline.Slice(
            step: execution % steps, microbatch: execution / steps, isWork: kind == 1, begin: cursor, end: end))
        cursor = end
      }
      return slices
    }
    // A worker may be there before the caller has come back from waking it.
    let entries = (0..<threads).map { stamps[stride * $0] }.filter { $0 != 0 }
    return RunTimeline(start: entries.min() ?? 0, steps: steps, tracks: tracks)
  }
}
