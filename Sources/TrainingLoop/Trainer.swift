import Compiler
import DataPipeline
import Layers
import NetIR
import Runtime
import Training

/// Trains a network: batches, steps, updates, validation. It knows no files and prints nothing.
///
/// What it does depends on its arguments and the state alone: a run that was stopped and goes on from its state comes
/// to the same bits as one that was not.
package final class Trainer {
  /// What a trainer is given.
  package struct Work {
    package var network: Network
    package var task: TrainingTask
    /// In the shapes of the task.
    package var data: DataSet
    package var split: Split
    /// The examples to stop by: of `data` the part that was kept back, or a data set of its own.
    package var validation: (data: DataSet, examples: [Int])?
    package var preprocessing: [PreprocessingStep]
    /// Whether dead units are counted behind each epoch.
    package var looksAtUnits = true

    package init(
      network: Network, task: TrainingTask, data: DataSet, split: Split, validation: (DataSet, [Int])?,
      preprocessing: [PreprocessingStep]
    ) {
      (self.network, self.task, self.data, self.split) = (network, task, data, split)
      (self.validation, self.preprocessing) = (validation, preprocessing)
    }
  }

  /// Why an epoch ended.
  package enum Ending: Sendable, Equatable {
    case done(EpochRecord)
    /// It was asked to stop; the state goes on behind the last step.
    case stopped
  }

  /// How far an epoch is, told after each step.
  package struct Progress: Sendable {
    package var epoch: Int
    package var batch: Int
    package var batches: Int
    package var examples: Int
    package var loss: Double
  }

  let work: Work
  let settings: TrainingSettings
  private let backend: any TrainingBackend
  let graph: TrainingGraph
  let engine: any StepEngine
  let maker: BatchMaker
  private let evaluator: Evaluator
  private let deadUnits: DeadUnits?
  /// The class of each example, where there are classes.
  private let classes: [Int]?
  /// The place of each trained parameter among all.
  let places: [Int]
  private let penalties: [Penalty]
  /// The places of running means and variances.
  private let statistics: [(mean: Int, variance: Int)]
  /// What learns lies in the engine while an epoch runs.
  package internal(set) var state: TrainingState

  /// - Throws: `GradientProblem` where the network cannot be trained, and what the backend throws.
  package init(_ work: Work, backend: any TrainingBackend, state: TrainingState) throws {
    (self.work, self.backend, self.state) = (work, backend, state)
    let network = work.network
    let batch = network.fixedBatch ?? network.training.batchSize
    let step = try TrainingGraph(
      network.lowered(batch: batch).graph, work.task.objectives, trainable: network.trained.map(\.name),
      scalesLoss: backend.scalesLoss)
    graph = step
    let start = Dictionary(zip(network.weights.map(\.name), state.parameters), uniquingKeysWith: { first, _ in first })
    let (classes, settings) = (work.task.classNumbers(of: work.data), network.training)
    (self.classes, self.settings) = (classes, settings)
    let augmenter =
      work.task.takesImages
      ? Augmenter(
        network.data.augmentation, work.data.inputs[0], examples: work.split.train, seed: settings.seed) : nil
    let engine = try backend.engine(
      StepWork(
        step, of: network,
        preprocessing: BatchMaker.staysBytes(work.data, augmenter) ? work.preprocessing : nil),
      constants: { start[$0] ?? [] })
    self.engine = engine
    maker = BatchMaker(
      work.data, work.preprocessing, classes: classes,
      classWeights: settings.classWeights.factors(classes, work.split.train, count: work.task.classes),
      augmenter: augmenter, hasRepeats: network.data.balance == .up, givesBytes: engine.takesBytes, size: batch)
    evaluator = Evaluator(network, work.task, work.preprocessing)
    let (judged, examples) = work.validation ?? (work.data, work.split.train)
    deadUnits = work.looksAtUnits ? try DeadUnits(network, judged, examples, work.preprocessing) : nil
    let names = network.weights.map(\.name)
    let places = step.parameters.map { name in names.firstIndex(of: name) ?? 0 }
    let penalties = places.map { settings.penalty(of: network.weights[$0]) }
    (self.places, self.penalties) = (places, penalties)
    statistics = step.statistics.map { (names.firstIndex(of: $0.mean) ?? 0, names.firstIndex(of: $0.variance) ?? 0) }
    try engine.load(learning)
  }

  /// Memory of a device that steps take; nil where they take none.
  package var deviceBytes: Int? { engine.deviceBytes }

  /// Runs the rest of the present epoch, and validates.
  ///
  /// - Parameters:
  ///   - shouldStop: is asked after each step.
  ///   - progress: is told after each step.
  /// - Throws: `Divergence`, with the state as it was before the step.
  package func epoch(shouldStop: () -> Bool, progress: (Progress) -> Void) throws -> Ending {
    let clock = ContinuousClock()
    let start = clock.now
    let order = EpochOrder.of(
      work.split.train, classes: classes, balance: work.network.data.balance, epoch: state.epoch, seed: settings.seed)
    let batches = (order.count + maker.size - 1) / maker.size
    let (maker, number) = (maker, state.epoch)
    let workers = work.network.data.augmentation.isEmpty ? 1 : 2
    let feeder = BatchFeeder(state.batch..<batches, workers: workers) { maker.batch($0, of: order, epoch: number) }
    defer { feeder.close() }
    var epoch = Epoch(self, batches: batches)
    while let batch = feeder.next() {
      try epoch.take(batch, progress)
      if state.batch + epoch.waiting.count < batches, shouldStop() {
        try epoch.settle(leaving: 0, progress)
        try collect()
        return .stopped
      }
    }
    try epoch.settle(leaving: 0, progress)
    try collect()
    return .done(try finish(epoch, (clock.now - start).seconds))
  }

  /// Brings what learns into the state.
  private func collect() throws {
    let learned = try engine.state()
    for (index, place) in places.enumerated() {
      state.parameters[place] = learned.parameters[index]
      state.slots[place] = learned.slots[index]
    }
    for (values, places) in zip(learned.statistics, statistics) {
      state.parameters[places.mean] = values.mean
      state.parameters[places.variance] = values.variance
    }
    state.lossScale = learned.lossScale
  }

  /// What learns, out of the state.
  private var learning: LearningState {
    LearningState(
      parameters: places.map { state.parameters[$0] }, slots: places.map { state.slots[$0] },
      statistics: statistics.map {
        LearningState.Statistics(mean: state.parameters[$0.mean], variance: state.parameters[$0.variance])
      }, firstLoss: state.firstLoss, lossScale: state.lossScale)
  }

  // MARK: The end of an epoch

  private func finish(_ epoch: Epoch, _ seconds: Double) throws -> EpochRecord {
    let (rate, ratios, examples) = (epoch.rate, epoch.ratios, epoch.done)
    var record = EpochRecord(
      epoch: state.epoch + 1, trainLoss: state.sums.loss / Double(max(1, state.sums.examples)), learningRate: rate,
      updateRatio: ratios.map(\.value).sorted().middle, seconds: seconds,
      examplesPerSecond: seconds > 0 ? Double(examples) / seconds : 0)
    record.updateRatios = ratios
    record.lossScale = state.lossScale.map { EpochRecord.Scale(factor: Double($0.factor), skipped: state.sums.skipped) }
    if state.sums.places > 0 { record.trainAccuracy = Double(state.sums.right) / Double(state.sums.places) }
    for (penalty, place) in zip(penalties, places) { record.penalty += penalty.value(state.parameters[place]) }
    if let validation = work.validation, !validation.examples.isEmpty {
      var network = work.network
      network.preprocessing = work.preprocessing
      let predictor = try backend.predictor(network, parameters: parameters())
      let result = try evaluator.evaluate(validation.data, validation.examples, predictor)
      (record.validLoss, record.validAccuracy) = (result.loss, result.accuracy)
    }
    record.deadUnits = try deadUnits?.shares(backend, parameters: parameters()) ?? []
    state.history.append(record)
    state.epoch += 1
    state.batch = 0
    state.sums = TrainingState.EpochSums()
    return record
  }

  /// The present ones, by their names.
  private func parameters() -> (String) -> [Float] {
    let names = work.network.weights.map(\.name)
    let values = Dictionary(zip(names, state.parameters), uniquingKeysWith: { first, _ in first })
    return { values[$0] ?? [] }
  }
}
