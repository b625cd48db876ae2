import NetIR

/// Gradients of what moves elements: the same moves, backwards.
extension GradientStep {
  /// What was padded: the inside of g.
  mutating func cut(_ before: [Int], _ shape: [Int]) throws -> ValueID {
    let axes = shape.enumerated().map { Rearrangement.Axis($0.offset, count: $0.element) }
    return try add(.rearrange(Rearrangement(starts: before, axes: axes)), [g])
  }

  /// What was operand `place` of a concatenation.
  mutating func part(_ axis: Int, _ place: Int) throws -> ValueID {
    let start = (0..<place).reduce(0) { $0 + shape($1)[axis] }
    return try add(.rearrange(.slice(node.shape, axis: axis, start: start, count: shape(place)[axis])), [g])
  }

  mutating func scattered(_ rearrangement: Rearrangement) throws -> ValueID {
    let shape = shape(0)
    if let order = rearrangement.order(of: shape) {
      return try transposed(g, shape.indices.map { axis in order.firstIndex(of: axis) ?? axis })
    }
    if rearrangement.isSlice(of: shape) {
      let after = shape.indices.map { shape[$0] - rearrangement.starts[$0] - rearrangement.axes[$0].count }
      return try add(.pad(PadAttributes(before: rearrangement.starts, after: after, value: 0)), [g])
    }
    return try addGradient(.scatter(rearrangement, shape: shape), [g])
  }
}

extension Rearrangement {
  /// The order of axes, where the whole of a tensor is transposed.
  fileprivate func order(of shape: [Int]) -> [Int]? {
    let order = axes.compactMap(\.source)
    return order.sorted() == Array(shape.indices) && self == .transpose(shape, order) ? order : nil
  }

  /// Whether it takes neighbouring elements along each axis, and nothing else.
  fileprivate func isSlice(of shape: [Int]) -> Bool {
    axes.count == shape.count && axes.enumerated().allSatisfy { $1.source == $0 && $1.step == 1 }
  }
}
