import Compiler
import DataPipeline
import FileTestSupport
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
    #expect(second.state.updates == whole.state.updates)
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
    #expect(trainer.state.updates[place] == nil)
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
