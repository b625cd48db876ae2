import Exchange
import FileTestSupport
import Layers
import Testing

@testable import Training

/// Ten steps on 0.1·x² + 0.2·y² + 0.3·z² from (1, 1, 1).
@Suite struct UpdateRuleTests {
  private static func tenSteps(_ rule: UpdateRule, rate: Float) -> [Float] {
    var x: [Float] = [1, 1, 1]
    var state = UpdateState(rule, count: 3)
    for _ in 0..<10 { state.step(&x, zip(x, [0.1, 0.2, 0.3]).map { 2 * $1 * $0 }, rate: rate) }
    return x
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

  /// Where gradients shrink, AMSGrad divides by the largest mean so far and Adam by the present one.
  @Test func amsgradKeepsTheLargest() {
    let moments = UpdateRule.Moments(beta1: 0, beta2: 0.5, epsilon: 0)
    var (x, y): ([Float], [Float]) = ([0], [0])
    var (adam, amsgrad) = (UpdateState(.adam(moments), count: 1), UpdateState(.amsgrad(moments), count: 1))
    for gradient: Float in [4, 0, 1] {
      adam.step(&x, [gradient], rate: 1)
      amsgrad.step(&y, [gradient], rate: 1)
    }
    // v: 8, 4, 2.5; the correction of step 3 is √0.875.
    let correction = Double(0.875).squareRoot()
    let first = -4 * Double(0.5).squareRoot() / Double(8).squareRoot()
    #expect(abs(Double(x[0]) - (first - correction / Double(2.5).squareRoot())) < 1e-6)
    #expect(abs(Double(y[0]) - (first - correction / Double(8).squareRoot())) < 1e-6)
  }

  @Test func multipliersScaleTheChange() {
    for (rule, rate, _) in Self.pytorch + [(.sgd, 0.1, []), (.momentum(), 0.1, []), (.nesterovMomentum(), 0.1, [])] {
      var (whole, tenth, frozen): ([Float], [Float], [Float]) = ([1], [1], [1])
      var states = (0..<3).map { _ in UpdateState(rule, count: 1) }
      states[0].step(&whole, [0.5], rate: rate)
      states[1].step(&tenth, [0.5], rate: rate, multiplier: 0.125)
      states[2].step(&frozen, [0.5], rate: rate, multiplier: 0)
      #expect(frozen == [1] && whole[0] < 1)
      #expect(abs((1 - tenth[0]) - 0.125 * (1 - whole[0])) < 2e-7)
      #expect(states[1].slots == states[0].slots)
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
      #expect(rule.slots == optimizer.slots && UpdateState(rule, count: 4).slots.count == rule.slots)
    }
  }

  /// A state that is stored and read goes on to the same bits.
  @Test(arguments: pytorch)
  func statesContinue(_ rule: UpdateRule, _ rate: Float, _: [Double]) throws {
    var (x, y): ([Float], [Float]) = ([1, -2], [1, -2])
    var state = UpdateState(rule, count: 2)
    state.step(&x, [0.5, 0.25], rate: rate)
    y = x
    var resumed = try #require(UpdateState(rule, slots: state.slots, steps: state.steps))
    state.step(&x, [-0.5, 1], rate: rate)
    resumed.step(&y, [-0.5, 1], rate: rate)
    #expect(x == y && state == resumed)
    #expect(UpdateState(rule, slots: state.slots + [[0, 0]], steps: 1) == nil)
  }
}
