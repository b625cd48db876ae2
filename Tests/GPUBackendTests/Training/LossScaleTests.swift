import NetworkTestSupport
import Testing
import Training

@testable import GPUBackend

/// Gradients of a scaled loss on the fake device: what is too large for floats skips its step.
@Suite struct LossScaleTests {
  private typealias Update = DeviceUpdateTests

  /// Steps whose gradients are finite, and no floats when they are scaled.
  private static let tooLarge: Set<Int> = [3, 4, 7]

  private static func brought(_ step: Int, tooLarge: Set<Int>) -> [(index: Int, values: [Float])] {
    var brought = Update.brought(step)
    // One element of many, of the parameter with several pieces.
    if tooLarge.contains(step) { brought[2].values[9000] = 1e36 }
    return brought
  }

  /// - Returns: whether steps were skipped, in their order.
  private static func run(
    _ executable: TrainingExecutable, _ rule: UpdateRule, _ steps: ClosedRange<Int>, tooLarge: Set<Int>
  ) throws -> [Bool] {
    var skipped: [Bool] = []
    func finish() throws {
      let outcome = try executable.finish()
      #expect(!outcome.isHalted)
      skipped.append(outcome.isSkipped)
    }
    for step in steps {
      try executable.start(inputs: brought(step, tooLarge: tooLarge), rule: rule, rate: 0.05, number: step)
      if step > steps.lowerBound { try finish() }
    }
    try finish()
    return skipped
  }

  /// As the CPU's update, which does not know of these steps: slots, corrections of means and running statistics, too.
  @Test(arguments: Update.rules) func skipsStepsWhole(_ rule: UpdateRule) throws {
    for bounds in [Update.Bounds(), Update.Bounds(value: 0.5, norm: 20, unit: 2)] {
      let executable = try Update.executable(rule, bounds, patience: 3)
      try executable.load(Update.start(rule))
      let skipped = try Self.run(executable, rule, 1...10, tooLarge: Self.tooLarge)
      #expect(skipped == (1...10).map { Self.tooLarge.contains($0) })
      let found = try executable.state()
      #expect(Update.difference(found, Update.wanted(rule, bounds, skipped: Self.tooLarge)) < 1e-6)
      // 65536: halved by steps 3, 4 and 7, doubled behind 8, 9 and 10.
      #expect(found.lossScale == LossScale(factor: 16384, goodSteps: 0, skippedSteps: 3))
    }
  }

  /// From the state behind any step: the same bits.
  @Test func goesOnFromAState() throws {
    let rule = UpdateRule.adam()
    func executable() throws -> TrainingExecutable { try Update.executable(rule, .init(norm: 20), patience: 3) }
    let whole = try executable()
    try whole.load(Update.start(rule))
    _ = try Self.run(whole, rule, 1...10, tooLarge: Self.tooLarge)
    for pause in [2, 3, 5, 8] {
      let (first, second) = (try executable(), try executable())
      try first.load(Update.start(rule))
      _ = try Self.run(first, rule, 1...pause, tooLarge: Self.tooLarge)
      try second.load(try first.state())
      _ = try Self.run(second, rule, (pause + 1)...10, tooLarge: Self.tooLarge)
      #expect(try second.state() == whole.state())
    }
  }

  /// What is no number is lost at any scale: at a scale of 1 training stops, and nothing has changed.
  @Test func nothingHelpsAgainstWhatIsNoNumber() throws {
    let executable = try Update.executable(.momentum(), .init(), patience: 3)
    var state = Update.start(.momentum())
    state.lossScale = LossScale(factor: 2, goodSteps: 1, skippedSteps: 0)
    try executable.load(state)
    var brought = Update.brought(1)
    brought[0].values = [.nan]
    for number in 1...3 {
      try executable.start(inputs: brought, rule: .momentum(), rate: 0.05, number: number)
      let outcome = try executable.finish()
      #expect(outcome.isSkipped == (number == 1) && outcome.isHalted == (number > 1))
    }
    let found = try executable.state()
    #expect(found.parameters == state.parameters && found.slots == state.slots)
    #expect(found.lossScale == LossScale(factor: 1, goodSteps: 0, skippedSteps: 1))
    // As they were, and not multiplied.
    let gradients = try executable.gradients()
    #expect(gradients[0][0].isNaN && gradients[1] == Update.gradients(1)[1])
  }

  @Test func growsNoFurther() throws {
    let executable = try Update.executable(.sgd, .init(), patience: 2)
    var state = Update.start(.sgd)
    state.lossScale = LossScale(factor: LossScale.most / 2, goodSteps: 1, skippedSteps: 4)
    try executable.load(state)
    _ = try Self.run(executable, .sgd, 1...1, tooLarge: [])
    #expect(try executable.state().lossScale == LossScale(factor: LossScale.most, goodSteps: 0, skippedSteps: 4))
    _ = try Self.run(executable, .sgd, 2...4, tooLarge: [])
    #expect(try executable.state().lossScale == LossScale(factor: LossScale.most, goodSteps: 1, skippedSteps: 4))
  }
}
