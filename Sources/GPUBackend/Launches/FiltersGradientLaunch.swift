import NetIR

/// The gradient of a convolution's filters by a library, which writes filter, tap, channel; what reads it wants C order.
/// Where these differ it comes to scratch memory first, and a kernel of netc's own brings it from there.
enum FiltersGradientLaunch {
  /// - Parameter index: of a step whose kernel is a library's.
  static func launch(_ index: Int, of plan: Plan) -> Launch {
    let step = plan.steps[index]
    let (x, g, result) = (plan.view(step.operands[0]), plan.view(step.operands[1]), plan.view(.tensor(step.result)))
    let written = scratchBytes(of: step, in: plan) == 0 ? result.address : DeviceAddress(base: .scratch, offset: 0)
    // In the order of the structure of convolutions.
    var launch = Launch(index, step.kernel, grid: (0, 0, 0), [x.address, written, nil, nil, g.address])
    guard written != result.address else { return launch }
    let (k, c, r, s) = (result.shape[0], result.shape[1], result.shape[2], result.shape[3])
    var move = Launch(
      index, "rearrange", grid: Launch.grid(elements: result.shape.elements), [written, result.address])
    move.numbers.add(result.shape.elements, 0, result.shape.count)
    move.numbers.add(result.storage, result.storage)
    move.numbers.add(eight: [k, c, r, s], filler: 1)
    move.numbers.add(eight: [c * r * s, 1, s * c, c], filler: 0)
    launch.following = [move]
    return launch
  }

  /// Scratch memory that a step wants; 0 for one of another kind.
  static func scratchBytes(of step: Plan.Step, in plan: Plan) -> Int {
    guard step.library != nil, case .gradient(.convolutionWeights) = step.op else { return 0 }
    let result = plan.view(.tensor(step.result))
    let isPlain = result.shape[1] == 1 || result.shape[2] * result.shape[3] == 1
    return isPlain ? 0 : DeviceWeights.aligned(result.shape.elements * result.storage.bytes)
  }
}
