import Exchange
import FileTestSupport
import Layers
import NetworkTestSupport
import Testing

@testable import Training

/// Ten steps on 0.1·x² + 0.2·y² + 0.3·z² from (1, 1, 1).
@Suite struct UpdateRuleTests {
  private static func tenSteps(_ rule: UpdateRule, rate: Float) -> [Float] {
    var stepper = Stepper(rule, [[1, 1, 1]])
    for _ in 0..<10 { stepper.step([zip(stepper.values[0], [0.1, 0.2, 0.3]).map { 2 * $1 * $0 }], rate: rate) }
    return stepper.values[0]
  }

  private static func expectClose(_ found: [Float], _ wanted: [Double]) {
    #expect(found.count == wanted.count)
    for (a, b) in zip(found, wanted) { #expect(abs(Double(a) - b) <= 1e-5 * abs(b), "\(a), PyTorch has \(b)") }
  }

  private static let vectors = SharedData.file("vectors/optimizers_torch.json")

  /// The values of PyTorch that Lasagne's tests have.
  @Test(.enabled(if: vectors != nil, "the vectors are not there")) func publishedSteps() throws {
    let path = try #require(Self.vectors)
    let cases = try #require(MappedFile(path: path).withBytes { try JSONValue(parsing: Array($0)) }["cases"])
    for name in ["sgd", "momentum", "nesterov_momentum"] {
      let entry = try #require(cases[name]?.arrayValue)
      let rate = Float(try #require(entry[0]["learning_rate"]?.doubleValue))
      let factor = Float(entry[0]["momentum"]?.doubleValue ?? 0)
      let rule: UpdateRule =
        name == "sgd" ? .sgd : name == "momentum" ? .momentum(factor) : .nesterovMomentum(factor)
      let wanted = try #require(entry[1].arrayValue).compactMap(\.doubleValue)
      Self.expectClose(Self.tenSteps(rule, rate: rate), wanted)
    }
  }

  /// PyTorch 2.13 in double precision. It adds ε behind the root, here it stands under it: ε is 1e-12 in both, but for
  /// adadelta, where the formulas are the same.
  static let pytorch: [(UpdateRule, Float, [Double])] = [
    (.adagrad(epsilon: 1e-12), 0.1, [0.553731200354, 0.553731200353, 0.553731200353]),
    (.rmsprop(rho: 0.9, epsilon: 1e-12), 0.01, [0.832052415036, 0.832052415035, 0.832052415034]),
    (.adadelta(), 1, [0.954532377047, 0.954523747137, 0.954522148474]),
    (.adam(.init(epsilon: 1e-12)), 0.01, [0.900349653499, 0.900349653498, 0.900349653498]),
    (.adamax(.init(epsilon: 1e-12)), 0.01, [0.902117485241, 0.902117485241, 0.902117485241]),
    (.amsgrad(.init(epsilon: 1e-12)), 0.01, [0.900349653499, 0.900349653498, 0.900349653498]),
    (.adamw(.init(epsilon: 1e-12), decay: 0.05), 0.01, [0.89560364196, 0.89560364196, 0.89560364196]),
  ]

  @Test(arguments: pytorch)
  func tenStepsOfPyTorch(_ rule: UpdateRule, _ rate: Float, _ wanted: [Double]) {
    Self.expectClose(Self.tenSteps(rule, rate: rate), wanted)
  }

  /// What other tests hold kernels against. Rates and decays are floats there, too.
  @Test(arguments: pytorch)
  func theOracleIsPyTorchs(_ rule: UpdateRule, _ rate: Float, _ wanted: [Double]) {
    var oracle = UpdateOracle(rule, count: 3)
    var x: [Double] = [1, 1, 1]
    for _ in 0..<10 { oracle.step(&x, zip(x, [0.1, 0.2, 0.3]).map { 2 * $1 * $0 }, rate: Double(rate)) }
    for (a, b) in zip(x, wanted) { #expect(abs(a - b) < 2e-7) }
  }

  /// Where gradients shrink, AMSGrad divides by the largest mean so far and Adam by the present one.
  @Test func amsgradKeepsTheLargest() {
    let moments = UpdateRule.Moments(beta1: 0, beta2: 0.5, epsilon: 0)
    var (adam, amsgrad) = (Stepper(.adam(moments), [[0]]), Stepper(.amsgrad(moments), [[0]]))
    for gradient: Float in [4, 0, 1] {
      adam.step([[gradient]], rate: 1)
      amsgrad.step([[gradient]], rate: 1)
    }
    let (x, y) = (adam.values[0], amsgrad.values[0])
    // v: 8, 4, 2.5; the correction of step 3 is √0.875.
    let correction = Double(0.875).squareRoot()
    let first = -4 * Double(0.5).squareRoot() / Double(8).squareRoot()
    #expect(abs(Double(x[0]) - (first - correction / Double(2.5).squareRoot())) < 1e-6)
    #expect(abs(Double(y[0]) - (first - correction / Double(8).squareRoot())) < 1e-6)
  }

  @Test func multipliersScaleTheChange() {
    for (rule, rate, _) in Self.pytorch + [(.sgd, 0.1, []), (.momentum(), 0.1, []), (.nesterovMomentum(), 0.1, [])] {
      var (whole, eighth, frozen) = (Stepper(rule, [[1]]), Stepper(rule, [[1]]), Stepper(rule, [[1]]))
      whole.step([[0.5]], rate: rate)
      eighth.step([[0.5]], rate: rate, multiplier: 0.125)
      frozen.step([[0.5]], rate: rate, multiplier: 0)
      #expect(frozen.values == [[1]] && whole.values[0][0] < 1)
      #expect(abs((1 - eighth.values[0][0]) - 0.125 * (1 - whole.values[0][0])) < 2e-7)
      #expect(eighth.slots == whole.slots)
    }
  }

  @Test func slotsAreThoseOfTheLanguage() throws {
    let rules: [Optimizer: UpdateRule] = [
      .sgd: .sgd, .momentum: .momentum(), .nesterovMomentum: .nesterovMomentum(), .adagrad: .adagrad(),
      .rmsprop: .rmsprop(), .adadelta: .adadelta(), .adam: .adam(), .adamax: .adamax(), .amsgrad: .amsgrad(),
      .adamw: .adamw(),
    ]
    for optimizer in Optimizer.allCases {
      let rule = try #require(rules[optimizer])
      #expect(rule.slots == optimizer.slots)
    }
  }

  /// A state that is stored and read goes on to the same bits.
  @Test(arguments: pytorch)
  func statesContinue(_ rule: UpdateRule, _ rate: Float, _: [Double]) {
    var first = Stepper(rule, [[1, -2]])
    first.step([[0.5, 0.25]], rate: rate)
    var resumed = Stepper(rule, first.values, slots: first.slots, steps: first.steps)
    first.step([[-0.5, 1]], rate: rate)
    resumed.step([[-0.5, 1]], rate: rate)
    #expect(first.values == resumed.values && first.slots == resumed.slots)
  }

  /// One-cycle and momentum schedules change what a step keeps of those before.
  @Test func momentumOfEveryRule() {
    let moments = UpdateRule.Moments(beta1: 0.5, beta2: 0.75, epsilon: 0.25)
    let changed = UpdateRule.Moments(beta1: 0.125, beta2: 0.75, epsilon: 0.25)
    let pairs: [(UpdateRule, UpdateRule)] = [
      (.momentum(0.5), .momentum(0.125)), (.nesterovMomentum(0.5), .nesterovMomentum(0.125)),
      (.adam(moments), .adam(changed)), (.adamax(moments), .adamax(changed)), (.amsgrad(moments), .amsgrad(changed)),
      (.adamw(moments, decay: 0.5), .adamw(changed, decay: 0.5)),
    ]
    for (rule, other) in pairs { #expect(rule.momentum == 0.5 && rule.with(momentum: 0.125) == other) }
    for rule in [UpdateRule.sgd, .adagrad(), .rmsprop(), .adadelta()] {
      #expect(rule.momentum == nil && rule.with(momentum: 0.125) == rule)
    }
  }
}
