import NetIR
import NetworkTestSupport
import Runtime
import Testing
import Training

@testable import CPUBackend
@testable import Compiler
@testable import GPUBackend

/// The update on the fake device against the CPU's, with gradients that are brought.
@Suite struct DeviceUpdateTests {
  static let rules: [UpdateRule] = [
    .sgd, .momentum(), .nesterovMomentum(), .adagrad(), .rmsprop(), .adadelta(), .adam(), .adamax(), .amsgrad(),
    .adamw(decay: 0.1),
  ]

  /// Fewer than a block, a piece and something, whole pieces, and weights of 6 units.
  static let shapes = [[1], [7], [3 * 4096 + 5], [4096], [6, 50]]
  static let penalties = [Penalty(), Penalty(l1: 0.01), Penalty(l2: 0.1, weightDecay: 0.2)]

  struct Bounds { var value: Float?, norm: Double?, unit: Double? }

  /// Parameters, their gradients and a loss go in; gradients and the loss come out.
  ///
  /// - Parameter patience: of the scale that gradients are multiplied by; nil where they are none.
  static func executable(_ rule: UpdateRule, _ bounds: Bounds, patience: Int? = nil) throws -> TrainingExecutable {
    var graph = Graph(name: "update")
    let count = shapes.count
    for (index, shape) in shapes.enumerated() {
      _ = try graph.add(.input(index: index, shape: shape), name: "p\(index)")
    }
    let scaling = patience.map { TrainingRoles.Scaling(input: 2 * count + 2, patience: $0) }
    let scale = try scaling.map { try graph.add(.input(index: $0.input, shape: [1, 1]), name: "scale") }
    var outputs: [ValueID] = []
    for (index, shape) in shapes.enumerated() {
      let g = try graph.add(.input(index: count + index, shape: shape), name: "g\(index)")
      guard let scale else {
        outputs.append(try graph.add(.copy, [g], name: "gradient \(index)"))
        continue
      }
      // As the first gradient of a step is made: a dense layer of one number.
      let weights = try graph.add(.reshape(shape: [shape.elements, 1]), [g], name: "weights \(index)")
      let product = try graph.add(.dense(Epilogue(bias: false)), [scale, weights], name: "gradient \(index)")
      outputs.append(try graph.add(.reshape(shape: shape), [product], name: "gradient \(index)"))
    }
    let loss = try graph.add(.input(index: 2 * count, shape: [1, 1]), name: "loss")
    let moments = try graph.add(.input(index: 2 * count + 1, shape: [2, 5]), name: "moments")
    outputs.append(try graph.add(.copy, [loss], name: "the loss"))
    outputs.append(try graph.add(.copy, [moments], name: "the moments"))
    graph.outputs = outputs
    let machine = try DeviceAgreement.machine.get()
    let plan = try DeviceTrainingAgreement.compiled(graph, batch: 1, .fp32, for: machine.device).plan
    let roles = TrainingRoles(
      parameters: shapes.indices.map {
        .init(
          input: $0, gradient: $0, penalty: penalties[$0 % 3],
          multiplier: $0 == 1 ? 0.5 : 1, units: $0 == 4 ? 6 : nil)
      }, statistics: [.init(moments: count + 1, alpha: 0.2, count: 9)], loss: count, fetched: [count], rule: rule,
      valueLimit: bounds.value, normLimit: bounds.norm, unitLimit: bounds.unit, divergence: 1e4, scaling: scaling)
    return try TrainingExecutable(plan, roles, on: machine) { _ in [] }
  }

  static func gradients(_ step: Int) -> [[Float]] {
    shapes.map { Noise.floats($0.elements, seed: UInt64(step) + 5) }
  }

  static func brought(_ step: Int, loss: Float = 1) -> [(index: Int, values: [Float])] {
    gradients(step).enumerated().map { (shapes.count + $0, $1) }
      + [(2 * shapes.count, [loss]), (2 * shapes.count + 1, Noise.floats(10, seed: UInt64(step)).map(abs))]
  }

  static func start(_ rule: UpdateRule) -> TrainingExecutable.State {
    TrainingExecutable.State(
      parameters: shapes.map { Noise.floats($0.elements, seed: 1) },
      slots: shapes.map { shape in (0..<rule.slots).map { _ in [Float](repeating: 0, count: shape.elements) } },
      statistics: [[[Float](repeating: 0, count: 5), [Float](repeating: 1, count: 5)]], firstLoss: nil)
  }

