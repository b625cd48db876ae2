/// Moves parameters against their gradients, in place.
package protocol ParameterMover {
  /// Takes one step.
  ///
  /// - Parameters:
  ///   - step: its number from 1.
  ///   - rate: the learning rate.
  func apply(_ rule: UpdateRule, to parts: [UpdatePart], step: Int, rate: Float, bounds: GradientBounds)

  /// The norm of all gradients together, penalties included and no element beyond the limit.
  func totalNorm(of parts: [UpdatePart], limit: Float) -> Double
}
