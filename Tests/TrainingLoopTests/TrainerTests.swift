import CPUBackend
import Compiler
import DataPipeline
import FileTestSupport
import Glibc
import Layers
import NetIR
import NetworkTestSupport
import Testing
import Training

@testable import TrainingLoop

struct TrainerTests {
  @Test func learnsWhatNoLineParts() throws {
    let network = try Networks.of(Rings.yaml)
    let trainer = try network.trainer(Rings.data())
    try trainer.epochs(60)
    let history = trainer.state.history
    #expect(history.map(\.epoch) == Array(1...60))
    let (first, last) = (try #require(history.first), try #require(history.last))
    #expect(last.trainLoss < 0.7 * first.trainLoss)
    #expect(try #require(last.validAccuracy) > 0.7)
    #expect(try #require(last.validLoss) < (try #require(first.validLoss)))
    #expect(try #require(last.updateRatio) > 0)
    #expect(trainer.state.steps == 60 * 5)
  }

  /// One step by hand: the gradient of a linear unit's squared error.
  @Test func aStepIsTheRule() throws {
    let network = try Networks.of(
      """
      layers:
        - Input: {shape: [null, 2]}
        - Dense: {name: out, num_units: 1, nonlinearity: null}
      train:
        objective: squared_error
        update: {sgd: {learning_rate: 0.1}}
        regularization: {l2: 0.5}
        batch_size: 2
        validation: none
      """)
    let data = DataSet(
      inputs: [Examples(shape: [2], count: 2, .floats([1, 2, 3, -1]))],
      targets: [Examples(shape: [], count: 2, .floats([1, 2]))])
    let trainer = try network.trainer(data, from: TrainingState(network, parameters: [[0.5, 0.25], [0.1]]))
    try trainer.epochs(1)
    // Predictions 1.1 and 1.35; errors 0.1 and −0.65; gradient the mean of 2·e·x, and 2·0.5·w.
    let (first, second): (Float, Float) = (0.1 - 1.95 + 0.5, 0.2 + 0.65 + 0.25)
    let wanted: [Float] = [0.5 - 0.1 * first, 0.25 - 0.1 * second]
    for (value, wanted) in zip(trainer.state.parameters[0], wanted) { #expect(abs(value - wanted) < 1e-6) }
    let bias: Float = 0.1 + 0.055
    #expect(abs(trainer.state.parameters[1][0] - bias) < 1e-6)
    let record = try #require(trainer.state.history.first)
    let loss = 0.21625
    #expect(abs(record.trainLoss - loss) < 1e-6)
    #expect(record.validLoss == nil && record.trainAccuracy == nil)
  }

  /// Stopped after any step and gone on from the state, it comes to the same bits.
  @Test(arguments: [1, 3, 7]) func goesOnToTheSameBits(_ stop: Int) throws {
    let network = try Networks.of(Rings.yaml)
    let whole = try network.trainer(Rings.data())
    try whole.epochs(3)
    let first = try network.trainer(Rings.data())
    var steps = 0
    while true {
      let ending = try first.epoch(
        shouldStop: {
          steps += 1
          return steps == stop
        }, progress: { _ in })
      if ending == .stopped { break }
      try #require(first.state.epoch < 3)
    }
    let second = try network.trainer(Rings.data(), from: first.state)
    while second.state.epoch < 3 { try second.epochs(1) }
    #expect(second.state.parameters == whole.state.parameters)
    #expect(second.state.slots == whole.state.slots)
    for (a, b) in zip(second.state.history, whole.state.history) {
      #expect(a.trainLoss == b.trainLoss && a.validLoss == b.validLoss && a.trainAccuracy == b.trainAccuracy)
    }
  }

  @Test func anotherSeedIsAnotherRun() throws {
    let network = try Networks.of(Rings.yaml)
    let other = try Networks.of(Rings.yaml + "\n  seed: 7")
    let (a, b) = (try network.trainer(Rings.data()), try other.trainer(Rings.data()))
    try a.epochs(1)
    try b.epochs(1)
    #expect(a.state.parameters != b.state.parameters)
  }

  @Test func whatIsFrozenStays() throws {
    let network = try Networks.of(Rings.yaml + "\n  freeze: [hidden]\n  learning_rates: {out.b: 0}")
    let trainer = try network.trainer(Rings.data())
    let before = trainer.state.parameters
    try trainer.epochs(1)
    #expect(trainer.state.parameters[0] == before[0] && trainer.state.parameters[1] == before[1])
    #expect(trainer.state.parameters[2] != before[2] && trainer.state.parameters[3] == before[3])
  }

  /// The last batch is short: with a batch as large as all examples, and one beyond, one step is the same.
  @Test func whatFillsABatchCountsNothing() throws {
    let data = Rings.data(count: 10)
    func after(_ batch: Int) throws -> [[Float]] {
      let network = try Networks.of(
        """
        layers:
          - Input: {shape: [null, 2]}
          - Dense: {name: out, num_units: 3, nonlinearity: softmax}
        train: {batch_size: \(batch), validation: none, update: {sgd: {learning_rate: 0.5}}}
        """)
      let trainer = try network.trainer(data)
      try trainer.epochs(1)
      return trainer.state.parameters
    }
    for (a, b) in zip(try after(10).joined(), try after(13).joined()) { #expect(abs(a - b) < 1e-6) }
  }

  @Test func runningStatisticsFollow() throws {
    let network = try Networks.of(
      """
      layers:
        - Input: {shape: [null, 2]}
        - Dense: {name: h, num_units: 4, batch_norm: true}
        - Dense: {name: out, num_units: 3, nonlinearity: softmax}
      train: {batch_size: 25, validation: {split: 0.25}}
      """)
    let trainer = try network.trainer(Rings.data())
    try trainer.epochs(2)
    let place = try #require(network.weights.firstIndex { $0.name == "h_bn.mean" })
    #expect(trainer.state.parameters[place].contains { $0 != 0 })
    #expect(trainer.state.slots[place].isEmpty)
  }

  /// One unit is never above 0, one always, of two inputs from 0 to 1.
  @Test func deadUnitsAreCounted() throws {
    let network = try Networks.of(
      """
      layers:
        - Input: {shape: [null, 2]}
        - Dense: {name: h, num_units: 2}
        - Dense: {name: g, num_units: 4}
        - Dense: {name: out, num_units: 3, nonlinearity: softmax}
      train: {batch_size: 25, validation: none, freeze: [h, g]}
      """)
    var values = network.first(seed: 1)
    values[0] = [-1, -1, 1, 1]
    values[1] = [-0.5, 0.5]
    values[3] = [-9, 1, -9, -9]
    let data = DataSet(
      inputs: [Examples(shape: [2], count: 50, .floats((0..<100).map { Float($0 % 7) / 7 }))],
      targets: [Examples(shape: [], count: 50, .floats((0..<50).map { Float($0 % 3) }))])
    let trainer = try network.trainer(data, from: TrainingState(network, parameters: values))
    try trainer.epochs(1)
    let record = try #require(trainer.state.history.first)
    #expect(record.deadUnits.map(\.name) == ["h", "g"] && record.deadUnits[0].value == 0.5)
    #expect(record.deadUnits[1].value >= 0.5)
    #expect(record.updateRatios.map(\.name) == ["out.W"] && record.updateRatios[0].value == record.updateRatio)
  }

  /// Channels are units: the largest pixel tells.
  @Test func deadChannels() throws {
    let network = try Networks.of(
      """
      layers:
        - Input: {shape: [null, 1, 4, 4]}
        - Conv2D: {name: c, num_filters: 4, filter_size: 3}
        - Dense: {name: out, num_units: 3, nonlinearity: softmax}
      train: {batch_size: 25, validation: none, freeze: c}
      """)
    var values = network.first(seed: 1)
    values[1] = [9, -9, 9, 9]
    let data = DataSet(
      inputs: [Examples(shape: [1, 4, 4], count: 30, .floats((0..<480).map { Float($0 % 7) / 7 }))],
      targets: [Examples(shape: [], count: 30, .floats((0..<30).map { Float($0 % 3) }))])
    let trainer = try network.trainer(data, from: TrainingState(network, parameters: values))
    try trainer.epochs(1)
    #expect(trainer.state.history.first?.deadUnits == [TensorNumber("c", 0.25)])
  }

  /// Bounds, penalties, multipliers and a one-cycle of one step, against formulas.
  @Test func aStepWithEverything() throws {
    let network = try Networks.of(
      """
      layers:
        - Input: {shape: [null, 2]}
        - Dense: {name: a, num_units: 3, nonlinearity: tanh}
        - Dense: {name: out, num_units: 1, nonlinearity: null}
      train:
        objective: squared_error
        update: {adam: {learning_rate: 0.1}}
        schedule: {one_cycle: {share: 0.5}}
        regularization: {l1: 0.05, weight_decay: 0.1}
        clip: {value: 0.4, norm: 0.3}
        max_norm: 0.7
        learning_rates: {a: 0.5}
        batch_size: 4
        max_epochs: 4
        validation: none
      """)
    let data = DataSet(
      inputs: [Examples(shape: [2], count: 4, .floats([1, 2, 3, -1, 0.5, 1, -2, 0.25]))],
      targets: [Examples(shape: [], count: 4, .floats([1, 2, -1, 0.5]))])
    let trainer = try network.trainer(data)
    var values = trainer.state.parameters.map { $0.map(Double.init) }
    var oracles = values.map { UpdateOracle(network.training.rule, count: $0.count) }
    let penalty = Penalty(l1: 0.05, weightDecay: 0.1)
    for (epoch, share) in [0, 0.25, 0.5, 0.75].enumerated() {
      try trainer.epochs(1)
      var gradients = try Self.gradients(network, data, values)
      for (index, weight) in network.weights.enumerated() {
        if weight.isRegularized {
          gradients[index] = zip(gradients[index], UpdateOracle.penalty(penalty, of: values[index])).map(+)
        }
        gradients[index] = UpdateOracle.clipped(gradients[index], limit: 0.4)
      }
      let factor = min(1, 0.3 / UpdateOracle.norm(gradients))
      // Up and down along half a cosine, the momentum the other way.
      let height = share < 0.5 ? (1 - cos(.pi * share / 0.5)) / 2 : (1 + cos(.pi * (share - 0.5) / 0.5)) / 2
      let (low, high) = share < 0.5 ? (0.1 / 25, 0.1) : (0.1 / 25e4, 0.1)
      for (index, weight) in network.weights.enumerated() {
        oracles[index].rule = .adam(.init(beta1: Float(0.95 - 0.1 * height)))
        oracles[index].step(
          &values[index], gradients[index].map { factor * $0 }, rate: low + (high - low) * height,
          multiplier: weight.name.hasPrefix("a.") ? 0.5 : 1)
        guard weight.isRegularized else { continue }
        let length = values[index].count / weight.shape[0]
        for row in 0..<weight.shape[0] {
          let range = row * length..<(row + 1) * length
          let norm = UpdateOracle.norm([Array(values[index][range])])
          if norm > 0.7 { for place in range { values[index][place] *= 0.7 / norm } }
        }
      }
      for (found, wanted) in zip(trainer.state.parameters.joined(), values.joined()) {
        #expect(abs(Double(found) - wanted) < 1e-5, "epoch \(epoch + 1)")
      }
    }
  }

  /// Of the mean squared error of all examples, in double precision.
  private static func gradients(_ network: Network, _ data: DataSet, _ values: [[Double]]) throws -> [[Double]] {
    let step = try TrainingGraph(
      network.lowered(batch: data.count).graph, [Objective(.squaredError)], trainable: network.weights.map(\.name))
    let examples = (0..<data.count).map { example in data.inputs[0].floats(of: example).map(Double.init) }
    let targets = (0..<data.count).flatMap { data.targets[0].floats(of: $0).map(Double.init) }
    let weights = [Double](repeating: 1 / Double(data.count), count: data.count)
    let interpreter = ReferenceInterpreter(step.graph) { _, _ in [] }
    let outputs = try interpreter.run([examples.flatMap { $0 }, targets, weights] + values)
    return Array(outputs[step.gradientOutputs])
  }

  @Test func earlyStoppingCountsFromTheBest() throws {
    var state = TrainingState(try Networks.of(Rings.yaml), parameters: [[], [], [], []])
    for (epoch, loss) in [3.0, 1, 2, 2, 1].enumerated() {
      state.history.append(EpochRecord(epoch: epoch + 1, trainLoss: 9, validLoss: loss))
    }
    #expect(state.best?.epoch == 2)
    #expect(state.isExhausted(3) && !state.isExhausted(4) && !state.isExhausted(nil))
  }

  @Test func aLossOutOfBoundsIsExplained() throws {
    let network = try Networks.of(
      """
      layers:
        - Input: {shape: [null, 2]}
        - Dense: {name: out, num_units: 1, nonlinearity: null}
      train: {objective: squared_error, update: {sgd: {learning_rate: 50}}, batch_size: 5, validation: none}
      """)
    let trainer = try network.trainer(Rings.data(count: 20))
    let before = trainer.state.steps
    do {
      try trainer.epochs(20)
      Issue.record("it should diverge")
    } catch let divergence as Divergence {
      #expect(divergence.step > before + 1 && divergence.step == trainer.state.steps + 1)
      let text = divergence.diagnostic(checkpoint: "x")
      #expect(text.code == .diverged && text.notes.contains { $0.contains("out.W") })
    }
    var broken = Rings.data(count: 20)
    broken.inputs[0] = Examples(shape: [2], count: 20, .floats([Float](repeating: .nan, count: 40)))
    let blind = try network.trainer(broken)
    let divergence = try #require(throws: Divergence.self) { try blind.epochs(1) }
    #expect(divergence.inputs && divergence.step == 1)
  }
}
