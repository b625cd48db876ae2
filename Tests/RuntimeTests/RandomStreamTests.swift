import Foundation
import Testing

@testable import Runtime

@Suite struct RandomStreamTests {
  struct Vector: Sendable {
    var counter: [UInt32]
    var key: [UInt32]
    var result: [UInt32]
  }

  /// `philox4x32 10` of Random123's tests/kat_vectors.
  static let published = [
    Vector(
      counter: [0, 0, 0, 0], key: [0, 0], result: [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
    Vector(
      counter: [.max, .max, .max, .max], key: [.max, .max],
      result: [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
    Vector(
      counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], key: [0xa409_3822, 0x299f_31d0],
      result: [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
  ]

  @Test(arguments: published)
  func knownAnswers(_ vector: Vector) {
    let c = vector.counter
    let x = RandomStream.philox((c[0], c[1], c[2], c[3]), (vector.key[0], vector.key[1]))
    #expect([x.0, x.1, x.2, x.3] == vector.result)
  }

  private func numbers(_ count: Int, seed: UInt64 = 42, name: String, _ draw: (inout RandomStream) -> Double)
    -> [Double]
  {
    var stream = RandomStream(seed: seed, name: name)
    return (0..<count).map { _ in draw(&stream) }
  }

  private func mean(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }

  private func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let (ma, mb) = (mean(a), mean(b))
    let covariance = mean(zip(a, b).map { ($0 - ma) * ($1 - mb) })
    let (va, vb) = (mean(a.map { ($0 - ma) * ($0 - ma) }), mean(b.map { ($0 - mb) * ($0 - mb) }))
    return covariance / (va * vb).squareRoot()
  }

  /// 20,000 numbers in 20 bins: χ² with 19 degrees of freedom exceeds 43.8 once in a thousand.
  @Test(arguments: ["conv1.W", "conv2.W", ""])
  func uniform(name: String) {
    let x = numbers(20_000, name: name) { $0.uniform() }
    #expect(x.allSatisfy { $0 > 0 && $0 < 1 })
    #expect(abs(mean(x) - 0.5) < 4 * (1.0 / 12 / 20_000).squareRoot())
    var bins = [Int](repeating: 0, count: 20)
    for value in x { bins[Int(value * 20)] += 1 }
    let chi = bins.reduce(0.0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
    #expect(chi < 43.8)
    #expect(abs(correlation(Array(x.dropLast()), Array(x.dropFirst()))) < 4 / Double(20_000).squareRoot())
  }

  /// Standard errors of mean 1/√n, variance √(2/n), skewness √(6/n), kurtosis √(24/n); all within four of them.
  @Test(arguments: ["conv1.W", "conv2.W"])
  func normal(name: String) {
    let count = 20_000.0
    let x = numbers(Int(count), name: name) { $0.normal() }
    #expect(abs(mean(x)) < 4 / count.squareRoot())
    #expect(abs(mean(x.map { $0 * $0 }) - 1) < 4 * (2 / count).squareRoot())
    #expect(abs(mean(x.map { $0 * $0 * $0 })) < 4 * (15 / count).squareRoot())
    #expect(abs(mean(x.map { $0 * $0 * $0 * $0 }) - 3) < 4 * (96 / count).squareRoot())
    for (limit, share) in [(1.0, 0.682_689), (2, 0.954_500), (3, 0.997_300)] {
      let inside = Double(x.count { abs($0) < limit }) / count
      #expect(abs(inside - share) < 4 * (share * (1 - share) / count).squareRoot())
    }
  }

  @Test func below() {
    var stream = RandomStream(seed: 1, name: "below")
    var seen = [Int](repeating: 0, count: 7)
    for _ in 0..<7000 { seen[stream.next(below: 7)] += 1 }
    #expect(seen.allSatisfy { abs($0 - 1000) < 130 })
    #expect((0..<100).allSatisfy { _ in stream.next(below: 1) == 0 })
  }

  @Test func sameNameAndSeedSameStream() {
    let a = numbers(1000, name: "conv1.W") { $0.normal() }
    #expect(a == numbers(1000, name: "conv1.W") { $0.normal() })
  }

  @Test(arguments: [
    (42, "conv1.W", 42, "conv2.W"), (42, "conv1.W", 43, "conv1.W"), (42, "conv1.W", 42, "conv1.b"),
    (0, "", 1, ""), (42, "ab", 42, "ba"), (42, "a", 42, "a\0"),
  ])
  func otherNamesOrSeedsAreUnrelated(seedA: UInt64, a: String, seedB: UInt64, b: String) {
    let x = numbers(10_000, seed: seedA, name: a) { $0.uniform() }
    let y = numbers(10_000, seed: seedB, name: b) { $0.uniform() }
    #expect(x != y)
    for lag in 0..<4 {
      let correlation = correlation(Array(x.dropFirst(lag)), Array(y.dropLast(lag)))
      #expect(abs(correlation) < 4.5 / Double(10_000).squareRoot())
    }
  }

  @Test func itsOwnLogarithm() {
    var stream = RandomStream(seed: 7, name: "log")
    for _ in 0..<20_000 {
      let x = stream.uniform()
      #expect(abs(RandomStream.log(x) - log(x)) <= 1e-14 * max(1, abs(log(x))))
    }
    for x in [0x1p-32, 0x1p-33, 0.5, 1, 1.5, 2, 2.0.squareRoot(), 1e-300, 1e300] {
      #expect(abs(RandomStream.log(x) - log(x)) <= 1e-14 * max(1, abs(log(x))))
    }
    #expect(RandomStream.log(1) == 0)
  }
}
