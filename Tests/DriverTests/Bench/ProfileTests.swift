import CPUBackend
import Exchange
import NetIR
import Testing

@testable import Driver

/// A plan by hand: image → conv (arena 0) → pool in another place → sum of both, in place → dense to the caller.
private enum HandPlan {
  static func make() -> Plan {
    let target = TargetDescription(name: "hand", instructionSets: [.generic], cores: 1, cache: [0, 0, 0])
    var plan = Plan(name: "hand", batch: 1, precision: "fp32", numerics: "fast", target: target)
    func tensor(_ shape: [Int], _ place: Plan.Tensor.Place, viewOf: Int? = nil) {
      plan.tensors.append(
        Plan.Tensor(name: "t", shape: shape, layout: .plain, place: place, viewOf: viewOf))
    }
    tensor([1, 1, 4, 4], .input(0))
    tensor([1, 4, 4, 4], .arena(offset: 0))
    tensor([1, 4, 4, 4], .arena(offset: 256))
    tensor([1, 4, 4, 4], .arena(offset: 256))
    tensor([1, 64], .arena(offset: 256), viewOf: 3)
    tensor([1, 10], .output(0))
    plan.arenaBytes = 512
    for (name, shape) in [("W", [4, 1, 3, 3]), ("b", [4]), ("D", [10, 64])] {
      plan.constants.append(Plan.Constant(name: name, shape: shape, packing: .plain, source: ValueID(0)))
    }
    func step(_ op: GraphOp, _ kernel: String, _ operands: [Plan.Operand], _ result: Int) {
      plan.steps.append(
        Plan.Step(
          name: kernel + " step", op: op, kernel: kernel, algorithm: "direct", operands: operands, result: result,
          parallel: true))
    }
    let padding = Padding2D(top: 1, bottom: 1, left: 1, right: 1)
    step(
      .conv2D(ConvolutionAttributes(kernel: Size2D(3), padding: padding), Epilogue(bias: true)), "conv",
      [.tensor(0), .constant(0), .constant(1)], 1)
    step(.activation(.rectify), "activation", [.tensor(1)], 2)
    step(
      .elementwise(ElementwiseAttributes(kind: .sum), .linear), "sum", [.tensor(1), .tensor(2), .tensor(2)], 3)
    step(.dense(Epilogue(bias: false)), "dense", [.tensor(4), .constant(2)], 5)
    return plan
  }

  /// Three runs of one thread: step k takes (k + 1) · (1, 2, 3) microseconds.
  static func samples() -> StepSamples {
    var samples = StepSamples(steps: 4, threads: 1)
    for run in [2, 1, 3] as [UInt64] {
      var (now, slices): (UInt64, [RunTimeline.Slice]) = (1000, [])
      for step in 0..<4 {
        let end = now + UInt64(step + 1) * run * 1000
        slices.append(RunTimeline.Slice(step: step, isWork: true, begin: now, end: end))
        now = end
      }
      samples.add(RunTimeline(start: 1000, steps: 4, tracks: [slices]))
    }
    return samples
  }

  /// 1 GFLOP/s, level 2 gives 1 GB/s, memory a tenth.
  static func profile(cache: [Int] = [0, 1 << 20, 0]) -> Profile {
    func rate(_ value: Double) -> MachineLimits.Rate { .init(median: value, low: value, high: value) }
    let limits = MachineLimits(threads: 1, rates: [.fma: rate(1), .l2: rate(1), .dram: rate(0.1)])
    return Profile(
      make(), constantBytes: [256, 64, 2560], samples: samples(), limits: limits, limitsFrom: "by hand",
      limitsDate: nil, cache: cache)
  }
}

@Suite struct ProfileTests {
  private let profile = HandPlan.profile()

  @Test func arenaCountsWhatIsNeededOnce() {
    // The convolution's result; it and the copy; it and the sum in the copy's place; the sum.
    #expect(HandPlan.make().liveArenaBytes() == [256, 512, 512, 256])
  }

  @Test func timesAreMedians() {
    #expect(profile.runs == 3)
    #expect(profile.steps.map { ($0.seconds * 1e9).rounded() } == [2000, 4000, 6000, 8000])
    #expect(profile.steps.map { ($0.fastest * 1e9).rounded() } == [1000, 2000, 3000, 4000])
    #expect(abs(profile.seconds - 20e-6) < 1e-12)
    #expect(profile.steps.allSatisfy { $0.busy == 1 })
    let shares = profile.steps.map(profile.share)
    #expect(abs(shares.reduce(0, +) - 1) < 1e-12 && abs(shares[3] - 0.4) < 1e-12)
  }

  @Test func bytesAreInputsWeightsAndOutputs() {
    #expect(profile.steps.map(\.weightBytes) == [320, 0, 0, 2560])
    // An operand that is read twice comes once.
    #expect(profile.steps.map(\.inputBytes) == [64, 256, 512, 256])
    #expect(profile.steps.map(\.outputBytes) == [256, 256, 256, 40])
    #expect(profile.steps[3].bytes == 2856)
  }

