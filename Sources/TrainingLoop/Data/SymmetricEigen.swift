/// Eigenvalues and eigenvectors of a symmetric matrix, the largest first: Jacobi's rotations, row by row, until what is
/// beside the diagonal has vanished (Golub & Van Loan, Matrix Computations, section 8.5).
package struct SymmetricEigen: Sendable {
  package private(set) var values: [Double]
  /// An eigenvector in each row; its element of largest magnitude is positive, so that its sign is no accident.
  package private(set) var vectors: [Double]

  /// - Parameter matrix: size × size numbers by rows; the upper half counts.
  package init(_ matrix: [Double], size: Int) {
    precondition(matrix.count == size * size)
    var a = matrix
    var v = [Double](repeating: 0, count: size * size)
    for index in 0..<size { v[index * size + index] = 1 }
    let scale = matrix.reduce(0) { max($0, abs($1)) }
    for _ in 0..<64 where scale > 0 {
      var largest = 0.0
      for p in 0..<size {
        for q in p + 1..<max(p + 1, size) {
          let apq = a[p * size + q]
          largest = max(largest, abs(apq))
          guard abs(apq) > scale * 1e-15 else { continue }
          let theta = (a[q * size + q] - a[p * size + p]) / (2 * apq)
          let t = (theta >= 0 ? 1.0 : -1.0) / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          Self.rotate(&a, &v, size, p, q, c, t * c)
        }
      }
      if largest <= scale * 1e-14 { break }
    }
    let order = (0..<size).sorted { (a[$0 * size + $0], $1) > (a[$1 * size + $1], $0) }
    values = order.map { a[$0 * size + $0] }
    vectors = []
    vectors.reserveCapacity(size * size)
    for row in order {
      let vector = v[row * size..<(row + 1) * size]
      let sign = (vector.max { abs($0) < abs($1) } ?? 1) < 0 ? -1.0 : 1.0
      vectors += vector.map { $0 * sign }
    }
  }

  /// One rotation in the plane of two axes; the vectors are rows.
  private static func rotate(
    _ a: inout [Double], _ v: inout [Double], _ size: Int, _ p: Int, _ q: Int, _ c: Double, _ s: Double
  ) {
    a.withUnsafeMutableBufferPointer { a in
      for k in 0..<size {
        let (x, y) = (a[k * size + p], a[k * size + q])
        a[k * size + p] = c * x - s * y
        a[k * size + q] = s * x + c * y
      }
      for k in 0..<size {
        let (x, y) = (a[p * size + k], a[q * size + k])
        a[p * size + k] = c * x - s * y
        a[q * size + k] = s * x + c * y
      }
    }
    v.withUnsafeMutableBufferPointer { v in
      for k in 0..<size {
        let (x, y) = (v[p * size + k], v[q * size + k])
        v[p * size + k] = c * x - s * y
        v[q * size + k] = s * x + c * y
      }
    }
  }
}
