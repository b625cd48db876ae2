import CPUBackend
import Testing

@Suite struct MachineLimitsTests {
  @Test func ratesHaveMedianAndRange() {
    #expect(MachineLimits.Rate(rounds: [3, 1, 2]) == MachineLimits.Rate(median: 2, low: 1, high: 3))
    #expect(MachineLimits.Rate(rounds: [4, 1, 2, 3])?.median == 2.5)
    #expect(MachineLimits.Rate(rounds: []) == nil)
  }

  @Test(arguments: [
    (0.0, 1.0, 2.0), (-1, 1, 2), (1, 0.5, 2), (1, 3, 2), (1, .nan, 2), (1, 2, .infinity), (.nan, 1, 2),
  ])
  func filesMayClaimAnything(low: Double, median: Double, high: Double) {
    #expect(!MachineLimits.Rate(median: median, low: low, high: high).isPlausible)
  }

  @Test func theBestRoundIsTheLimit() {
    let limits = MachineLimits(
      threads: 2,
      rates: [
        .fma: .init(median: 90, low: 50, high: 100), .l2: .init(median: 40, low: 30, high: 50),
        .dram: .init(median: 8, low: 7, high: 9),
      ])
    #expect(limits.peak == 100)
    #expect(limits.bandwidth(.l2) == 50 && limits.bandwidth(.dram) == 9)
    // A machine without level 3 gets its bytes from further out.
    #expect(limits.bandwidth(.l3) == 9)
    let single = MachineLimits(threads: 1, rates: [.fma: .init(median: 50, low: 50, high: 50)])
    #expect(limits.speedup(over: single) == 2)
    #expect(MachineLimits(threads: 1, rates: [:]).peak == 0)
    #expect(MachineLimits(threads: 1, rates: [:]).bandwidth(.l2) == 0)
  }

  @Test func bytesComeFromTheInnermostLevelThatHoldsThem() {
    let cache = [48 << 10, 1 << 20, 32 << 20]
    #expect(MemoryLevel(holding: 1 << 20, threads: 1, cache: cache) == .l2)
    #expect(MemoryLevel(holding: 1 << 20 + 1, threads: 1, cache: cache) == .l3)
    #expect(MemoryLevel(holding: 2 << 20, threads: 2, cache: cache) == .l2)
    #expect(MemoryLevel(holding: 33 << 20, threads: 2, cache: cache) == .dram)
    #expect(MemoryLevel(holding: 1, threads: 2, cache: [0, 0, 0]) == .dram)
  }
}
