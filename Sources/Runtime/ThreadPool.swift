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
/// `@unchecked Sendable`: `threads` changes in `init` and in `close`, whose flag lets one caller through.
package final class ThreadPool: @unchecked Sendable {
  package let threadCount: Int

  private let team: Team
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
    team = Team(count: max(1, threads))
    for index in 1..<max(1, threadCount) { start(index) }
  }

  deinit { close() }

  /// Ends the threads; the pool cannot be used afterwards.
  package func close() {
    guard team.close() else { return }
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Runs the function on every thread of the team, and returns when all of them are done.
  package func run(_ body: @escaping @Sendable (Member) -> Void) { team.run(body) }

  private func start(_ index: Int) {
    // The thread owns the team, never the pool: a pool may go before its threads have begun.
    let box = Unmanaged.passRetained(Start(team: team, index: index))
    var thread = pthread_t()
    let status = pthread_create(&thread, nil, threadMain, box.toOpaque())
    precondition(status == 0, "the system refused a thread")
    threads.append(thread)
  }
}

private final class Start {
  let team: Team
  let index: Int
  init(team: Team, index: Int) { (self.team, self.index) = (team, index) }
}

private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
  start.team.work(start.index)
  return nil
}

/// What the threads of a pool share.
///
/// `@unchecked Sendable`: `job` is written by the caller of `run` before it raises `generation` and read by
/// workers after they saw it raised; everything else is atomic or guarded by `Signal`'s mutex. One `run` at
/// a time: `callers` guards that.
private final class Team: @unchecked Sendable {
  private let count: Int
  private let callers = Lock()
  private let generation = Atomic<Int>(0)
  private let running = Atomic<Int>(0)
  private let isClosing = Atomic<Bool>(false)
  private let started = Signal()
  private let finished = Signal()
  private let barrier: Barrier
  private var job: (@Sendable (ThreadPool.Member) -> Void)?

  init(count: Int) {
    self.count = count
    barrier = Barrier(count)
  }

  func run(_ body: @escaping @Sendable (ThreadPool.Member) -> Void) {
    guard count > 1 else { return body(member(0)) }
    callers.withLock {
      job = body
      running.store(count - 1, ordering: .relaxed)
      generation.add(1, ordering: .sequentiallyConsistent)
      started.raise()
      body(member(0))
      finished.wait { running.load(ordering: .acquiring) == 0 }
      job = nil
    }
  }

  /// - Returns: whether this call closed it.
  func close() -> Bool {
    guard !isClosing.exchange(true, ordering: .sequentiallyConsistent) else { return false }
    generation.add(1, ordering: .sequentiallyConsistent)
    started.raise()
    return true
  }

  /// What a thread does until the team is closed.
  func work(_ index: Int) {
    var seen = 0
    while true {
      started.wait { generation.load(ordering: .acquiring) != seen }
      seen = generation.load(ordering: .acquiring)
      if isClosing.load(ordering: .acquiring) { return }
      job?(member(index))
      if running.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { finished.raise() }
    }
  }

  private func member(_ index: Int) -> ThreadPool.Member {
    ThreadPool.Member(index: index, count: count, barrier: barrier)
  }
}
