/// What happens to raw data (bytes) before a network sees it. Float data are taken as they are: whoever made
/// them has prepared them.
package enum PreprocessingStep: Sendable, Equatable {
  /// Maps bytes, 0…255, to this range.
  case scale(low: Float, high: Float)
  /// One factor, or one per channel.
  case multiply([Float])
  case divide([Float])
  case subtract([Float])

  /// Applies the step to N×C×… values in C order.
  ///
  /// - Parameter shape: the shape of one example, channels first.
  package func apply(to values: inout [Float], shape: [Int]) {
    switch self {
    case .scale(let low, let high):
      let factor = (high - low) / 255
      for index in values.indices { values[index] = low + values[index] * factor }
    case .multiply(let factors): perChannel(factors, shape, &values) { $0 * $1 }
    case .divide(let divisors): perChannel(divisors, shape, &values) { $0 / $1 }
    case .subtract(let means): perChannel(means, shape, &values) { $0 - $1 }
    }
  }

  /// How many channels the step was written for; nil when it serves any number.
  package var channels: Int? {
    switch self {
    case .scale: nil
    case .multiply(let numbers), .divide(let numbers), .subtract(let numbers):
      numbers.count == 1 ? nil : numbers.count
    }
  }

  private func perChannel(
    _ numbers: [Float], _ shape: [Int], _ values: inout [Float], _ combine: (Float, Float) -> Float
  ) {
    let channels = max(1, shape.first ?? 1)
    let pixels = max(1, shape.dropFirst().reduce(1, *))
    for index in values.indices {
      let number = numbers.count == 1 ? numbers[0] : numbers[index / pixels % channels]
      values[index] = combine(values[index], number)
    }
  }
}
