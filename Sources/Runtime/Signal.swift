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

  /// Some tens of microseconds on a CPU of today.
  private static let spins = 4_000

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
      pause()
    }
    pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    while !isTrue() { pthread_cond_wait(condition, mutex) }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
  }

  private func pause() { _ = sleepers.load(ordering: .relaxed) }
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
