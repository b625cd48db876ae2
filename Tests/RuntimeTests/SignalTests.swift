import Foundation
import Synchronization
import Testing

@testable import Runtime

@Suite(.timeLimit(.minutes(2))) struct SignalTests {
  private final class Flag: Sendable {
    let value = Atomic<Int>(0)
    let signal = Signal()
  }

  @Test func doesNotWaitForWhatIsTrue() {
    Signal().wait { true }
  }

  /// Short pauses are spun through, long ones slept through.
  @Test(arguments: [0, 10, 1_000, 50_000])
  func wakesAfter(microseconds: UInt32) {
    let flag = Flag()
    let thread = Thread {
      usleep(microseconds)
      flag.value.store(1, ordering: .sequentiallyConsistent)
      flag.signal.raise()
    }
    thread.start()
    flag.signal.wait { flag.value.load(ordering: .acquiring) == 1 }
    #expect(flag.value.load(ordering: .acquiring) == 1)
  }

  @Test func wakesEverybody() {
    let flag = Flag()
    let awake = Flag()
    for _ in 0..<8 {
      Thread {
        flag.signal.wait { flag.value.load(ordering: .acquiring) == 1 }
        awake.value.add(1, ordering: .sequentiallyConsistent)
        awake.signal.raise()
      }.start()
    }
    usleep(20_000)
    flag.value.store(1, ordering: .sequentiallyConsistent)
    flag.signal.raise()
    awake.signal.wait { awake.value.load(ordering: .acquiring) == 8 }
    #expect(awake.value.load(ordering: .acquiring) == 8)
  }

  /// Two threads hand a number to and fro; a lost wake-up hangs.
  @Test func pingPong() {
    let flag = Flag()
    let rounds = 5_000
    let thread = Thread {
      for round in 0..<rounds {
        flag.signal.wait { flag.value.load(ordering: .acquiring) == 2 * round + 1 }
        flag.value.store(2 * round + 2, ordering: .sequentiallyConsistent)
        flag.signal.raise()
      }
    }
    thread.start()
    for round in 0..<rounds {
      flag.value.store(2 * round + 1, ordering: .sequentiallyConsistent)
      flag.signal.raise()
      flag.signal.wait { flag.value.load(ordering: .acquiring) == 2 * round + 2 }
    }
    #expect(flag.value.load(ordering: .acquiring) == 2 * rounds)
  }
}

@Suite(.timeLimit(.minutes(2))) struct BarrierTests {
  private final class Tally: Sendable {
    let arrived = Atomic<Int>(0)
    let early = Atomic<Int>(0)
    let done = Atomic<Int>(0)
    let finished = Signal()
  }

  @Test func oneAloneNeverWaits() { for _ in 0..<10 { Barrier(1).wait() } }

  @Test(arguments: [2, 3, 8])
  func nobodyLeavesBeforeEverybodyCame(count: Int) {
    let barrier = Barrier(count)
    let tally = Tally()
    let rounds = 500
    for _ in 0..<count {
      Thread {
        for round in 1...rounds {
          tally.arrived.add(1, ordering: .sequentiallyConsistent)
          barrier.wait()
          if tally.arrived.load(ordering: .sequentiallyConsistent) < round * count {
            tally.early.add(1, ordering: .relaxed)
          }
          barrier.wait()
        }
        tally.done.add(1, ordering: .sequentiallyConsistent)
        tally.finished.raise()
      }.start()
    }
    tally.finished.wait { tally.done.load(ordering: .acquiring) == count }
    #expect(tally.early.load(ordering: .acquiring) == 0)
    #expect(tally.arrived.load(ordering: .acquiring) == rounds * count)
  }
}
