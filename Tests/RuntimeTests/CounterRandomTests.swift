import Runtime
import Testing

@Suite struct CounterRandomTests {
  @Test func aKeyInWordsIsTheKey() {
    let key: UInt64 = 0xFEDC_BA98_7654_3210
    let words = CounterRandom.words(key)
    #expect(words == [0x3210, 0x7654, 0xBA98, 0xFEDC])
    let (a, b) = (CounterRandom(key: key, stream: 3), CounterRandom(words: words.map(Double.init), stream: 3))
    #expect((0..<100).allSatisfy { a.bits($0) == b.bits($0) })
  }

  /// Of any two of key, stream and place that differ, few numbers are the same.
  @Test func keysStreamsAndPlacesDiffer() {
    let sources = [(1, 0), (2, 0), (1 << 40, 0), (1, 1), (1, 2)].map { CounterRandom(key: $0.0, stream: $0.1) }
    let all = sources.flatMap { source in (0..<1000).map { source.bits($0) } }
    // 5000 of 2³²: three coincidences are beyond belief.
    #expect(Set(all).count > 4997)
  }

  @Test func uniformNumbersFillTheInterval() {
    let random = CounterRandom(key: 42, stream: 7)
    let values = (0..<20_000).map(random.uniform)
    #expect(values.allSatisfy { $0 > 0 && $0 < 1 && Double(Float($0)) == $0 })
    let mean = values.reduce(0, +) / 20_000
    #expect(abs(mean - 0.5) < 3 / Double(12 * 20_000).squareRoot())
    for tenth in 0..<10 {
      let share = values.count { Int($0 * 10) == tenth }
      #expect(abs(Double(share) - 2000) < 4 * Double(1800).squareRoot())
    }
  }

  @Test func pairsOfNeighboursDiffer() {
    let random = CounterRandom(key: 42, stream: 7)
    let pairs = (0..<1000).map { [random.pair($0).0, random.pair($0).1] }
    // Of 2,000 numbers of 23 bits two may be equal by chance; not of pairs, and neither pairs nor halves repeat.
    #expect(Set(pairs).count == 1000 && pairs.allSatisfy { $0[0] != $0[1] })
    #expect(Set(pairs.map { $0[0] }).count > 995 && Set(pairs.map { $0[1] }).count > 995)
    #expect(pairs.joined().allSatisfy { $0 > 0 && $0 < 1 })
  }
}