  @Test func limitsAreTheSlowerOfArithmeticAndMemory() {
    let conv = profile.steps[0]
    // 64 outputs of 9 products, and a bias each.
    #expect(conv.flops == 64 * 19)
    #expect(abs(conv.arithmeticSeconds - 1216e-9) < 1e-15 && abs(conv.memorySeconds - 640e-9) < 1e-15)
    #expect(conv.isArithmeticBound && abs(conv.limitSeconds - 1216e-9) < 1e-15)
    #expect(abs(conv.lost - 784e-9) < 1e-12)
    #expect(abs(conv.peakShare - 0.608) < 1e-9 && abs(conv.bandwidthShare - 0.32) < 1e-9)
    #expect(abs(conv.gflopPerSecond - 0.608) < 1e-9 && abs(conv.gbPerSecond - 0.32) < 1e-9)
    #expect(!profile.steps[3].isArithmeticBound)
    #expect(profile.worst.map(\.index) == [2, 3, 1])
  }

  /// Weights that do not fit come from memory in every run, while the step before has just written the activations.
  @Test func weightsAndActivationsHaveTheirLevels() {
    let small = HandPlan.profile(cache: [0, 3000, 0])
    let dense = small.steps[3]
    #expect(dense.weightsFrom == .dram && dense.activationsFrom == .l2)
    #expect(abs(dense.memorySeconds - (25_600 + 296) * 1e-9) < 1e-12)
    // Quicker than the limit that was measured: nothing is lost.
    #expect(dense.lost == 0 && dense.bandwidthShare > 1)
  }

  @Test func groupsAddUp() {
    let groups = profile.groups
    #expect(groups.map(\.kernel) == ["dense", "sum", "activation", "conv"])
    #expect(groups.reduce(0) { $0 + $1.count } == 4)
    #expect(abs(groups.reduce(0) { $0 + $1.seconds } - profile.seconds) < 1e-15)
  }

  @Test func medianOfAnEvenNumberIsBetween() {
    var samples = StepSamples(steps: 1, threads: 2)
    for time in [100, 300] as [UInt64] {
      samples.add(
        RunTimeline(
          start: 5, steps: 1, tracks: [[RunTimeline.Slice(step: 0, isWork: true, begin: 5, end: 5 + time)], []]))
    }
    #expect(abs(samples.median(0) - 200e-9) < 1e-15 && abs(samples.least(0) - 100e-9) < 1e-15)
    #expect(samples.busy(0) == 0.5)
  }
}

@Suite struct ProfileLooksTests {
  @Test(arguments: [60, 80, 120])
  func tablesFit(width: Int) {
    let text = ProfileText(
      profile: HandPlan.profile(), median: 0.021, width: width, style: Style(color: false)
    ).rendered()
    let table = text.split(separator: "\n").prefix { !$0.hasPrefix("  steps ") }
    #expect(table.count == 2 + 4 + 2 + 4)
    #expect(table.allSatisfy { $0.count <= width })
    #expect(text.contains("3 watched runs") && text.contains("lost") && text.contains("by hand"))
  }

  @Test func pipesGetEverything() {
    let text = ProfileText(
      profile: HandPlan.profile(), median: 0.021, width: nil, style: Style(color: false)
    ).rendered()
    for word in ["activation step", "kernel", "arena", "from", "direct"] { #expect(text.contains(word)) }
    // One thread is always busy.
    #expect(!text.contains("busy"))
  }

  @Test func traceHasASlicePerStepAndWait() throws {
    let timeline = RunTimeline(
      start: 2_000, steps: 4,
      tracks: [
        [
          RunTimeline.Slice(step: 0, isWork: true, begin: 2_000, end: 4_500),
          RunTimeline.Slice(step: 0, isWork: false, begin: 4_500, end: 5_000),
        ],
        [RunTimeline.Slice(step: 0, isWork: true, begin: 2_250, end: 5_000)],
      ])
    let trace = Trace(plan: HandPlan.make(), timelines: [timeline]).json
    let events = try #require(trace["traceEvents"]?.arrayValue)
    #expect(events.filter { $0["ph"] == "M" }.count == 3)
    let slices = events.filter { $0["ph"] == "X" }
    #expect(slices.map { $0["name"]?.stringValue } == ["run 1", "conv step", "wait", "conv step"])
    #expect(slices.map { $0["tid"]?.intValue } == [0, 0, 0, 1])
    #expect(slices.map { $0["ts"]?.doubleValue } == [0, 0, 2.5, 0.25])
    #expect(slices.map { $0["dur"]?.doubleValue } == [3, 2.5, 0.5, 2.75])
    #expect(slices[1]["args"]?["kernel"] == "conv" && slices[2]["args"]?["step"] == "conv step")
  }
}

@Suite struct OutputCheckTests {
  @Test(arguments: [(Float(0.5), true), (0.5002, true), (0.51, false), (.nan, false), (.infinity, false)])
  func comparesWithWhatTellsOutputsApart(value: Float, isGood: Bool) {
    #expect(OutputCheck([[0.25, value, 1]], reference: [[0.25, 0.5, 1]]).isGood == isGood)
  }

  /// Outputs that are nearly alike may not differ as much as others.
  @Test func smallRangesAreStrict() {
    #expect(!OutputCheck([[1.001, 1.001]], reference: [[1, 1.0001]]).isGood)
    #expect(OutputCheck([[1.00001, 1.0001]], reference: [[1, 1.0001]]).isGood)
  }
}
