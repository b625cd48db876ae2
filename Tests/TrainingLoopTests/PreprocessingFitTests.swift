import DataPipeline
import Diagnostics
import NetIR
import Runtime
import Testing

@testable import TrainingLoop

struct PreprocessingFitTests {
  /// 40 examples of 2×1×3, the elements of very different sizes.
  private static let data: Examples = {
    var stream = RandomStream(seed: 3, name: "fit")
    let values = (0..<240).map { index in
      Float(1000 + Double(index % 6) * 10 + stream.normal() * Double(1 + index % 3))
    }
    return Examples(shape: [2, 1, 3], count: 40, .floats(values))
  }()
  private static let some = Array(0..<30)

  private static func prepared(_ steps: [PreprocessingStep], _ examples: [Int] = some) throws -> [[Double]] {
    let fitted = try FittedPreprocessing(steps, data, examples: some)
    return examples.map { example in
      var values = data.floats(of: example)
      for step in fitted.steps { step.apply(to: &values, shape: data.shape) }
      return values.map(Double.init)
    }
  }

  /// Mean and standard deviation of what a scope's first number stands for.
  private static func moments(_ rows: [[Double]], _ elements: Range<Int>) -> (mean: Double, deviation: Double) {
    let values = rows.flatMap { $0[elements] }
    let mean = values.reduce(0, +) / Double(values.count)
    return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot())
  }

  @Test(arguments: [(.channel, 0..<3), (.pixel, 0..<1), (.all, 0..<6)] as [(PreprocessingStatistic.Scope, Range<Int>)])
  func centreAndDeviation(_ scope: PreprocessingStatistic.Scope, _ elements: Range<Int>) throws {
    let centred = Self.moments(try Self.prepared([.statistic(.center(scope))]), elements)
    #expect(abs(centred.mean) < 1e-3 && centred.deviation > 0.5)
    let standard = Self.moments(try Self.prepared([.statistic(.standardize(scope))]), elements)
    #expect(abs(standard.mean) < 1e-3 && abs(standard.deviation - 1) < 1e-3)
  }

  @Test func leastAndLargest() throws {
    let rows = try Self.prepared([.statistic(.minMax(low: -1, high: 3, .all))])
    let values = rows.joined()
    let (least, most) = (values.min() ?? 0, values.max() ?? 0)
    #expect(abs(least + 1) < 1e-4)
    #expect(abs(most - 3) < 1e-4)
  }

  @Test func whitened() throws {
    let rows = try Self.prepared([.statistic(.whiten(epsilon: 0))])
    for a in 0..<6 {
      for b in 0..<6 {
        let sum: Double = rows.reduce(0) { $0 + $1[a] * $1[b] }
        let product = sum / Double(rows.count)
        let wanted: Double = a == b ? 1 : 0
        #expect(abs(product - wanted) < 1e-2, "\(a) \(b): \(product)")
      }
    }
  }

  /// The numbers come from the training split alone, and a later step sees what an earlier one makes.
  @Test func otherExamplesTakeNoPart() throws {
    let steps: [PreprocessingStep] = [.multiply([0.5]), .statistic(.center(.all))]
    let fitted = try FittedPreprocessing(steps, Self.data, examples: Self.some)
    let all = try FittedPreprocessing(steps, Self.data, examples: Array(0..<40))
    #expect(fitted != all && fitted.steps.first == .multiply([0.5]))
    guard case .subtract(let numbers) = fitted.steps[1] else {
      Issue.record("\(fitted.steps)")
      return
    }
    let middle: Float = 512.5
    #expect(abs(numbers[0] - middle) < 5)
  }

  @Test func aFileGivesThemBack() throws {
    let steps: [PreprocessingStep] = [
      .scale(low: 0, high: 1), .statistic(.standardize(.channel)), .statistic(.whiten(epsilon: 1e-5)),
      .statistic(.minMax(low: -1, high: 1, .all)), .statistic(.center(.pixel)),
    ]
    let fitted = try FittedPreprocessing(steps, Self.data, examples: Self.some)
    let tensors = Dictionary(uniqueKeysWithValues: fitted.tensors.map { ($0.name, $0.values) })
    #expect(tensors.keys.allSatisfy(Checkpoint.isBeside))
    #expect(FittedPreprocessing(steps) { tensors[$0] } == fitted)
    #expect(FittedPreprocessing(steps) { $0.hasSuffix("matrix") ? nil : tensors[$0] } == nil)
  }

  @Test func whatIsTooLargeToWhiten() throws {
    let large = Examples(shape: [1025], count: 2, .floats([Float](repeating: 1, count: 2050)))
    let error = try #require(throws: DiagnosticError.self) {
      try FittedPreprocessing([.statistic(.whiten(epsilon: 1))], large, examples: [0, 1])
    }
    #expect(error.diagnostic.code == .notTrainable)
  }

  @Test(arguments: [1, 2, 3, 7, 20]) func eigenvectors(_ size: Int) {
    var stream = RandomStream(seed: 8, name: "eigen")
    var matrix = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0...row {
        matrix[row * size + column] = stream.normal()
        matrix[column * size + row] = matrix[row * size + column]
      }
    }
    let eigen = SymmetricEigen(matrix, size: size)
    #expect(eigen.values == eigen.values.sorted(by: >))
    for (place, value) in eigen.values.enumerated() {
      let vector = eigen.vectors[place * size..<(place + 1) * size].map { $0 }
      let norm: Double = vector.reduce(0) { $0 + $1 * $1 }
      #expect(abs(norm - 1) < 1e-12)
      for row in 0..<size {
        let product: Double = (0..<size).reduce(0) { $0 + matrix[row * size + $1] * vector[$1] }
        #expect(abs(product - value * vector[row]) < 1e-10)
      }
    }
  }
}
