import Runtime
import Training

/// The steps of an epoch: started in their order, finished in the same.
extension Trainer {
  /// An epoch while it runs: the steps that are under way, and what came of those before.
  struct Epoch {
    private let trainer: Trainer
    private let batches: Int
    /// Of steps that were started and are not finished.
    var waiting: [(batch: Batch, rate: Double)] = []
    /// Of the last step.
    var rate = 0.0
    var ratios: [TensorNumber] = []
    /// Whether the last step that was finished changed nothing.
    private var isSkipped = false
    /// Examples.
    var done = 0

    init(_ trainer: Trainer, batches: Int) { (self.trainer, self.batches) = (trainer, batches) }

    /// Starts a step, and finishes those that were started long enough ago. How large changes are is measured in the
    /// last step of an epoch.
    mutating func take(_ batch: Batch, _ progress: (Progress) -> Void) throws {
      let isLast = trainer.state.batch + waiting.count == batches - 1
      if isLast { try settle(leaving: 0, progress) }
      let before = isLast ? try trainer.engine.state().parameters : []
      rate = try trainer.start(batch, ahead: waiting.count, of: batches)
      waiting.append((batch, rate))
      try settle(leaving: isLast ? 0 : trainer.engine.depth - 1, progress)
      if isLast, !isSkipped { ratios = trainer.ratios(before, try trainer.engine.state().parameters) }
    }

    mutating func settle(leaving count: Int, _ progress: (Progress) -> Void) throws {
      while waiting.count > count {
        let (batch, rate) = waiting.removeFirst()
        isSkipped = try trainer.finishStep(batch, rate)
        done += batch.examples.count
        let (state, sums) = (trainer.state, trainer.state.sums)
        progress(
          Progress(
            epoch: state.epoch + 1, batch: state.batch, batches: batches, examples: sums.examples,
            loss: sums.loss / Double(max(1, sums.examples))))
      }
    }
  }

  /// Starts the step of a batch.
  ///
  /// - Parameter ahead: steps that are started and not finished.
  /// - Returns: the learning rate.
  fileprivate func start(_ batch: Batch, ahead: Int, of batches: Int) throws -> Double {
    let (rule, rate) = pace(state.batch + ahead, of: batches)
    let number = state.steps + ahead
    var inputs = batch.values.enumerated().map { (index: $0.offset, values: $0.element) }
    if batch.bytes != nil { inputs.removeFirst() }
    if let input = graph.classWeights {
      inputs += [(graph.exampleWeights, batch.shares), (input, batch.factors)]
    } else {
      inputs.append((graph.exampleWeights, batch.weights))
    }
    if let key = graph.key {
      var stream = RandomStream(seed: settings.seed, name: "step \(number)")
      inputs.append((key, CounterRandom.words(UInt64(stream.next()) << 32 | UInt64(stream.next()))))
    }
    try engine.start(
      StepOrder(inputs: inputs, bytes: batch.bytes, rule: rule, rate: Float(rate), number: number + 1))
    return rate
  }

  /// Waits for the oldest step.
  ///
  /// - Returns: whether it changed nothing.
  fileprivate func finishStep(_ batch: Batch, _ rate: Double) throws -> Bool {
    let outcome = try engine.finish()
    guard !outcome.isLost else {
      let layers = zip(graph.parameters, try engine.norms()).map {
        Divergence.Layer(tensor: $0, weight: $1.weight, gradient: $1.gradient)
      }
      throw Divergence(
        step: state.steps + 1, epoch: state.epoch + 1, loss: outcome.loss, rate: rate, firstLoss: state.firstLoss,
        inputs: batch.values.prefix(work.task.inputShapes.count).joined().contains { !$0.isFinite }, layers: layers)
    }
    state.firstLoss = state.firstLoss ?? outcome.loss
    count(batch, outcome)
    state.batch += 1
    state.steps += 1
    if outcome.isSkipped { state.sums.skipped += 1 }
    return outcome.isSkipped
  }

  fileprivate func count(_ batch: Batch, _ outcome: StepOutcome) {
    state.sums.loss += outcome.loss * Double(batch.examples.count)
    state.sums.examples += batch.examples.count
    guard let classes = work.task.classes else { return }
    let output = outcome.predictions[0]
    let target = batch.values[graph.targets.lowerBound]
    let (size, targetSize) = (output.count / maker.size, target.count / maker.size)
    for example in batch.examples.indices {
      let (right, places) = Correctness.count(
        prediction: output[example * size..<(example + 1) * size],
        target: target[example * targetSize..<(example + 1) * targetSize],
        objective: work.task.objectives[0], classes: classes)
      state.sums.right += right
      state.sums.places += places
    }
  }
}
