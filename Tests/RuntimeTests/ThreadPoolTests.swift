import Foundation
import Synchronization
import Testing

@testable import Runtime

@Suite(.serialized, .timeLimit(.minutes(3))) struct ThreadPoolTests {
  /// How often each thread came by.
  private final class Counts: Sendable {
    private let counts: Guarded<[Int]>
    init(_ size: Int) { counts = Guarded([Int](repeating: 0, count: size)) }
    func add(_ index: Int) { counts.withLock { $0[index] += 1 } }
    var values: [Int] { counts.withLock { $0 } ?? [] }
  }

  /// A value behind a lock that ThreadSanitizer sees.
  private final class Guarded<Value>: @unchecked Sendable {
    private let lock = Lock()
    private var value: Value
    init(_ value: Value) { self.value = value }

    func withLock<Result>(_ body: (inout Value) -> Result) -> Result? {
      var result: Result?
      lock.withLock { result = body(&value) }
      return result
    }
  }

  private final class Number: Sendable {
    let value = Atomic<Int>(0)
    func add(_ count: Int = 1) { value.add(count, ordering: .sequentiallyConsistent) }
    var now: Int { value.load(ordering: .sequentiallyConsistent) }
  }

  @Test(arguments: [1, 2, 3, 4, 7, 16])
  func everyThreadWorksOnce(threads: Int) {
    let pool = ThreadPool(threads: threads)
    let counts = Counts(threads)
    pool.run { member in
      #expect(member.count == threads)
      counts.add(member.index)
    }
    #expect(counts.values.allSatisfy { $0 == 1 })
  }

  @Test(arguments: [0, -3])
  func withoutThreadsTheCallerWorks(threads: Int) {
    let pool = ThreadPool(threads: threads)
    #expect(pool.threadCount == 1)
    let caller = pthread_self()
    let same = Number()
    pool.run { _ in if pthread_equal(pthread_self(), caller) != 0 { same.add() } }
    #expect(same.now == 1)
  }

  @Test(arguments: [2, 3, 8])
  func thousandsOfRuns(threads: Int) {
    let pool = ThreadPool(threads: threads)
    let total = Number()
    for _ in 0..<3000 { pool.run { _ in total.add() } }
    #expect(total.now == 3000 * threads)
  }

  @Test func runsAfterASleep() {
    let pool = ThreadPool(threads: 2)
    let total = Number()
    for _ in 0..<5 {
      pool.run { _ in total.add() }
      usleep(20_000)
    }
    #expect(total.now == 10)
  }

  @Test(arguments: [2, 3, 8])
  func everybodyMeetsAtEachBarrier(threads: Int) {
    let pool = ThreadPool(threads: threads)
    let arrived = Number()
    let early = Number()
    for run in 0..<50 {
      pool.run { member in
        for round in 1...20 {
          arrived.add()
          member.wait()
          if arrived.now < (run * 20 + round) * threads { early.add() }
          member.wait()
        }
      }
    }
    #expect(early.now == 0)
    #expect(arrived.now == 50 * 20 * threads)
  }

  /// What one thread writes before a barrier, the others read behind it.
  @Test func memoryIsVisibleBehindABarrier() {
    final class Cell: @unchecked Sendable {
      // Written by one thread and read by others, with a barrier in between.
      var values = [Int](repeating: 0, count: 64)
    }
    let pool = ThreadPool(threads: 4)
    let cell = Cell()
    let wrong = Number()
    pool.run { member in
      for round in 1...500 {
        if member.index == round % member.count { for index in 0..<64 { cell.values[index] = round } }
        member.wait()
        if cell.values.contains(where: { $0 != round }) { wrong.add() }
        member.wait()
      }
    }
    #expect(wrong.now == 0)
  }

  @Test func concurrentCallersTakeTurns() {
    let pool = ThreadPool(threads: 3)
    let inside = Number()
    let together = Number()
    let done = Number()
    let finished = Signals(1)
    for _ in 0..<4 {
      Thread {
        for _ in 0..<200 {
          pool.run { member in
            if member.index == 0 {
              inside.add()
              if inside.now != 1 { together.add() }
            }
            member.wait()
            if member.index == 0 { inside.add(-1) }
          }
        }
        done.add()
        finished.raise(0)
      }.start()
    }
    finished.wait(at: 0) { done.now == 4 }
    #expect(together.now == 0)
  }

  @Test func moreThreadsThanCores() {
    let threads = 4 * max(2, ProcessInfo.processInfo.activeProcessorCount)
    let pool = ThreadPool(threads: threads)
    let total = Number()
    for _ in 0..<100 {
      pool.run { member in
        total.add()
        member.wait()
        total.add()
      }
    }
    #expect(total.now == 200 * threads)
  }

  @Test func closesOnceAndForAll() {
    for _ in 0..<50 {
      let pool = ThreadPool(threads: 4)
      pool.run { _ in }
      pool.close()
      pool.close()
    }
  }

  @Test func goesWithItsLastReference() {
    weak var gone: ThreadPool?
    do {
      let pool = ThreadPool(threads: 4)
      pool.run { _ in }
      gone = pool
    }
    #expect(gone == nil)
  }

  @Test func closesBeforeItEverRan() {
    for threads in [1, 2, 8] { ThreadPool(threads: threads).close() }
  }

  #if os(Linux)
    /// Threads of this process. Other tests start some, too, but not hundreds.
    private func threads() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
    }

    @Test func threadsBeginWithTheFirstRun() throws {
      let before = try threads()
      let pools = (0..<50).map { _ in ThreadPool(threads: 9) }
      #expect(try threads() < before + 200)
      let total = Number()
      for pool in pools { pool.run { _ in total.add() } }
      #expect(try threads() >= 400)
      #expect(total.now == 450)
    }
  #endif

  @Test func firstRunsAtOnce() {
    let pool = ThreadPool(threads: 3)
    let total = Number()
    let done = Number()
    let finished = Signals(1)
    for _ in 0..<4 {
      Thread {
        pool.run { _ in total.add() }
        done.add()
        finished.raise(0)
      }.start()
    }
    finished.wait(at: 0) { done.now == 4 }
    #expect(total.now == 12)
  }

  @Test func teamsOfOneSizeAreShared() {
    // Sizes that no other test asks for.
    let pool = ThreadPool.shared(threads: 5)
    #expect(pool === ThreadPool.shared(threads: 5))
    #expect(pool !== ThreadPool.shared(threads: 6))
    #expect(pool.threadCount == 5)
    #expect(ThreadPool.shared(threads: 0).threadCount == 1)
  }

  @Test func aSharedTeamGoesWithItsLastUser() {
    weak var gone: ThreadPool?
    do {
      let pool = ThreadPool.shared(threads: 7)
      pool.run { _ in }
      gone = pool
    }
    #expect(gone == nil)
    let total = Number()
    ThreadPool.shared(threads: 7).run { _ in total.add() }
    #expect(total.now == 7)
  }

  /// CPU time of the calling thread, in seconds.
  private static func cpuTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// What the threads use while nothing runs: a moment of spinning, which is nothing of a long pause.
  @Test func idleThreadsUseNoCPU() {
    let pool = ThreadPool(threads: 3)
    let times = Guarded<[[Double]]>([[], [], []])
    func note() { pool.run { member in times.withLock { $0[member.index].append(Self.cpuTime()) } } }
    note()
    usleep(400_000)
    note()
    let used = (times.withLock { $0 } ?? []).map { $0[1] - $0[0] }
    #expect(used.count == 3)
    #expect(used.allSatisfy { $0 < 0.04 }, "seconds of CPU in 0.4 seconds: \(used)")
  }

  /// Nor do those that wait for one that is slow.
  @Test func waitingThreadsUseNoCPU() {
    let pool = ThreadPool(threads: 3)
    let used = Guarded<[Double]>([])
    pool.run { member in
      if member.index == 1 { usleep(400_000) }
      let begin = Self.cpuTime()
      member.wait()
      used.withLock { $0.append(Self.cpuTime() - begin) }
    }
    #expect(used.withLock { $0.count } == 3)
    #expect(used.withLock { $0.allSatisfy { $0 < 0.04 } } ?? false)
  }
}
