import Training

/// What the inputs and outputs of a training step's plan are, and how what learns follows its gradients.
package struct TrainingRoles: Sendable {
  /// What learns. It stays on the device.
  package struct Parameter: Sendable {
    /// The plan's input that takes it, and the output that gives its gradient.
    package var input, gradient: Int
    package var penalty: Penalty
    package var multiplier: Float
    /// Output units, whose weights a bound may apply to; nil for what is never bounded.
    package var units: Int?

    package init(input: Int, gradient: Int, penalty: Penalty, multiplier: Float, units: Int?) {
      (self.input, self.gradient, self.penalty) = (input, gradient, penalty)
      (self.multiplier, self.units) = (multiplier, units)
    }
  }

  /// A normalisation's running statistics.
  package struct Statistics: Sendable {
    /// The plan's output that gives means and biased variances of a batch.
    package var moments: Int
    package var alpha: Float
    /// Elements of a channel in a batch.
    package var count: Int

    package init(moments: Int, alpha: Float, count: Int) {
      (self.moments, self.alpha, self.count) = (moments, alpha, count)
    }
  }

  /// How the loss is scaled before its gradient is taken.
  package struct Scaling: Sendable {
    /// The plan's input that takes the factor. It stays on the device.
    package var input: Int
    /// Good steps behind which the factor is doubled.
    package var patience: Int

    package init(input: Int, patience: Int = LossScale.patience) { (self.input, self.patience) = (input, patience) }
  }

  package var parameters: [Parameter]
  package var statistics: [Statistics]
  /// The output that is the loss.
  package var loss: Int
  /// Outputs that are brought back after each step.
  package var fetched: [Int]
  package var rule: UpdateRule
  /// Of a gradient's elements, of the norm of all gradients, of the norm of a unit's weights.
  package var valueLimit: Float?
  package var normLimit: Double?
  package var unitLimit: Double?
  /// How many times the first loss, or 1 if that is more, is too large.
  package var divergence: Double
  /// nil where the loss is as it is.
  package var scaling: Scaling?

  package init(
    parameters: [Parameter], statistics: [Statistics], loss: Int, fetched: [Int], rule: UpdateRule,
    valueLimit: Float? = nil, normLimit: Double? = nil, unitLimit: Double? = nil, divergence: Double,
    scaling: Scaling? = nil
  ) {
    (self.parameters, self.statistics, self.loss, self.fetched) = (parameters, statistics, loss, fetched)
    (self.rule, self.valueLimit, self.normLimit, self.unitLimit) = (rule, valueLimit, normLimit, unitLimit)
    (self.divergence, self.scaling) = (divergence, scaling)
  }
}
