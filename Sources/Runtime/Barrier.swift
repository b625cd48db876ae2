import Synchronization

/// A place where all threads of a team meet.
///
/// In round r thread i tells thread i + 2ʳ that it is here, and waits until thread i − 2ʳ has told it: after ⌈log₂ n⌉
/// rounds each has heard of all (Hensgen, Finkel, Manber 1988). Every number is written by one thread and read by one
/// other, so two threads meet in the time that one cache line takes to cross.
final class Barrier: Sendable {
  private let count: Int
  /// The meetings that each thread has come to; no other thread reads its number.
  private let met: Counters
  /// By round and thread: the last meeting that it was told of.
  private let told: Counters
  private let signals: Signals

  /// - Parameter spins: as `Signals` takes them.
  init(_ count: Int, spins: Int = Signals.patience) {
    self.count = count
    let rounds = Int.bitWidth - max(0, count - 1).leadingZeroBitCount
    met = Counters(count)
    told = Counters(rounds * count)
    signals = Signals(count, spins: spins)
  }

  /// - Parameter thread: which of the team the caller is.
  func wait(_ thread: Int) {
    let meeting = met[thread].pointee.load(ordering: .relaxed) + 1
    met[thread].pointee.store(meeting, ordering: .relaxed)
    var (distance, round) = (1, 0)
    while distance < count {
      let other = thread + distance < count ? thread + distance : thread + distance - count
      told[round + other].pointee.store(meeting, ordering: .sequentiallyConsistent)
      signals.raise(other)
      let mine = told[round + thread]
      signals.wait(at: thread) { mine.pointee.load(ordering: .acquiring) >= meeting }
      distance *= 2
      round += count
    }
  }
}
