import Foundation
import Synchronization
import Testing

@testable import Runtime

@Suite(.timeLimit(.minutes(2))) struct SignalsTests {
  private final class Flag: Sendable {
    let value = Atomic<Int>(0)
    let signals: Signals
    init(spins: Int = Signals.patience) { signals = Signals(2, spins: spins) }
  }

  @Test func doesNotWaitForWhatIsTrue() {
    Signals(1).wait(at: 0) { true }
    Signals(1, spins: 0).wait(at: 0) { true }
  }

  /// Short pauses are spun through, long ones slept through.
  @Test(arguments: [0, 10, 1_000, 50_000], [0, Signals.patience])
  func wakesAfter(microseconds: UInt32, spins: Int) {
    let flag = Flag(spins: spins)
    let thread = Thread {
      usleep(microseconds)
      flag.value.store(1, ordering: .sequentiallyConsistent)
      flag.signals.raise(0)
    }
    thread.start()
    flag.signals.wait(at: 0) { flag.value.load(ordering: .acquiring) == 1 }
    #expect(flag.value.load(ordering: .acquiring) == 1)
  }

  @Test func wakesEverybody() {
    let flag = Flag()
    let awake = Flag()
    for _ in 0..<8 {
      Thread {
        flag.signals.wait(at: 0) { flag.value.load(ordering: .acquiring) == 1 }
        awake.value.add(1, ordering: .sequentiallyConsistent)
        awake.signals.raise(0)
      }.start()
    }
    usleep(20_000)
    flag.value.store(1, ordering: .sequentiallyConsistent)
    flag.signals.raise(0)
    awake.signals.wait(at: 0) { awake.value.load(ordering: .acquiring) == 8 }
    #expect(awake.value.load(ordering: .acquiring) == 8)
  }

  /// Two threads hand a number to and fro; a lost wake-up hangs.
  @Test(arguments: [0, Signals.patience])
  func pingPong(spins: Int) {
    let flag = Flag(spins: spins)
    let rounds = 5_000
    let thread = Thread {
      for round in 0..<rounds {
        flag.signals.wait(at: 0) { flag.value.load(ordering: .acquiring) == 2 * round + 1 }
        flag.value.store(2 * round + 2, ordering: .sequentiallyConsistent)
        flag.signals.raise(0)
      }
    }
    thread.start()
    for round in 0..<rounds {
      flag.value.store(2 * round + 1, ordering: .sequentiallyConsistent)
      flag.signals.raise(0)
      flag.signals.wait(at: 0) { flag.value.load(ordering: .acquiring) == 2 * round + 2 }
    }
    #expect(flag.value.load(ordering: .acquiring) == 2 * rounds)
  }

  /// Who raises one place leaves those at another asleep.
  @Test func placesAreApart() {
    let flag = Flag(spins: 0)
    let awake = Flag()
    let thread = Thread {
      flag.signals.wait(at: 1) { flag.value.load(ordering: .acquiring) == 1 }
      awake.value.store(1, ordering: .sequentiallyConsistent)
    }
    thread.start()
    usleep(20_000)
    flag.signals.raise(0)
    usleep(5_000)
    #expect(awake.value.load(ordering: .sequentiallyConsistent) == 0)
    flag.value.store(1, ordering: .sequentiallyConsistent)
    flag.signals.raise(1)
    while awake.value.load(ordering: .sequentiallyConsistent) == 0 { usleep(100) }
  }
}
