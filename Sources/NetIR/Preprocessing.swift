/// What happens to raw data (bytes) before a network sees it. Float data are taken as they are: whoever made
/// them has prepared them.
package enum PreprocessingStep: Sendable, Equatable {
  /// Brings a picture to another size. Arrays have the network's size already.
  case resize(PictureSize)
  /// Keeps the middle of a picture.
  case centerCrop(Size2D)
  /// Blue, green, red in place of red, green, blue, as networks that were trained with Caffe want it.
  case reverseChannels
  /// Maps bytes, 0…255, to this range.
  case scale(low: Float, high: Float)
  /// One factor, or one per channel.
  case multiply([Float])
  case divide([Float])
  case subtract([Float])
  /// Each example x becomes matrix·x, the matrix by rows.
  case project(matrix: [Float])
  /// Has to be fitted to the training examples before anything is prepared.
  case statistic(PreprocessingStatistic)

  /// Applies the step to N×C×… values in C order.
  ///
  /// - Parameter shape: the shape of one example, channels first.
  package func apply(to values: inout [Float], shape: [Int]) {
    switch self {
    case .resize, .centerCrop: break
    case .reverseChannels: reverseChannels(shape, &values)
    case .scale(let low, let high):
      let factor = (high - low) / 255
      for index in values.indices { values[index] = low + values[index] * factor }
    case .multiply(let factors): perChannel(factors, shape, &values) { $0 * $1 }
    case .divide(let divisors): perChannel(divisors, shape, &values) { $0 / $1 }
    case .subtract(let means): perChannel(means, shape, &values) { $0 - $1 }
    case .project(let matrix): project(matrix, &values)
    case .statistic(let statistic): preconditionFailure("\(statistic) was not fitted")
    }
  }

  /// Whether the step fits examples of a shape: it has one number, one for each channel, or one for each element.
  package func fits(_ shape: [Int]) -> Bool {
    let elements = shape.reduce(1, *)
    switch self {
    case .resize, .centerCrop, .reverseChannels, .scale, .statistic: return true
    case .multiply(let numbers), .divide(let numbers), .subtract(let numbers):
      return numbers.count == 1 || numbers.count == shape.first || numbers.count == elements
    case .project(let matrix): return matrix.count == elements * elements
    }
  }

  /// Whether the step is for pictures of any size, and done when they are decoded.
  package var movesPixels: Bool {
    switch self {
    case .resize, .centerCrop: true
    default: false
    }
  }

  private func reverseChannels(_ shape: [Int], _ values: inout [Float]) {
    let (channels, pixels) = (max(1, shape.first ?? 1), max(1, shape.dropFirst().reduce(1, *)))
    for start in stride(from: 0, to: values.count, by: channels * pixels) {
      for channel in 0..<channels / 2 {
        let (one, other) = (start + channel * pixels, start + (channels - 1 - channel) * pixels)
        for pixel in 0..<pixels { values.swapAt(one + pixel, other + pixel) }
      }
    }
  }

  @inline(__always)
  private func perChannel(
    _ numbers: [Float], _ shape: [Int], _ values: inout [Float], _ combine: (Float, Float) -> Float
  ) {
    if numbers.count == 1 {
      let number = numbers[0]
      for index in values.indices { values[index] = combine(values[index], number) }
      return
    }
    let channels = max(1, shape.first ?? 1)
    let pixels = max(1, shape.dropFirst().reduce(1, *))
    if numbers.count == channels * pixels, pixels > 1 {
      for index in values.indices { values[index] = combine(values[index], numbers[index % numbers.count]) }
      return
    }
    for index in values.indices {
      values[index] = combine(values[index], numbers[index / pixels % channels])
    }
  }

  private func project(_ matrix: [Float], _ values: inout [Float]) {
    let size = Int(Double(matrix.count).squareRoot().rounded())
    for start in stride(from: 0, to: values.count, by: max(1, size)) {
      let example = Array(values[start..<start + size])
      for row in 0..<size {
        var sum = 0.0
        for column in 0..<size { sum += Double(matrix[row * size + column]) * Double(example[column]) }
        values[start + row] = Float(sum)
      }
    }
  }
}

/// What a picture is resized to.
package enum PictureSize: Sendable, Hashable {
  /// The shorter side gets that many pixels, the other one keeps the proportion, rounded down.
  case shortSide(Int)
  case exact(Size2D)
}

/// A step of preprocessing whose numbers come from the training examples.
package enum PreprocessingStatistic: Sendable, Hashable {
  /// What shares a number.
  package enum Scope: String, Sendable, CaseIterable {
    case channel, pixel, all
  }

  /// − mean
  case center(Scope)
  /// (x − mean)/standard deviation; a deviation of 0 counts as 1.
  case standardize(Scope)
  /// Maps the least value to `low` and the largest to `high`; where all are alike, to `low`.
  case minMax(low: Float, high: Float, Scope)
  /// Principal components of x − mean, each divided by √(its variance + epsilon).
  case whiten(epsilon: Float)
}
