import Training

/// The numbers of a step in the order of `StepNumbers` of the kernel text, whole ones as their bits.
struct UpdateNumbers {
  let values: [Float]
  static let count = 12

  /// - Parameters:
  ///   - rule: with the momentum of this step.
  ///   - number: of the step, from 1.
  init(_ rule: UpdateRule, number: Int, rate: Float, _ roles: TrainingRoles) {
    let step = UpdateRule.Step(rule, number: number, rate: rate)
    var (a, b, epsilon, decay): (Float, Float, Float, Float) = (0, 0, 0, 0)
    switch rule {
    case .sgd: break
    case .momentum(let factor), .nesterovMomentum(let factor): a = factor
    case .adagrad(let small): epsilon = small
    case .rmsprop(let rho, let small), .adadelta(let rho, let small): (a, epsilon) = (rho, small)
    case .adam(let moments), .adamax(let moments), .amsgrad(let moments):
      (a, b, epsilon) = (moments.beta1, moments.beta2, moments.epsilon)
    case .adamw(let moments, let factor):
      (a, b, epsilon, decay) = (moments.beta1, moments.beta2, moments.epsilon, factor)
    }
    values = [
      step.rate, step.corrected, a, b, epsilon, decay, roles.valueLimit ?? .infinity,
      roles.normLimit.map { Float($0) } ?? .infinity, Float(roles.divergence), LossScale.most,
      Float(bitPattern: UInt32(number)), Float(bitPattern: UInt32(roles.scaling?.patience ?? 0)),
    ]
  }
}

extension UpdateRule {
  /// As the kernel text has it.
  var code: Int {
    switch self {
    case .sgd: 0
    case .momentum: 1
    case .nesterovMomentum: 2
    case .adagrad: 3
    case .rmsprop: 4
    case .adadelta: 5
    case .adam: 6
    case .adamax: 7
    case .amsgrad: 8
    case .adamw: 9
    }
  }
}
