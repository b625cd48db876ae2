import Glibc
import NetIR
import NetworkTestSupport
import Runtime
import Testing

@testable import CPUBackend

/// The ops of training against their definitions.
@Suite struct ReferenceTrainingTests {
  private func run(_ op: TrainingOp, _ operands: [([Int], [Double])]) throws -> [Double] {
    var graph = Graph(name: "one op")
    let values = try operands.enumerated().map { place, operand in
      try graph.add(.input(index: place, shape: operand.0), name: "x\(place)")
    }
    graph.outputs = [try graph.add(.training(op), values, name: "y")]
    return try ReferenceInterpreter(graph) { _, _ in [] }.run(operands.map(\.1))[0]
  }

  private static let key: ([Int], [Double]) = ([4], [11, 22, 33, 65535])

  @Test func momentsAndWhatTheyNormalise() throws {
    // Two examples of two channels of two pixels.
    let x: [Double] = [1, 3, 10, 10, 5, 7, 20, 40]
    let moments = try run(.moments(), [([2, 2, 2], x)])
    #expect(moments == [4, 20, 5, 150])
    let y = try run(
      .normalize(epsilon: 4), [([2, 2, 2], x), ([2], [3, 1]), ([2], [0, 2]), ([2, 2], moments)])
    let deviations = [3, Double(154).squareRoot()]
    let wanted = [-3, -1, 1, 3].map { $0 * 3 / deviations[0] }
    #expect(Array(y[0..<2]) == Array(wanted[0..<2]) && Array(y[4..<6]) == Array(wanted[2..<4]))
    #expect(abs(y[7] - (20 / deviations[1] + 2)) < 1e-15)
  }

  @Test func droppingKeepsTheMean() throws {
    let ones = [Double](repeating: 1, count: 20_000)
    let y = try run(.drop(probability: 0.25, sharedAxes: [], stream: 5), [([100, 200], ones), Self.key])
    #expect(Set(y) == [0, 1 / 0.75])
    // Three standard deviations of the share of 20 000.
    let share = Double(y.count { $0 == 0 }) / 20_000
    #expect(abs(share - 0.25) < 3 * (0.25 * 0.75 / 20_000).squareRoot())
    let again = try run(.drop(probability: 0.25, sharedAxes: [], stream: 5), [([100, 200], ones), Self.key])
    let other = try run(.drop(probability: 0.25, sharedAxes: [], stream: 6), [([100, 200], ones), Self.key])
    let later = try run(
      .drop(probability: 0.25, sharedAxes: [], stream: 5), [([100, 200], ones), ([4], [12, 22, 33, 65535])])
    #expect(again == y && other != y && later != y)
    #expect(try run(.drop(probability: 1, sharedAxes: [], stream: 0), [([3], [1, 2, 3]), Self.key]) == [0, 0, 0])
  }

