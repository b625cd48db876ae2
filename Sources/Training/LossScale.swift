/// What a loss is multiplied by before its gradient is taken in fp16, so that small gradients are numbers of it
/// (Micikevicius et al. 2018, section 3.2). Parameters follow the gradient divided by it.
///
/// A step with a gradient that is not finite changes nothing but the factor, which is halved; behind so many good steps
/// it is doubled. All factors are powers of two: no digit is lost.
package struct LossScale: Hashable, Sendable {
  package var factor: Float = 65536
  /// Steps since the factor changed, or one was left out.
  package var goodSteps = 0
  /// Since the beginning, steps that changed nothing.
  package var skippedSteps = 0

  /// Good steps behind which the factor is doubled.
  package static let patience = 2000
  /// fp16 tells the smallest number from 0 that is 2⁻²⁴.
  package static let most: Float = 16_777_216

  package init() {}

  package init(factor: Float, goodSteps: Int, skippedSteps: Int) {
    (self.factor, self.goodSteps, self.skippedSteps) = (factor, goodSteps, skippedSteps)
  }
}
