import CThreads
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Something to wait for: spins a bounded time, then sleeps until it is raised.
///
/// `@unchecked Sendable`: the mutex and the condition live at fixed addresses from `init` to `deinit`, and
/// pthread guards them.
final class Signal: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let sleepers = Atomic<Int>(0)

  /// About 50 to 100 microseconds on a CPU of today, where a pause takes 50 to 140 cycles: longer than the pause
  /// between two steps or two requests in a row, too short to be seen as load.
  private static let spins = 2_000

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Wakes whoever sleeps. The caller has made the condition true before, with release order or stronger.
  func raise() {
    // Both sides write one thing and read the other's: only the strongest order keeps them from missing
    // each other.
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  /// Returns when `condition` is true.
  func wait(until isTrue: () -> Bool) {
    for _ in 0..<Self.spins {
      if isTrue() { return }
      ct_pause()
    }
    pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    while !isTrue() { pthread_cond_wait(condition, mutex) }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
  }
}

/// A place where all threads of a team meet.
final class Barrier: Sendable {
  private let count: Int
  private let arrived = Atomic<Int>(0)
  private let round = Atomic<Int>(0)
  private let opened = Signal()

  init(_ count: Int) { self.count = count }

  func wait() {
    guard count > 1 else { return }
    let current = round.load(ordering: .acquiring)
    if arrived.add(1, ordering: .acquiringAndReleasing).newValue == count {
      arrived.store(0, ordering: .relaxed)
      round.store(current + 1, ordering: .sequentiallyConsistent)
      opened.raise()
    } else {
      opened.wait { round.load(ordering: .acquiring) != current }
    }
  }
}
