import NetIR

/// Results that a library sums while it has them: the steps that would take the sums start nothing.
///
/// Of a convolution's results there are sums, and those of their squares; a small kernel of netc's own makes moments of
/// them. The gradient of an image is stored as the rectifier in front lets it through; its sums, and those of its
/// products with what was normalised, are written where the last of the steps has them. For these a small kernel makes
/// 1/√(σ² + ε) before.
enum SummedResults {
  /// - Parameter launch: of a library that sums the step's results.
  static func added(to launch: Launch, _ index: Int, of plan: Plan) -> Launch {
    let step = plan.steps[index]
    let steps = plan.stepsOfSums(of: step).map { plan.steps[$0] }
    guard let first = steps.first, let last = steps.last else { return launch }
    var launch = launch
    let shape = plan.tensors[step.result].shape
    let bytes = bytes(of: step, in: plan)
    let vectors = (0..<count(of: step)).map { DeviceAddress(base: .scratch, offset: $0 * bytes) }
    let result = plan.view(.tensor(last.result)).address
    let grid = Launch.grid(elements: shape[1])
    guard case .gradient(.normalizeSums(let epsilon, _, _)) = first.op else {
      launch.pointers += vectors.map(Optional.some)
      var moments = Launch(index, "moments_of_sums", grid: grid, vectors + [result])
      moments.numbers.add(shape[1])
      moments.numbers.add(Float(shape.elements / shape[1]))
      launch.following = [moments]
      return launch
    }
    var products = result
    products.offset += shape[1] * StorageType.float32.bytes
    let operands = first.operands.map { plan.view($0).address }
    let (x, moments, gamma, beta) = (operands[1], operands[2], operands[3], operands[4])
    launch.pointers += [result, nil, products, x, moments, vectors[0], gamma, beta]
    launch.pointers += vectors.dropFirst().map(Optional.some)
    launch.preceding = [
      NormalizationLaunch.inverseDeviations(index, of: moments, to: vectors[0], channels: shape[1], epsilon)
    ]
    return launch
  }

  /// Scratch memory that a step wants.
  static func scratchBytes(of step: Plan.Step, in plan: Plan) -> Int {
    step.sumsResults ? count(of: step) * bytes(of: step, in: plan) : 0
  }

  /// How many vectors of one number for each channel lie in scratch memory: sums and squares, or 1/√(σ² + ε) and three
  /// that cuDNN writes and nobody reads.
  private static func count(of step: Plan.Step) -> Int { if case .conv2D = step.op { 2 } else { 4 } }

  /// Of one of them.
  private static func bytes(of step: Plan.Step, in plan: Plan) -> Int {
    DeviceWeights.aligned(plan.tensors[step.result].shape[1] * StorageType.float32.bytes)
  }
}
