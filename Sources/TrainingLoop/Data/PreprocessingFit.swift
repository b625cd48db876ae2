import DataPipeline
import Diagnostics
import NetIR

/// A spec's steps of preprocessing with the numbers that come from the training examples.
package struct FittedPreprocessing: Sendable, Equatable {
  /// Tensors of a fitted step in files of weights: `data.preprocess0.mean`. No parameter has two dots in its name.
  package static let prefix = "data.preprocess"

  /// What is applied, in order.
  package private(set) var steps: [PreprocessingStep] = []
  /// The numbers of fitted steps, for files.
  package private(set) var tensors: [(name: String, values: [Float])] = []

  /// Computes the numbers from some examples, each step's from what the steps before it make of them.
  ///
  /// - Parameter examples: which of `data` count: the training split.
  /// - Throws: N0602 for a whitening that would be too large.
  package init(
    _ written: [PreprocessingStep], _ data: Examples, examples: [Int]
  ) throws(DiagnosticError) {
    for (place, step) in written.enumerated() {
      guard case .statistic(let statistic) = step else {
        steps.append(step)
        continue
      }
      let before = steps
      let moments = Moments(statistic, data.shape) { visit in
        for example in examples {
          var values = data.floats(of: example)
          for step in before { step.apply(to: &values, shape: data.shape) }
          visit(values)
        }
      }
      try take(statistic, moments.numbers(of: statistic), place)
    }
  }

  /// Takes the numbers from a file.
  ///
  /// - Parameter tensor: the numbers of a name; nil where the file lacks them.
  /// - Returns: nil where some are missing.
  package init?(_ written: [PreprocessingStep], tensor: (String) -> [Float]?) {
    for (place, step) in written.enumerated() {
      guard case .statistic(let statistic) = step else {
        steps.append(step)
        continue
      }
      var numbers: [[Float]] = []
      for word in Self.words(statistic) {
        guard let values = tensor("\(Self.prefix)\(place).\(word)") else { return nil }
        numbers.append(values)
      }
      guard (try? take(statistic, numbers, place)) != nil else { return nil }
    }
  }

  package static func == (a: FittedPreprocessing, b: FittedPreprocessing) -> Bool { a.steps == b.steps }

  private static func words(_ statistic: PreprocessingStatistic) -> [String] {
    switch statistic {
    case .center: ["mean"]
    case .standardize: ["mean", "deviation"]
    case .minMax: ["low", "high"]
    case .whiten: ["mean", "matrix"]
    }
  }

  private mutating func take(
    _ statistic: PreprocessingStatistic, _ numbers: [[Float]], _ place: Int
  ) throws(DiagnosticError) {
    guard numbers.count == Self.words(statistic).count else {
      throw DiagnosticError(
        Diagnostic(
          .notTrainable, "`whiten` takes examples of at most \(Moments.mostFeatures) elements", at: .none,
          help: ["use `standardize`, or smaller images"]))
    }
    for (word, values) in zip(Self.words(statistic), numbers) {
      tensors.append(("\(Self.prefix)\(place).\(word)", values))
    }
    switch statistic {
    case .center: steps.append(.subtract(numbers[0]))
    case .standardize: steps += [.subtract(numbers[0]), .divide(numbers[1])]
    case .whiten: steps += [.subtract(numbers[0]), .project(matrix: numbers[1])]
    case .minMax(let low, let high, _):
      let range = zip(numbers[0], numbers[1]).map { $1 > $0 ? ($1 - $0) / (high - low) : 1 }
      steps += [.subtract(numbers[0]), .divide(range)]
      if low != 0 { steps.append(.subtract([-low])) }
    }
  }
}

/// Sums over examples that statistics are made of, in double precision.
private struct Moments {
  static let mostFeatures = 1024

  private var count = 0.0
  private var sums: [Double]
  private var squares: [Double]
  private var low: [Float]
  private var high: [Float]
  /// Of pairs of elements, by rows; only for whitening.
  private var products: [Double] = []
  private var size: Int

  /// - Parameter visitAll: calls its argument with each example's values.
  init(_ statistic: PreprocessingStatistic, _ shape: [Int], _ visitAll: (([Float]) -> Void) -> Void) {
    let size = shape.reduce(1, *)
    self.size = size
    let group = Self.group(statistic, shape)
    let groups = size / max(1, group)
    (sums, squares) = ([Double](repeating: 0, count: groups), [Double](repeating: 0, count: groups))
    low = [Float](repeating: .infinity, count: groups)
    high = [Float](repeating: -.infinity, count: groups)
    var isWhitening = false
    if case .whiten = statistic { isWhitening = size <= Self.mostFeatures }
    if isWhitening { products = [Double](repeating: 0, count: size * size) }
    var moments = self
    // Squares of differences from a first guess: the difference of two large sums would lose its digits.
    var guess: [Double] = []
    visitAll { values in
      if guess.isEmpty { guess = (0..<groups).map { Double(values[$0 * group]) } }
      moments.count += 1
      for (place, value) in values.enumerated() {
        let (index, difference) = (place / group, Double(value) - guess[place / group])
        moments.sums[index] += difference
        moments.squares[index] += difference * difference
        moments.low[index] = min(moments.low[index], value)
        moments.high[index] = max(moments.high[index], value)
      }
      guard isWhitening else { return }
      for row in 0..<values.count {
        let left = Double(values[row]) - guess[row]
        for column in row..<values.count {
          moments.products[row * values.count + column] += left * (Double(values[column]) - guess[column])
        }
      }
    }
    self = moments
    let elements = count * Double(group)
    for index in 0..<groups where elements > 0 {
      let mean = sums[index] / elements
      squares[index] = max(0, squares[index] / elements - mean * mean)
      sums[index] = mean
    }
    for row in 0..<(isWhitening ? size : 0) {
      for column in row..<size {
        products[row * size + column] = products[row * size + column] / count - sums[row] * sums[column]
        products[column * size + row] = products[row * size + column]
      }
    }
    for index in 0..<groups where !guess.isEmpty { sums[index] += guess[index] }
  }

  /// How many elements after one another share a number.
  private static func group(_ statistic: PreprocessingStatistic, _ shape: [Int]) -> Int {
    let scope: PreprocessingStatistic.Scope =
      switch statistic {
      case .center(let scope), .standardize(let scope), .minMax(_, _, let scope): scope
      case .whiten: .pixel
      }
    return switch scope {
    case .pixel: 1
    case .channel: max(1, shape.dropFirst().reduce(1, *))
    case .all: max(1, shape.reduce(1, *))
    }
  }

  func numbers(of statistic: PreprocessingStatistic) -> [[Float]] {
    switch statistic {
    case .center: return [sums.map(Float.init)]
    case .standardize:
      return [sums.map(Float.init), squares.map { $0 > 0 ? Float($0.squareRoot()) : 1 }]
    case .minMax: return [low, high]
    case .whiten(let epsilon):
      guard !products.isEmpty else { return [] }
      let eigen = SymmetricEigen(products, size: size)
      var matrix = [Float](repeating: 0, count: size * size)
      for row in 0..<size {
        let factor = 1 / (max(0, eigen.values[row]) + Double(epsilon)).squareRoot()
        for column in 0..<size { matrix[row * size + column] = Float(factor * eigen.vectors[row * size + column]) }
      }
      return [sums.map(Float.init), matrix]
    }
  }
}
