import NetIR

/// A whole batch normalisation by a library, from its moments on: the steps behind these start nothing.
///
/// The library writes each channel's mean where the plan has it, and 1/√(σ² + ε) where σ² belongs; a small kernel makes
/// one of the other.
enum NormalizationLaunch {
  /// - Parameter index: of the step that takes the moments.
  static func launch(_ index: Int, of plan: Plan) -> Launch? {
    guard let whole = plan.wholeNormalization(of: plan.steps[index]) else { return nil }
    let step = plan.steps[index + 1 + whole.normalization]
    guard case .training(.normalize(let epsilon, _)) = step.op else { return nil }
    let (x, gamma, beta) = (plan.view(step.operands[0]), plan.view(step.operands[1]), plan.view(step.operands[2]))
    let channels = x.shape[1]
    let means = plan.view(step.operands[3]).address
    var deviations = means
    deviations.offset += channels * StorageType.float32.bytes
    let residual = plan.residual(of: whole, behind: index).map { plan.view($0).address }
    let result = plan.view(.tensor(plan.steps[index + whole.length].result)).address
    var launch = Launch(
      index, plan.steps[index].kernel, grid: (0, 0, 0), [x.address, gamma.address, beta.address, residual, result])
    launch.pointers += [nil, nil, nil, nil, means, deviations]
    var variances = Launch(
      index, "variances_of_deviations", grid: Launch.grid(elements: channels), [deviations])
    variances.numbers.add(channels)
    variances.numbers.add(epsilon)
    launch.following = [variances]
    return launch
  }
}
