/// Bounds on gradients and on weights.
package enum Clipping {
  /// Keeps a divisor from being 0, as Lasagne does.
  private static let epsilon = 1e-7

  /// Brings every element into −limit…limit.
  package static func values(_ gradient: inout [Float], limit: Float) {
    for index in gradient.indices { gradient[index] = min(max(gradient[index], -limit), limit) }
  }

  /// Scales all gradients by one factor, so that the norm of all elements together is at most `limit` (Pascanu et al.
  /// 2013).
  ///
  /// - Returns: the norm before. Sums run in the order of the arrays, in double precision.
  @discardableResult
  package static func totalNorm(_ gradients: inout [[Float]], limit: Double) -> Double {
    let norm = gradients.reduce(0) { $0 + squares($1[...]) }.squareRoot()
    guard norm > limit else { return norm }
    let factor = Float(limit / (norm + epsilon))
    for index in gradients.indices { scale(&gradients[index], gradients[index].indices, factor) }
    return norm
  }

  /// Scales the weights of each output unit down to a norm of `limit` (Srivastava et al. 2014, section 5.1).
  ///
  /// - Parameter shape: of the weights; its first axis counts units or filters.
  package static func maxNorm(_ weights: inout [Float], shape: [Int], limit: Double) {
    guard let units = shape.first, units > 0 else { return }
    let length = weights.count / units
    for unit in 0..<units {
      let row = unit * length..<(unit + 1) * length
      let norm = squares(weights[row]).squareRoot()
      if norm > limit { scale(&weights, row, Float(limit / (norm + epsilon))) }
    }
  }

  private static func squares(_ values: ArraySlice<Float>) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }
  }

  private static func scale(_ values: inout [Float], _ range: Range<Int>, _ factor: Float) {
    for index in range { values[index] *= factor }
  }
}
