import NetIR

extension Initialiser {
  /// First values for a parameter of this shape, outputs first.
  ///
  /// - Parameter fanShape: the shape that tells the fans, where it is another.
  /// - Parameter name: the parameter's own name: it alone, with the seed, decides the values.
  package func sample(shape: [Int], fanShape: [Int]? = nil, seed: UInt64, name: String) -> [Float] {
    var stream = RandomStream(seed: seed, name: name)
    let count = shape.elements
    let fans = Fans(outputsFirst: fanShape ?? shape)
    let glorot = (2 / Double(fans.fanIn + fans.fanOut)).squareRoot()
    let fanIn = 1 / Double(max(1, fans.fanIn)).squareRoot()
    switch self {
    case .constant(let value): return [Float](repeating: value, count: count)
    case .normal(let std, let mean):
      return (0..<count).map { _ in Float(Double(mean) + Double(std) * stream.normal()) }
    case .uniform(let low, let high):
      return (0..<count).map { _ in Float(Double(low) + (Double(high) - Double(low)) * stream.uniform()) }
    case .glorotNormal(let gain): return normal(count, Double(gain) * glorot, &stream)
    case .glorotUniform(let gain): return uniform(count, Double(gain) * glorot, &stream)
    case .heNormal(let gain): return normal(count, Double(gain) * fanIn, &stream)
    case .heUniform(let gain): return uniform(count, Double(gain) * fanIn, &stream)
    case .lecunNormal: return normal(count, fanIn, &stream)
    case .lecunUniform: return uniform(count, fanIn, &stream)
    case .orthogonal(let gain): return orthogonal(shape, Double(gain), &stream)
    case .sparse(let fraction, let std): return sparse(shape, Double(fraction), Double(std), &stream)
    }
  }

  private func normal(_ count: Int, _ std: Double, _ stream: inout RandomStream) -> [Float] {
    (0..<count).map { _ in Float(std * stream.normal()) }
  }

  private func uniform(_ count: Int, _ std: Double, _ stream: inout RandomStream) -> [Float] {
    let limit = 3.0.squareRoot() * std
    return (0..<count).map { _ in Float(limit * (2 * stream.uniform() - 1)) }
  }

  /// Gram-Schmidt on random vectors: the shorter side of (outputs, the rest) becomes orthonormal.
  private func orthogonal(_ shape: [Int], _ gain: Double, _ stream: inout RandomStream) -> [Float] {
    let rows = shape.first ?? 1
    let columns = shape.dropFirst().reduce(1, *)
    let (short, long) = (min(rows, columns), max(rows, columns))
    var vectors: [[Double]] = []
    while vectors.count < short {
      var vector = (0..<long).map { _ in stream.normal() }
      // Twice is enough: what rounding leaves of the first round, the second removes.
      for _ in 0..<2 {
        for other in vectors {
          let overlap = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
          for index in vector.indices { vector[index] -= overlap * other[index] }
        }
      }
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 1e-6 else { continue }
      vectors.append(vector.map { $0 / length })
    }
    var result = [Float](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        let value = rows <= columns ? vectors[row][column] : vectors[column][row]
        result[row * columns + column] = Float(gain * value)
      }
    }
    return result
  }

  private func sparse(_ shape: [Int], _ fraction: Double, _ std: Double, _ stream: inout RandomStream)
    -> [Float]
  {
    let rows = shape.first ?? 1
    let columns = shape.dropFirst().reduce(1, *)
    let kept = Int((fraction * Double(columns)).rounded())
    var result = [Float](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      var order = Array(0..<columns)
      for place in 0..<min(kept, columns) {
        order.swapAt(place, place + stream.next(below: columns - place))
        result[row * columns + order[place]] = Float(std * stream.normal())
      }
    }
    return result
  }
}
