import NetIR

/// A whole batch normalisation by a library, from its moments on, or its gradients, from their sums on: the steps
/// behind these start nothing.
///
/// The library writes each channel's mean where the plan has it, and 1/√(σ² + ε) where σ² belongs; a small kernel makes
/// one of the other. For the gradients a small kernel makes 1/√(σ² + ε) before; the sums are written where the last
/// step that takes them has them.
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

  /// - Parameter index: of the step that takes the sums.
  static func gradient(_ index: Int, of plan: Plan) -> Launch? {
    guard let whole = plan.wholeNormalization(of: plan.steps[index]), whole.isGradient else { return nil }
    let step = plan.steps[index + whole.length]
    guard case .gradient(.normalizeData(let epsilon, _)) = step.op else { return nil }
    let operands = step.operands.map { plan.view($0).address }
    let (g, x, gamma, moments, sums) = (operands[0], operands[1], operands[2], operands[3], operands[4])
    let channels = plan.tensors[step.result].shape[1]
    var products = sums
    products.offset += channels * StorageType.float32.bytes
    let inverse = DeviceAddress(base: .scratch, offset: 0)
    var launch = Launch(
      index, plan.steps[index].kernel, grid: (0, 0, 0),
      [plan.view(.tensor(step.result)).address, gamma, nil, nil, g])
    launch.pointers += [sums, nil, products, x, moments, inverse]
    launch.preceding = [inverseDeviations(index, of: moments, to: inverse, channels: channels, epsilon)]
    return launch
  }

  /// 1/√(σ² + ε) of each channel.
  static func inverseDeviations(
    _ index: Int, of moments: DeviceAddress, to result: DeviceAddress, channels: Int, _ epsilon: Float
  ) -> Launch {
    var launch = Launch(index, "inverse_deviations", grid: Launch.grid(elements: channels), [moments, result])
    launch.numbers.add(channels)
    launch.numbers.add(epsilon)
    return launch
  }

  /// Scratch memory that a step wants.
  static func scratchBytes(of step: Plan.Step, in plan: Plan) -> Int {
    guard step.normalizes, case .gradient = step.op else { return 0 }
    return DeviceWeights.aligned(plan.shape(of: step.operands[0])[1] * StorageType.float32.bytes)
  }
}
