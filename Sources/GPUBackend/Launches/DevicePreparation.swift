import NetIR

/// What a device does with bytes before a plan sees them: the preprocessing of its first input.
struct DevicePreparation: Sendable {
  private enum Kind: Int { case multiply, divide, subtract, scale }

  /// The numbers of all steps.
  let numbers: [Float]
  let launch: Launch

  /// As many steps as the kernel's structure has room for.
  private static let mostSteps = 8

  /// - Returns: nil where a step is none of those, or the plan has several inputs.
  init?(_ plan: Plan) {
    guard plan.inputs.count == 1 else { return nil }
    self.init(plan.inputs[0].shape, plan.preprocessing)
  }

  /// - Parameter shape: of the plan's first input.
  /// - Returns: nil where a step is none of those.
  init?(_ shape: [Int], _ preprocessing: [PreprocessingStep]) {
    guard shape.count >= 2 else { return nil }
    let example = Array(shape.dropFirst())
    var numbers: [Float] = []
    var steps: [(kind: Kind, offset: Int, count: Int, reversals: Int)] = []
    var reversals = 0
    for step in preprocessing where !step.movesPixels {
      guard step.fits(example) else { return nil }
      func add(_ kind: Kind, _ values: [Float], count: Int? = nil) {
        steps.append((kind, numbers.count, count ?? values.count, reversals))
        numbers += values
      }
      switch step {
      case .reverseChannels: reversals += 1
      case .scale(let low, let high): add(.scale, [low, (high - low) / 255], count: 1)
      case .multiply(let factors): add(.multiply, factors)
      case .divide(let divisors): add(.divide, divisors)
      case .subtract(let means): add(.subtract, means)
      case .project, .statistic, .resize, .centerCrop: return nil
      }
    }
    guard steps.count <= Self.mostSteps else { return nil }
    var launch = Launch(
      0, "prepare", grid: Launch.grid(elements: shape.elements),
      [
        DeviceAddress(base: .bytes, offset: 0), DeviceAddress(base: .preparation, offset: 0),
        DeviceAddress(base: .input(0), offset: 0),
      ])
    launch.steps = []
    launch.numbers.add(
      shape[0], shape[1], example.dropFirst().reduce(1, *), steps.count, reversals % 2)
    launch.numbers.add(eight: steps.map(\.kind.rawValue), filler: 0)
    launch.numbers.add(eight: steps.map(\.offset), filler: 0)
    launch.numbers.add(eight: steps.map(\.count), filler: 1)
    // What follows a step turns its channels once more, or not.
    launch.numbers.add(eight: steps.map { (reversals - $0.reversals) % 2 }, filler: 0)
    self.launch = launch
    self.numbers = numbers.isEmpty ? [0] : numbers
  }

  var bytes: Int { 4 * numbers.count }
}
