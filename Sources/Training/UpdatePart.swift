/// A parameter with what belongs to it, each as long as the parameter. They must not overlap.
///
/// `@unchecked Sendable`: the caller keeps the memory while an update runs, and lets nobody else at it.
package struct UpdatePart: @unchecked Sendable {
  package var parameter: UnsafeMutableBufferPointer<Float>
  package var gradient: UnsafeBufferPointer<Float>
  /// As many as `UpdateRule.slots`.
  package var slots: [UnsafeMutableBufferPointer<Float>]
  package var penalty: Penalty
  /// Of the layer: scales the change, not the gradient, which Adam's family would undo. 0 freezes.
  package var multiplier: Float

  package init(
    parameter: UnsafeMutableBufferPointer<Float>, gradient: UnsafeBufferPointer<Float>,
    slots: [UnsafeMutableBufferPointer<Float>], penalty: Penalty = Penalty(), multiplier: Float = 1
  ) {
    precondition(gradient.count == parameter.count && slots.allSatisfy { $0.count == parameter.count })
    (self.parameter, self.gradient, self.slots) = (parameter, gradient, slots)
    (self.penalty, self.multiplier) = (penalty, multiplier)
  }
}

/// What bounds the gradients, penalties included, before a rule sees them.
package struct GradientBounds: Hashable, Sendable {
  /// The largest element.
  package var limit: Float
  /// Scales what is within the limit, of all gradients alike.
  package var factor: Float = 1

  package init(limit: Float = .infinity, factor: Float = 1) { (self.limit, self.factor) = (limit, factor) }

  /// Keeps a divisor from being 0, as Lasagne does.
  static let epsilon = 1e-7

  /// The same limit, and a factor by which gradients of that norm, all together, come down to at most `most` (Pascanu
  /// et al. 2013).
  package func bounding(norm: Double, to most: Double) -> GradientBounds {
    GradientBounds(limit: limit, factor: norm > most ? Float(most / (norm + Self.epsilon)) : 1)
  }
}
