/// Dense layers of few rows whose kernels (`dense_unpacked_*`) read weights as they lie, transposed or not: for weights
/// that change from run to run.
package enum UnpackedDense {
  package static let algorithm = "unpacked"
  /// As `CK_UNPACKED_MOST_ROWS` says.
  package static let mostRows = 32

  /// Fewer weights are packed within the caches, in next to no time.
  package static let leastWeights = 1 << 18

  /// The layout of weights that are the transposition of a plain tensor, and a view of it.
  package static let transposedWeights = TensorLayout(weights: WeightOrder(form: .byInput, columns: 1))

  /// What a kernel wants that this layer has not; nil when it can compute it.
  package static func obstacle(rows: Int) -> String? {
    rows <= mostRows ? nil : "\(mostRows) rows or fewer"
  }
}

extension KernelDescriptor {
  /// Whether it takes a dense layer's weights as they lie, transposed or not.
  package func readsUnpackedWeights(of op: GraphOp) -> Bool {
    guard case .dense = op else { return false }
    return algorithm == UnpackedDense.algorithm
  }
}
