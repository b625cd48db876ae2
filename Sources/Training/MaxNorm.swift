/// A bound on the weights of each output unit (Srivastava et al. 2014, section 5.1).
package enum MaxNorm {
  /// Scales the weights of each unit down to a norm of `limit`, in place.
  ///
  /// - Parameter units: how many; weights of one lie together, as rows or filters do.
  package static func apply(to weights: UnsafeMutableBufferPointer<Float>, units: Int, limit: Double) {
    guard units > 0 else { return }
    let length = weights.count / units
    for unit in 0..<units {
      let row = UnsafeMutableBufferPointer(rebasing: weights[unit * length..<(unit + 1) * length])
      let norm = row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      guard norm > limit else { continue }
      let factor = Float(limit / (norm + GradientBounds.epsilon))
      for index in row.indices { row[index] *= factor }
    }
  }
}