  /// Ten steps by the CPU.
  ///
  /// - Parameter skipped: steps that it does not take, nor count.
  static func wanted(_ rule: UpdateRule, _ bounds: Bounds, skipped: Set<Int> = []) -> TrainingExecutable.State {
    var state = start(rule)
    let update = ParameterUpdate(pool: ThreadPool.shared(threads: 1))
    var taken = 0
    for step in 1...10 where !skipped.contains(step) {
      taken += 1
      let (parameters, slots) = (FloatArrays(state.parameters), FloatArrays(Array(state.slots.joined())))
      let arrays = FloatArrays(gradients(step))
      let parts = shapes.indices.map { index in
        UpdatePart(
          parameter: parameters[index], gradient: arrays.read[index],
          slots: (0..<rule.slots).map { slots[index * rule.slots + $0] }, penalty: penalties[index % 3],
          multiplier: index == 1 ? 0.5 : 1)
      }
      var limits = GradientBounds(limit: bounds.value ?? .infinity)
      if let most = bounds.norm {
        limits = limits.bounding(norm: update.totalNorm(of: parts, limit: limits.limit), to: most)
      }
      update.apply(rule, to: parts, step: taken, rate: 0.05, bounds: limits)
      if let limit = bounds.unit { MaxNorm.apply(to: parameters[4], units: 6, limit: limit) }
      state.parameters = shapes.indices.map { parameters.values($0) }
      state.slots = shapes.indices.map { index in (0..<rule.slots).map { slots.values(index * rule.slots + $0) } }
      let moments = Noise.floats(10, seed: UInt64(step)).map(abs)
      var (mean, variance) = (state.statistics[0][0], state.statistics[0][1])
      RunningStatistics.follow(&mean, &variance, moments: moments, count: 9, alpha: 0.2)
      state.statistics[0] = [mean, variance]
    }
    return state
  }

  static func difference(_ a: TrainingExecutable.State, _ b: TrainingExecutable.State) -> Double {
    func all(_ state: TrainingExecutable.State) -> [Float] {
      Array(state.parameters.joined()) + state.slots.joined().joined() + state.statistics.joined().joined()
    }
    return zip(all(a), all(b)).reduce(0) { worst, pair in
      let error = abs(Double(pair.0) - Double(pair.1)) / (1 + abs(Double(pair.1)))
      return error.isNaN ? .infinity : max(worst, error)
    }
  }

  @Test(arguments: rules) func isTheRuleOfTheCPU(_ rule: UpdateRule) throws {
    for bounds in [Bounds(), Bounds(value: 0.5, norm: 20, unit: 2)] {
      let executable = try Self.executable(rule, bounds)
      try executable.load(Self.start(rule))
      // Two are under way at a time.
      for step in 1...10 {
        try executable.start(inputs: Self.brought(step), rule: rule, rate: 0.05, number: step)
        if step > 1 { #expect(try !executable.finish().isHalted) }
      }
      #expect(try executable.finish().outputs == [[1]])
      let found = try executable.state()
      #expect(Self.difference(found, Self.wanted(rule, bounds)) < 1e-6)
      #expect(found.firstLoss == 1)
    }
  }

  /// A loss that is none, or too large, stops that step and those behind it.
  @Test(arguments: [Float.nan, .infinity, 2e4]) func lostSteps(loss: Float) throws {
    let executable = try Self.executable(.momentum(), Bounds(norm: 1, unit: 1))
    try executable.load(Self.start(.momentum()))
    try executable.start(inputs: Self.brought(1), rule: .momentum(), rate: 0.05, number: 1)
    #expect(try !executable.finish().isHalted)
    let before = try executable.state()
    try executable.start(inputs: Self.brought(2, loss: loss), rule: .momentum(), rate: 0.05, number: 2)
    try executable.start(inputs: Self.brought(3), rule: .momentum(), rate: 0.05, number: 3)
    #expect(try executable.finish().isHalted)
    // Those of the lost step, although another one came behind it.
    #expect(try executable.gradients() == Self.gradients(2))
    #expect(try executable.state() == before)
  }
}
