import Diagnostics
import Exchange
import FileTestSupport
import Layers
import NetworkTestSupport
import Testing
import Training

@testable import TrainingLoop

struct CheckpointTests {
  private static let rules = ["sgd", "nesterov_momentum", "adam", "amsgrad"]

  private static func network(_ rule: String, _ more: String = "") throws -> Network {
    try Networks.of(Rings.yaml.replacing("{adam: {learning_rate: 0.03}}", with: rule) + more)
  }

  /// Written in the middle of an epoch and read again: the same state, and the same bits after it.
  @Test(arguments: rules) func goesOnFromAFile(_ rule: String) throws {
    let network = try Self.network(rule)
    let identity = Checkpoint.identity(network, examples: 75)
    let trainer = try network.trainer(Rings.data())
    try trainer.epochs(1)
    var steps = 0
    _ = try trainer.epoch(
      shouldStop: {
        steps += 1
        return steps == 2
      }, progress: { _ in })
    let folder = TemporaryFolder()
    let path = folder.path + "/last.safetensors"
    let preprocessing = try FittedPreprocessing([], Rings.data().inputs[0], examples: [])
    try Checkpoint.write(trainer.state, of: network, preprocessing, identity: identity, to: path)
    let (state, _) = try Checkpoint.read(path, of: network, identity: identity)
    #expect(state == trainer.state)
    let other = try network.trainer(Rings.data(), from: state)
    try trainer.epochs(1)
    try other.epochs(1)
    #expect(other.state.parameters == trainer.state.parameters)
  }

  /// How a loss is scaled survives the file; what no training comes to does not.
  @Test func lossScales() throws {
    let network = try Self.network("adam")
    let identity = Checkpoint.identity(network, examples: 75)
    var state = TrainingState(network, parameters: network.first(seed: 1))
    let folder = TemporaryFolder()
    let path = folder.path + "/last.safetensors"
    let none = try FittedPreprocessing([], Rings.data().inputs[0], examples: [])
    for (factor, survives) in [(0.5, false), (1, true), (8192, true), (1e9, false)] as [(Float, Bool)] {
      state.lossScale = LossScale(factor: factor, goodSteps: 17, skippedSteps: 3)
      state.sums.skipped = 2
      try Checkpoint.write(state, of: network, none, identity: identity, to: path)
      let read = try Checkpoint.read(path, of: network, identity: identity).state
      #expect(read.sums.skipped == 2 && read.lossScale == (survives ? state.lossScale : nil))
    }
  }

  @Test func anotherTrainingIsRefused() throws {
    let network = try Self.network("adam")
    let state = TrainingState(network, parameters: network.first(seed: 1))
    let folder = TemporaryFolder()
    let path = folder.path + "/last.safetensors"
    let none = try FittedPreprocessing([], Rings.data().inputs[0], examples: [])
    let identity = Checkpoint.identity(network, examples: 75)
    try Checkpoint.write(state, of: network, none, identity: identity, to: path)
    for other in [
      try Self.network("sgd"), try Self.network("adam", "\n  seed: 3"), try Self.network("adam", "\n  clip: {norm: 1}"),
      try Self.network("adam", "\n  freeze: hidden"), try Self.network("adam", "\n  class_weights: balanced"),
      try Self.network("adam", "\n  momentum_schedule: cosine"),
      try Self.network("adam", "\n  regularization: {l2: 1}"),
      try Self.network("adam", "\n  objective: {expression: mean(p - t)}"),
    ] {
      let wanted = Checkpoint.identity(other, examples: 75)
      let error = try #require(throws: DiagnosticError.self) {
        try Checkpoint.read(path, of: other, identity: wanted)
      }
      #expect(error.diagnostic.code == .cannotResume && !error.diagnostic.notes.isEmpty)
    }
    // How long it lasts may change.
    let longer = try Networks.of(
      Rings.yaml.replacing("{adam: {learning_rate: 0.03}}", with: "adam").replacing(
        "max_epochs: 12", with: "max_epochs: 99"))
    #expect(Checkpoint.identity(longer, examples: 75) == identity)
    try Checkpoint.writeWeights(state, of: network, none, to: path)
    #expect(throws: DiagnosticError.self) { try Checkpoint.read(path, of: network, identity: identity) }
  }

  @Test func recordsSurviveTheirLine() throws {
    var record = EpochRecord(
      epoch: 3, trainLoss: 0.1 + 0.2, validLoss: 1e-9, trainAccuracy: nil, validAccuracy: 1, penalty: 0.25,
      learningRate: 1e-3, updateRatio: 2.5e-3, seconds: 0.125, examplesPerSecond: 1e5)
    record.updateRatios = [TensorNumber("b.W", 0.1), TensorNumber("a.W", 1e-3)]
    record.deadUnits = [TensorNumber("conv/1", 0.25)]
    #expect(EpochRecord(try JSONValue(parsing: record.json.serialised())) == record)
    #expect(record.json["loss_scale"] == nil)
    record.lossScale = EpochRecord.Scale(factor: 32768, skipped: 4)
    #expect(EpochRecord(try JSONValue(parsing: record.json.serialised())) == record)
    #expect(record.json["loss_scale"]?.doubleValue == 32768 && record.json["skipped_steps"]?.intValue == 4)
    #expect(
      record.json.objectValue?.map(\.0).prefix(6) == [
        "epoch", "train_loss", "valid_loss", "train_accuracy", "valid_accuracy", "penalty",
      ])
  }
}
