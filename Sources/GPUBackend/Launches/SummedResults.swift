import NetIR

/// A convolution by a library that sums its results, and their squares, while it has them: a small kernel of netc's own
/// makes moments of the sums, and the steps that take them start nothing.
enum SummedResults {
  /// Where the sums lie, and those of the squares: one number for each channel.
  static let sums = DeviceAddress(base: .scratch, offset: 0)

  static func squares(of step: Plan.Step, in plan: Plan) -> DeviceAddress {
    DeviceAddress(base: .scratch, offset: bytes(of: step, in: plan))
  }

  /// What makes moments of the sums.
  ///
  /// - Returns: nil where the step's kernel sums nothing.
  static func following(_ index: Int, of plan: Plan) -> Launch? {
    let step = plan.steps[index]
    guard step.sumsResults, let last = plan.lastOfMoments(of: step) else { return nil }
    let shape = plan.tensors[step.result].shape
    let moments = plan.view(.tensor(plan.steps[last].result))
    var launch = Launch(
      index, "moments_of_sums", grid: Launch.grid(elements: shape[1]),
      [sums, squares(of: step, in: plan), moments.address])
    launch.numbers.add(shape[1])
    launch.numbers.add(Float(shape.elements / shape[1]))
    return launch
  }

  /// Scratch memory that a step wants.
  static func scratchBytes(of step: Plan.Step, in plan: Plan) -> Int {
    step.sumsResults ? 2 * bytes(of: step, in: plan) : 0
  }

  private static func bytes(of step: Plan.Step, in plan: Plan) -> Int {
    DeviceWeights.aligned(plan.tensors[step.result].shape[1] * StorageType.float32.bytes)
  }
}
