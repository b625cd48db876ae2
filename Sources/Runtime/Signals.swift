import CThreads
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Places to wait at: a thread spins a bounded time, then sleeps until somebody raises the place.
///
/// `@unchecked Sendable`: the mutexes and conditions live at fixed addresses from `init` to `deinit`, and pthread
/// guards them.
struct Signals: ~Copyable, @unchecked Sendable {
  private let count: Int
  private let mutexes: UnsafeMutablePointer<pthread_mutex_t>
  private let conditions: UnsafeMutablePointer<pthread_cond_t>
  private let sleepers: Counters
  private let spins: Int

  /// How often a thread looks before it sleeps: some 50 microseconds on a CPU of today, where a pause takes 50 to 140
  /// cycles. That is longer than what lies between two steps or two requests in a row, and too short to be seen as
  /// load.
  static let patience = 2_000

  /// - Parameter spins: 0 where a thread that looks keeps a core from the one that it waits for.
  init(_ count: Int, spins: Int = Signals.patience) {
    (self.count, self.spins) = (count, spins)
    mutexes = .allocate(capacity: count)
    conditions = .allocate(capacity: count)
    sleepers = Counters(count)
    for place in 0..<count {
      pthread_mutex_init(mutexes + place, nil)
      pthread_cond_init(conditions + place, nil)
    }
  }

  deinit {
    for place in 0..<count {
      pthread_cond_destroy(conditions + place)
      pthread_mutex_destroy(mutexes + place)
    }
    conditions.deallocate()
    mutexes.deallocate()
  }

  /// Wakes who sleeps there. The caller has made the condition true before, in sequentially consistent order.
  func raise(_ place: Int) {
    guard sleepers[place].pointee.load(ordering: .sequentiallyConsistent) > 0 else { return }
    pthread_mutex_lock(mutexes + place)
    pthread_cond_broadcast(conditions + place)
    pthread_mutex_unlock(mutexes + place)
  }

  /// Returns when the condition is true.
  func wait(at place: Int, until isTrue: () -> Bool) {
    for _ in 0..<spins {
      if isTrue() { return }
      ct_pause()
    }
    sleep(at: place, until: isTrue)
  }

  @inline(never)
  private func sleep(at place: Int, until isTrue: () -> Bool) {
    pthread_mutex_lock(mutexes + place)
    sleepers[place].pointee.add(1, ordering: .sequentiallyConsistent)
    // Both sides write one thing and read the other's: only the strongest order keeps them from missing each other.
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    while !isTrue() { pthread_cond_wait(conditions + place, mutexes + place) }
    sleepers[place].pointee.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutexes + place)
  }
}
