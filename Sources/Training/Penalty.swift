/// What large weights cost, beside the loss. Which parameters it applies to is the caller's.
package struct Penalty: Hashable, Sendable {
  /// l1·Σ|w|
  package var l1: Float
  /// l2·Σw², Lasagne's: no half.
  package var l2: Float
  /// weightDecay/2·Σw²: what others call L2.
  package var weightDecay: Float

  package init(l1: Float = 0, l2: Float = 0, weightDecay: Float = 0) {
    (self.l1, self.l2, self.weightDecay) = (l1, l2, weightDecay)
  }

  /// What the weights cost.
  package func value(_ weights: [Float]) -> Double {
    var (absolutes, squares) = (0.0, 0.0)
    for weight in weights {
      absolutes += Double(abs(weight))
      squares += Double(weight) * Double(weight)
    }
    return Double(l1) * absolutes + (Double(l2) + Double(weightDecay) / 2) * squares
  }

  /// What multiplies w in the derivative; beside it stands l1·sign(w), nothing at w = 0.
  package var slope: Float { 2 * l2 + weightDecay }
}