  @Test func sharedAxesShareADecision() throws {
    let ones = [Double](repeating: 1, count: 8 * 16 * 6)
    let y = try run(.drop(probability: 0.5, sharedAxes: [2, 3], stream: 0), [([8, 16, 2, 3], ones), Self.key])
    let channels = stride(from: 0, to: y.count, by: 6).map { Set(y[$0..<$0 + 6]) }
    #expect(channels.allSatisfy { $0.count == 1 } && Set(channels) == [[0], [2]])
    let columns = try run(
      .drop(probability: 0.5, sharedAxes: [0], stream: 0), [([4, 64], Array(ones[..<256])), Self.key])
    for row in 1..<4 { #expect(columns[row * 64..<row * 64 + 64] == columns[..<64]) }
  }

  @Test func noiseIsNormal() throws {
    let count = 20_000
    let y = try run(.noise(sigma: 2, stream: 1), [([count], [Double](repeating: 5, count: count)), Self.key])
    let mean = y.reduce(0, +) / Double(count)
    let variance = y.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    #expect(abs(mean - 5) < 3 * 2 / Double(count).squareRoot())
    #expect(abs(variance - 4) < 3 * 4 * (2 / Double(count)).squareRoot())
    let within = Double(y.count { abs($0 - 5) < 2 }) / Double(count)
    #expect(abs(within - 0.6827) < 3 * (0.6827 * 0.3173 / Double(count)).squareRoot())
  }

  @Test func slopesOfARandomizedRectifier() throws {
    let x = [Double](repeating: -1, count: 5000) + [2]
    let y = try run(.randomSlopes(lower: 3, upper: 8, stream: 1), [([5001], x), ([5001], x), Self.key])
    #expect(y[5000] == 2)
    let divisors = y[..<5000].map { -1 / $0 }
    #expect(divisors.allSatisfy { (3...8).contains($0) })
    #expect(abs(divisors.reduce(0, +) / 5000 - 5.5) < 3 * 5 / Double(12 * 5000).squareRoot())
  }

  private func loss(_ loss: Loss, _ shape: [Int], _ x: [Double], _ target: ([Int], [Double])) throws -> [Double] {
    try run(.loss(loss), [(shape, x), target])
  }

  @Test func lossesOverClasses() throws {
    let p: [Double] = [0.7, 0.2, 0.1, 0.25, 0.25, 0.5]
    let logits = p.map { log($0) + 3 }
    let wanted = [-log(0.2), -log(0.5)]
    let found = try loss(.softmaxCrossEntropy(smoothing: 0), [2, 3], logits, ([2], [1, 2]))
    let direct = try loss(.crossEntropy(smoothing: 0), [2, 3], p, ([2], [1, 2]))
    let oneHot = try loss(.softmaxCrossEntropy(smoothing: 0), [2, 3], logits, ([2, 3], [0, 1, 0, 0, 0, 1]))
    for k in 0..<2 {
      #expect(abs(found[k] - wanted[k]) < 1e-12 && abs(direct[k] - wanted[k]) < 1e-15)
      #expect(abs(oneHot[k] - wanted[k]) < 1e-12)
    }
    // (1 − s)·q + s/C with s = 0.3.
    let smooth = try loss(.crossEntropy(smoothing: 0.3), [1, 3], Array(p[..<3]), ([1], [1]))
    #expect(abs(smooth[0] - (-0.8 * log(0.2) - 0.1 * log(0.7) - 0.1 * log(0.1))) < 1e-7)
    // Logits beyond the range of exp.
    #expect(try loss(.softmaxCrossEntropy(smoothing: 0), [1, 2], [1e4, 0], ([1], [1])) == [1e4])
    // The best wrong class is 0.5 below and 1 above.
    let hinge = try loss(.multiclassHinge(delta: 0.75), [2, 3], [2, 1, 1.5, 3, 2, 0], ([2], [0, 1]))
    #expect(hinge == [0.25, 1.75])
  }

  @Test func lossesOfElements() throws {
    let target = ([1, 2], [0.0, 1.0])
    #expect(try loss(.squaredError, [1, 2], [2, 4], target) == [(4 + 9) / 2])
    #expect(try loss(.absoluteError, [1, 2], [2, -4], target) == [(2 + 5) / 2])
    #expect(try loss(.huber(delta: 2), [1, 2], [1, 5], target) == [(0.5 + 2 * (4 - 1)) / 2])
    #expect(try loss(.binaryHinge(delta: 1), [1, 2], [0.5, 3], target) == [1.5 / 2])
    let entropy = try loss(.sigmoidCrossEntropy, [1, 2], [0.5, 3], target)[0]
    let direct = try loss(.binaryCrossEntropy, [1, 2], [1 / (1 + exp(-0.5)), 1 / (1 + exp(-3))], target)[0]
    let wanted = (log(1 + exp(0.5)) + log(1 + exp(-3))) / 2
    #expect(abs(entropy - wanted) < 1e-14 && abs(direct - wanted) < 1e-14)
    #expect(try loss(.sigmoidCrossEntropy, [1, 1], [-1e4], ([1, 1], [1])) == [1e4])
  }
}
