import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A team of threads that runs one function together and waits in between: spinning for a moment, because
/// the next step of a plan is microseconds away, then asleep, because an idle netc uses no CPU.
///
/// `@unchecked Sendable`: `job` is written by the caller of `run` before it raises `generation` and read by
/// workers after they saw it raised; everything else is atomic or guarded by `Signal`'s mutex. One `run` at
/// a time: `callers` guards that.
package final class ThreadPool: @unchecked Sendable {
  package let threadCount: Int

  private let callers = Mutex(())
  private let generation = Atomic<Int>(0)
  private let running = Atomic<Int>(0)
  private let isClosing = Atomic<Bool>(false)
  private let started = Signal()
  private let finished = Signal()
  private let barrier: Barrier
  private var job: (@Sendable (Member) -> Void)?
  private var threads: [pthread_t] = []

  /// One thread's place in the team.
  package struct Member: Sendable {
    package let index: Int
    package let count: Int
    fileprivate let barrier: Barrier

    /// Waits until every thread of the team is here.
    package func wait() { barrier.wait() }

    /// This thread's share of `units` pieces of work.
    package func share(of units: Int) -> Range<Int> {
      units * index / count..<units * (index + 1) / count
    }
  }

  /// - Parameter threads: how many work, the caller's included.
  package init(threads: Int) {
    threadCount = max(1, threads)
    barrier = Barrier(threadCount)
    for index in 1..<max(1, threadCount) { start(index) }
  }

  deinit { close() }

  /// Ends the threads; the pool cannot be used afterwards.
  package func close() {
    guard !isClosing.exchange(true, ordering: .sequentiallyConsistent) else { return }
    generation.add(1, ordering: .sequentiallyConsistent)
    started.raise()
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Runs the function on every thread of the team, and returns when all of them are done.
  package func run(_ body: @escaping @Sendable (Member) -> Void) {
    guard threadCount > 1 else { return body(member(0)) }
    callers.withLock { _ in
      job = body
      running.store(threadCount - 1, ordering: .relaxed)
      generation.add(1, ordering: .sequentiallyConsistent)
      started.raise()
      body(member(0))
      finished.wait { running.load(ordering: .acquiring) == 0 }
      job = nil
    }
  }

  private func member(_ index: Int) -> Member { Member(index: index, count: threadCount, barrier: barrier) }

  private func start(_ index: Int) {
    // The thread must not keep the pool alive: `close` ends it before the pool goes.
    let box = Unmanaged.passRetained(Start(pool: self, index: index))
    var thread = pthread_t()
    let status = pthread_create(&thread, nil, threadMain, box.toOpaque())
    precondition(status == 0, "the system refused a thread")
    threads.append(thread)
  }

  fileprivate final class Start {
    unowned let pool: ThreadPool
    let index: Int
    init(pool: ThreadPool, index: Int) { (self.pool, self.index) = (pool, index) }
  }

  fileprivate func work(_ index: Int) {
    var seen = 0
    while true {
      started.wait { generation.load(ordering: .acquiring) != seen }
      seen = generation.load(ordering: .acquiring)
      if isClosing.load(ordering: .acquiring) { return }
      job?(member(index))
      if running.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { finished.raise() }
    }
  }
}

private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let start = Unmanaged<ThreadPool.Start>.fromOpaque(argument).takeRetainedValue()
  start.pool.work(start.index)
  return nil
}
