import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A team of threads that runs one function together and waits in between: spinning for a moment, because
/// the next step of a plan is microseconds away, then asleep, because an idle netc uses no CPU. A team with more
/// threads than there are cores sleeps at once: who spins would keep a core from those it waits for.
///
/// Threads begin with the first run: a network whose steps are too small to share never has any.
///
/// `@unchecked Sendable`: `threads` changes while `starting` is held, and is read by `close`, whose flag lets one
/// caller through.
package final class ThreadPool: @unchecked Sendable {
  package let threadCount: Int

  private let team: Team
  private let starting = Lock()
  private let hasStarted = Atomic<Bool>(false)
  private var threads: [pthread_t] = []

  /// One thread's place in the team.
  package struct Member: Sendable {
    package let index: Int
    package let count: Int
    // The team outlives its runs; counting references to it would cost as much as the meeting.
    fileprivate unowned(unsafe) let barrier: Barrier

    /// Waits until every thread of the team is here.
    package func wait() { barrier.wait(index) }
  }

  /// - Parameters:
  ///   - threads: how many work, the caller's included.
  ///   - cores: how many of them can work at once.
  package init(threads: Int, cores: Int = UsableCores.count) {
    threadCount = max(1, threads)
    team = Team(count: threadCount, spins: threadCount <= cores ? Signals.patience : 0)
  }

  /// The team of that many threads that all models of this process work with: they take turns, run by run, instead of
  /// wanting more cores than there are. It ends with its last user.
  package static func shared(threads: Int) -> ThreadPool { SharedPools.pool(threads: max(1, threads)) }

  deinit { close() }

  /// Ends the threads; the pool cannot be used afterwards.
  package func close() {
    guard team.close() else { return }
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Runs the function on every thread of the team, and returns when all of them are done.
  package func run(_ body: @escaping @Sendable (Member) -> Void) {
    if !hasStarted.load(ordering: .acquiring) { startAll() }
    team.run(body)
  }

  private func startAll() {
    starting.withLock {
      guard !hasStarted.load(ordering: .relaxed) else { return }
      for index in 1..<threadCount { start(index) }
      hasStarted.store(true, ordering: .releasing)
    }
  }

  private func start(_ index: Int) {
    // The thread owns the team, never the pool: a pool may go before its threads have begun.
    let box = Unmanaged.passRetained(Start(team: team, index: index))
    var thread = pthread_t()
    let status = pthread_create(&thread, nil, threadMain, box.toOpaque())
    precondition(status == 0, "the system refused a thread")
    threads.append(thread)
  }
}

/// The teams that are shared, by their size.
private enum SharedPools {
  private struct Entry {
    weak var pool: ThreadPool?
  }

  private static let lock = Lock()
  // Guarded by `lock`.
  nonisolated(unsafe) private static var entries: [Int: Entry] = [:]

  static func pool(threads: Int) -> ThreadPool {
    lock.withLock {
      if let pool = entries[threads]?.pool { return pool }
      let pool = ThreadPool(threads: threads)
      entries[threads] = Entry(pool: pool)
      return pool
    }
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
/// workers after they saw it raised; everything else is atomic or guarded by a mutex. One `run` at a time:
/// `callers` guards that.
private final class Team: @unchecked Sendable {
  private let count: Int
  private let callers = Lock()
  private let counters = Counters(2)
  private let signals: Signals
  let barrier: Barrier
  private var job: (@Sendable (ThreadPool.Member) -> Void)?
  /// Runs that have begun, the closing included. Beside the job: who sees one has both.
  private let generation = Atomic<Int>(0)

  /// Workers that have not finished the run.
  private var running: UnsafeMutablePointer<Atomic<Int>> { counters[0] }
  /// 1 once the team is closed.
  private var closed: UnsafeMutablePointer<Atomic<Int>> { counters[1] }

  /// Where workers wait for the next run, and the caller for its end.
  private static let (started, finished) = (0, 1)

  init(count: Int, spins: Int) {
    self.count = count
    signals = Signals(2, spins: spins)
    barrier = Barrier(count, spins: spins)
  }

  func run(_ body: @escaping @Sendable (ThreadPool.Member) -> Void) {
    guard count > 1 else { return body(member(0)) }
    callers.withLock {
      job = body
      running.pointee.store(count - 1, ordering: .relaxed)
      generation.add(1, ordering: .sequentiallyConsistent)
      signals.raise(Self.started)
      body(member(0))
      signals.wait(at: Self.finished) { running.pointee.load(ordering: .acquiring) == 0 }
      job = nil
    }
  }

  /// - Returns: whether this call closed it.
  func close() -> Bool {
    guard closed.pointee.exchange(1, ordering: .sequentiallyConsistent) == 0 else { return false }
    generation.add(1, ordering: .sequentiallyConsistent)
    signals.raise(Self.started)
    return true
  }

  /// What a thread does until the team is closed.
  func work(_ index: Int) {
    var seen = 0
    while true {
      signals.wait(at: Self.started) { generation.load(ordering: .acquiring) != seen }
      seen = generation.load(ordering: .acquiring)
      if closed.pointee.load(ordering: .acquiring) != 0 { return }
      job?(member(index))
      if running.pointee.subtract(1, ordering: .sequentiallyConsistent).newValue == 0 { signals.raise(Self.finished) }
    }
  }

  private func member(_ index: Int) -> ThreadPool.Member {
    ThreadPool.Member(index: index, count: count, barrier: barrier)
  }
}
