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
  private let runner: any TrainingStepRunner
  private let maker: BatchMaker
  private let evaluator: Evaluator
  private let deadUnits: DeadUnits?
  let inputs, outputs: FloatArrays
  /// What the rule remembers, of each trained parameter in turn.
  let slots: FloatArrays
  let mover: any ParameterMover
  /// The class of each example, where there are classes.
  private let classes: [Int]?
  /// The place of each trained parameter among all.
  let places: [Int]
  let penalties: [Penalty]
  /// The trained parameters with all that moves them.
  let parts: [UpdatePart]
  /// What learns lies in `inputs` and `slots` while an epoch runs.
  package internal(set) var state: TrainingState

  /// - Throws: `GradientProblem` where the network cannot be trained, and what the backend throws.
  package init(_ work: Work, backend: any TrainingBackend, state: TrainingState) throws {
    (self.work, self.backend, self.state) = (work, backend, state)
    let network = work.network
    let batch = network.fixedBatch ?? network.training.batchSize
    let names = network.weights.map(\.name)
    let step = try TrainingGraph(
      network.lowered(batch: batch).graph, work.task.objectives, trainable: network.trained.map(\.name))
    graph = step
    let start = Dictionary(zip(names, state.parameters), uniquingKeysWith: { first, _ in first })
    runner = try backend.step(step, constants: { start[$0] ?? [] })
    let inputs = FloatArrays(counts: step.graph.inputs.map { step.graph[$0].shape.reduce(1, *) })
    let outputs = FloatArrays(counts: step.graph.outputs.map { step.graph[$0].shape.reduce(1, *) })
    let (classes, settings) = (work.task.classNumbers(of: work.data), network.training)
    (self.classes, self.settings) = (classes, settings)
    maker = BatchMaker(
      work.data, work.preprocessing, classes: classes,
      classWeights: settings.classWeights.factors(classes, work.split.train, count: work.task.classes),
      augmenter: work.task.takesImages
        ? Augmenter(
          network.data.augmentation, work.data.inputs[0], examples: work.split.train, seed: settings.seed) : nil,
      hasRepeats: network.data.balance == .up, size: batch)
    evaluator = Evaluator(network, work.task, work.preprocessing)
    let (judged, examples) = work.validation ?? (work.data, work.split.train)
    deadUnits = work.looksAtUnits ? try DeadUnits(network, judged, examples, work.preprocessing) : nil
    let places = step.parameters.map { name in names.firstIndex(of: name) ?? 0 }
    let penalties = places.map { settings.penalty(of: network.weights[$0]) }
    for (input, place) in zip(step.parameterInputs, places) { inputs.write(state.parameters[place], to: input) }
    let slots = FloatArrays(places.flatMap { state.slots[$0] })
    parts = places.indices.map { index in
      UpdatePart(
        parameter: inputs[step.parameterInputs.lowerBound + index],
        gradient: UnsafeBufferPointer(outputs[step.gradientOutputs.lowerBound + index]),
        slots: (0..<settings.rule.slots).map { slots[index * settings.rule.slots + $0] }, penalty: penalties[index],
        multiplier: settings.multiplier(of: step.parameters[index]))
    }
    (self.inputs, self.outputs, self.slots, self.places, self.penalties) = (inputs, outputs, slots, places, penalties)
    mover = backend.mover
  }

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
    var (rate, ratios, done): (Double, [TensorNumber], Int) = (0, [], 0)
    while let batch = feeder.next() {
      let (rule, learningRate) = pace(state.batch, of: batches)
      rate = learningRate
      let loss = try step(batch, rate)
      ratios = update(rule, rate, measuring: state.batch == batches - 1)
      count(batch, loss)
      state.batch += 1
      state.steps += 1
      done += batch.examples.count
      progress(
        Progress(
          epoch: state.epoch + 1, batch: state.batch, batches: batches, examples: state.sums.examples,
          loss: state.sums.loss / Double(max(1, state.sums.examples))))
      if state.batch < batches, shouldStop() {
        collect()
        return .stopped
      }
    }
    collect()
    let seconds = (clock.now - start).seconds
    return .done(try finish(rate, ratios, seconds, done))
  }

  // MARK: A step

  /// - Returns: the loss of the batch.
  private func step(_ batch: Batch, _ rate: Double) throws -> Double {
    for (index, values) in batch.values.enumerated() { inputs.write(values, to: index) }
    if let input = graph.classWeights {
      inputs.write(batch.shares, to: graph.exampleWeights)
      inputs.write(batch.factors, to: input)
    } else {
      inputs.write(batch.weights, to: graph.exampleWeights)
    }
    if let key = graph.key {
      var stream = RandomStream(seed: settings.seed, name: "step \(state.steps)")
      inputs.write(CounterRandom.words(UInt64(stream.next()) << 32 | UInt64(stream.next())), to: key)
    }
    try runner.run(inputs: inputs.read, outputs: outputs.written)
    let loss = Double(outputs[graph.lossOutput][0])
    let first = state.firstLoss ?? loss
    guard loss.isFinite, loss <= Divergence.limit * max(1, first) else {
      throw Divergence(
        step: state.steps + 1, epoch: state.epoch + 1, loss: loss, rate: rate, firstLoss: state.firstLoss,
        inputs: batch.values.prefix(work.task.inputShapes.count).joined().contains { !$0.isFinite },
        layers: suspects())
    }
    state.firstLoss = first
    return loss
  }

  /// Layers in their order, with how large the gradients of their parameters are.
  private func suspects() -> [Divergence.Layer] {
    zip(graph.parameters, zip(graph.parameterInputs, graph.gradientOutputs)).map { name, indices in
      let (weight, gradient) = (Norm.of(inputs[indices.0]), Norm.of(outputs[indices.1]))
      return Divergence.Layer(tensor: name, weight: weight, gradient: gradient)
    }
  }

  private func count(_ batch: Batch, _ loss: Double) {
    state.sums.loss += loss * Double(batch.examples.count)
    state.sums.examples += batch.examples.count
    guard let classes = work.task.classes else { return }
    let output = outputs[graph.predictionOutputs.lowerBound]
    let target = inputs[graph.targets.lowerBound]
    let (size, targetSize) = (output.count / maker.size, target.count / maker.size)
    for example in batch.examples.indices {
      let (right, places) = Correctness.count(
        prediction: Array(output[example * size..<(example + 1) * size])[...],
        target: Array(target[example * targetSize..<(example + 1) * targetSize])[...],
        objective: work.task.objectives[0], classes: classes)
      state.sums.right += right
      state.sums.places += places
    }
  }

  /// Brings what learns into the state.
  private func collect() {
    for (part, place) in zip(parts, places) {
      state.parameters[place] = Array(part.parameter)
      state.slots[place] = part.slots.map { Array($0) }
    }
  }

  // MARK: The end of an epoch

  private func finish(_ rate: Double, _ ratios: [TensorNumber], _ seconds: Double, _ examples: Int) throws
    -> EpochRecord
  {
    var record = EpochRecord(
      epoch: state.epoch + 1, trainLoss: state.sums.loss / Double(max(1, state.sums.examples)), learningRate: rate,
      updateRatio: ratios.map(\.value).sorted().middle, seconds: seconds,
      examplesPerSecond: seconds > 0 ? Double(examples) / seconds : 0)
    record.updateRatios = ratios
    if state.sums.places > 0 { record.trainAccuracy = Double(state.sums.right) / Double(state.sums.places) }
    for (penalty, place) in zip(penalties, places) { record.penalty += penalty.value(state.parameters[place]) }
    if let validation = work.validation, !validation.examples.isEmpty {
      let predictor = try backend.predictor(work.network, parameters: parameters())
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
