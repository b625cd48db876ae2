import Foundation
import Synchronization
import Testing

@testable import Runtime

@Suite(.timeLimit(.minutes(2))) struct BarrierTests {
  private final class Tally: Sendable {
    let arrived = Atomic<Int>(0)
    let early = Atomic<Int>(0)
    let done = Atomic<Int>(0)
    let finished = Signals(1)
  }

  @Test func oneAloneNeverWaits() {
    let barrier = Barrier(1)
    for _ in 0..<10 { barrier.wait(0) }
  }

  @Test(arguments: [2, 3, 5, 8, 13], [0, Signals.patience])
  func nobodyLeavesBeforeEverybodyCame(count: Int, spins: Int) {
    let barrier = Barrier(count, spins: spins)
    let tally = Tally()
    let rounds = 200
    for thread in 0..<count {
      Thread {
        for round in 1...rounds {
          tally.arrived.add(1, ordering: .sequentiallyConsistent)
          barrier.wait(thread)
          if tally.arrived.load(ordering: .sequentiallyConsistent) < round * count {
            tally.early.add(1, ordering: .relaxed)
          }
          barrier.wait(thread)
        }
        tally.done.add(1, ordering: .sequentiallyConsistent)
        tally.finished.raise(0)
      }.start()
    }
    tally.finished.wait(at: 0) { tally.done.load(ordering: .acquiring) == count }
    #expect(tally.early.load(ordering: .acquiring) == 0)
    #expect(tally.arrived.load(ordering: .acquiring) == rounds * count)
  }
}
