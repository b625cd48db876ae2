import NetIR
import Testing

@testable import Runtime

@Suite struct InitialiserSamplingTests {
  private func sample(_ initialiser: Initialiser, _ shape: [Int], seed: UInt64 = 42, name: String = "a.W")
    -> [Float]
  {
    let values = initialiser.sample(shape: shape, seed: seed, name: name)
    #expect(values.count == shape.elements)
    return values
  }

  private func moments(_ values: [Float]) -> (mean: Double, std: Double, reach: Double) {
    let count = Double(values.count)
    let mean = values.reduce(0) { $0 + Double($1) } / count
    let variance = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    return (mean, variance.squareRoot(), values.map { Double(abs($0)) }.max() ?? 0)
  }

  /// Of an initialiser for (50, 20, 3, 3): 180 inputs and 450 outputs per unit, 9,000 numbers.
  struct Law: Sendable, CustomTestStringConvertible {
    var initialiser: Initialiser
    var std: Double
    var isUniform: Bool
    var testDescription: String { "\(initialiser)" }
  }

  static let laws = [
    Law(initialiser: .glorotNormal(gain: 1), std: (2.0 / 630).squareRoot(), isUniform: false),
    Law(initialiser: .glorotUniform(gain: 1), std: (2.0 / 630).squareRoot(), isUniform: true),
    Law(initialiser: .glorotUniform(gain: 3), std: 3 * (2.0 / 630).squareRoot(), isUniform: true),
    Law(initialiser: .heNormal(gain: Float(2).squareRoot()), std: (2.0 / 180).squareRoot(), isUniform: false),
    Law(initialiser: .heUniform(gain: Float(2).squareRoot()), std: (2.0 / 180).squareRoot(), isUniform: true),
    Law(initialiser: .heNormal(gain: 1), std: (1.0 / 180).squareRoot(), isUniform: false),
    Law(initialiser: .lecunNormal, std: (1.0 / 180).squareRoot(), isUniform: false),
    Law(initialiser: .lecunUniform, std: (1.0 / 180).squareRoot(), isUniform: true),
    Law(initialiser: .normal(std: 0.3, mean: 0), std: 0.3, isUniform: false),
    Law(initialiser: .uniform(low: -0.6, high: 0.6), std: 0.6 / 3.0.squareRoot(), isUniform: true),
  ]

  @Test(arguments: laws)
  func standardDeviation(_ law: Law) {
    let found = moments(sample(law.initialiser, [50, 20, 3, 3]))
    // The standard error of the deviation is std/√(2n) for normal numbers, less for uniform ones.
    #expect(abs(found.std / law.std - 1) < 4 / Double(2 * 9000).squareRoot())
    #expect(abs(found.mean) < 4 * law.std / Double(9000).squareRoot())
    if law.isUniform {
      let limit = 3.0.squareRoot() * law.std
      #expect(found.reach <= limit * 1.000_001 && found.reach > 0.999 * limit)
    } else {
      #expect(found.reach > 3 * law.std)
    }
  }

  @Test func fans() {
    #expect(Fans(outputsFirst: [50, 20, 3, 3]) == Fans(outputsFirst: [50, 20, 9]))
    #expect(Fans(outputsFirst: [50, 20, 3, 3]).fanIn == 180 && Fans(outputsFirst: [50, 20, 3, 3]).fanOut == 450)
    #expect(Fans(outputsFirst: [10, 784]).fanIn == 784 && Fans(outputsFirst: [10, 784]).fanOut == 10)
  }

  @Test func constantsAndShiftedNumbers() {
    #expect(sample(.constant(0.25), [3, 2]) == [Float](repeating: 0.25, count: 6))
    let normal = moments(sample(.normal(std: 0.1, mean: 5), [100, 100]))
    #expect(abs(normal.mean - 5) < 0.004 && abs(normal.std - 0.1) < 0.004)
    let uniform = sample(.uniform(low: 2, high: 3), [100, 100])
    #expect(uniform.allSatisfy { (2...3).contains($0) } && abs(moments(uniform).mean - 2.5) < 0.012)
  }

  @Test(arguments: [[8, 8], [5, 20], [20, 5], [6, 2, 3, 3], [1, 7], [7, 1]])
  func orthogonal(shape: [Int]) {
    let gain = 1.5
    let values = sample(.orthogonal(gain: Float(gain)), shape)
    let (rows, columns) = (shape[0], shape.dropFirst().reduce(1, *))
    // The vectors along the longer side.
    let vectors: [[Double]] =
      rows <= columns
      ? (0..<rows).map { row in (0..<columns).map { Double(values[row * columns + $0]) } }
      : (0..<columns).map { column in (0..<rows).map { Double(values[$0 * columns + column]) } }
    for (i, a) in vectors.enumerated() {
      for (j, b) in vectors.enumerated() {
        let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product - (i == j ? gain * gain : 0)) < 1e-5)
      }
    }
  }

  @Test(arguments: [(Float(0.1), 20), (0.25, 50), (1, 200), (0, 0)])
  func sparse(fraction: Float, kept: Int) {
    let values = sample(.sparse(fraction: fraction, std: 0.5), [40, 200])
    for row in 0..<40 { #expect(values[row * 200..<(row + 1) * 200].count { $0 != 0 } == kept) }
    guard kept > 0 else { return }
    let found = moments(values.filter { $0 != 0 })
    #expect(abs(found.std / 0.5 - 1) < 4 / Double(2 * 40 * kept).squareRoot())
    // Every input is somebody's: the places are drawn, not the first ones taken.
    if kept >= 20 { #expect((0..<200).count { c in (0..<40).contains { values[$0 * 200 + c] != 0 } } > 180) }
  }

  @Test(arguments: [
    Initialiser.normal(std: 1, mean: 0), .uniform(low: -1, high: 1), .glorotUniform(gain: 1), .heNormal(gain: 1),
    .lecunNormal, .orthogonal(gain: 1), .sparse(fraction: 0.5, std: 1),
  ])
  func dependOnSeedAndNameAlone(_ initialiser: Initialiser) {
    let first = sample(initialiser, [6, 10])
    #expect(first.map(\.bitPattern) == sample(initialiser, [6, 10]).map(\.bitPattern))
    #expect(first != sample(initialiser, [6, 10], seed: 43))
    #expect(first != sample(initialiser, [6, 10], name: "b.W"))
  }
}
