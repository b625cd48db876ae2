import Testing

@testable import CPUBackend

@Suite struct StepSharesTests {
  @Test(arguments: [0, 1, 2, 5, 16, 17, 1000], [1, 2, 3, 7, 64])
  func everyUnitBelongsToOneThread(units: Int, threads: Int) {
    for shares in [
      StepShares(units: units), StepShares(units: 3 * units, channels: 70, tile: 32, vector: 16),
      StepShares(units: 2 * units, channels: 33, tile: 32, vector: 8),
    ] {
      let ranges = (0..<threads).map { shares.range($0, of: threads) }
      #expect(Array(ranges.joined()) == Array(0..<shares.units))
    }
  }

  @Test func equalUnitsAreSplitEvenly() {
    let shares = StepShares(units: 10)
    #expect((0..<3).map { shares.range($0, of: 3) } == [0..<3, 3..<6, 6..<10])
    // Whole tiles, and one tile alone, are equal units.
    #expect(StepShares(units: 10, channels: 64, tile: 32, vector: 16) == shares)
    #expect(StepShares(units: 10, channels: 5, tile: 32, vector: 16) == shares)
  }

  /// 48 channels in tiles of 32: the rows of the second tile cost half.
  @Test func aNarrowTileCostsLess() {
    let shares = StepShares(units: 56, channels: 48, tile: 32, vector: 16)
    #expect((0..<2).map { shares.range($0, of: 2) } == [0..<21, 21..<56])
    // 28 · 2 and 28 · 1: parts of 42.
    func cost(_ range: Range<Int>) -> Int { range.reduce(0) { $0 + ($1 < 28 ? 2 : 1) } }
    #expect((0..<2).map { cost(shares.range($0, of: 2)) } == [42, 42])
    #expect((0..<3).allSatisfy { abs(cost(shares.range($0, of: 3)) - 28) <= 1 })
    // A tile that lacks less than a vector costs as much as the others.
    #expect(StepShares(units: 56, channels: 49, tile: 32, vector: 16) == StepShares(units: 56))
  }
}
