import Compiler
import Exchange
import Glibc
import Layers
import NetIR
import Runtime

/// What the guides of the field advise to try before hours are spent (Karpathy, "A recipe for training neural
/// networks", 2019; CS231n): the first loss, a few examples learnt by heart, gradients against differences.
package struct SanityCheck {
  private let work: Trainer.Work
  private let backend: any TrainingBackend
  private let parameters: [[Float]]
  /// Whether all parameters have first values: some of a base know more than chance.
  private let isFresh: Bool

  /// - Parameters:
  ///   - parameters: of the network in its order, as training begins.
  ///   - isFresh: whether they are first values, all of them.
  package init(_ work: Trainer.Work, _ parameters: [[Float]], isFresh: Bool, backend: any TrainingBackend) {
    (self.work, self.parameters, self.isFresh, self.backend) = (work, parameters, isFresh, backend)
  }

  /// - Parameter progress: is told what is checked next.
  /// - Throws: `GradientProblem` where the network cannot be trained, and what the backend throws.
  package func run(progress: (String) -> Void) throws -> SanityReport {
    progress("first loss")
    var checks = [try firstLoss()]
    progress("a few examples by heart")
    checks.append(try overfit())
    progress("gradients")
    checks.append(try GradientCheck(work, parameters, backend).run())
    return SanityReport(network: work.network.name, checks: checks)
  }

  // MARK: The first loss

  private func firstLoss() throws -> SanityReport.Check {
    let name = "first loss"
    let examples = EpochOrder.of(
      work.split.train, classes: nil, balance: nil, epoch: 0, seed: work.network.training.seed)
    let step = try SanityStep(work, backend, Array(examples.prefix(work.network.training.batchSize)), parameters)
    let loss = try Double(step.run()[step.graph.lossOutput][0])
    var numbers: [(String, JSONValue)] = [("loss", .double(loss))]
    guard loss.isFinite else {
      return SanityReport.Check(
        name, .failed, "the first loss is no number",
        remedy: "look at the examples for what is no number, and at a formula for logarithms of 0", numbers)
    }
    guard let expected = CurveReading.expectedFirstLoss(work.task) else {
      return SanityReport.Check(
        name, .passed, "\(significant(loss)); of this objective chance alone has no value to compare it with", numbers)
    }
    numbers.append(("expected", .double(expected)))
    let chance = "chance alone\(work.task.classes.map { " among \($0) classes" } ?? "") is \(significant(expected))"
    guard isFresh else {
      return SanityReport.Check(name, .passed, "\(significant(loss)) with the base's weights; \(chance)", numbers)
    }
    let isNear = abs(loss - expected) <= CurveReading.firstLossMargin(expected)
    return SanityReport.Check(
      name, isNear ? .passed : .failed, "\(significant(loss)), and \(chance)",
      remedy: loss > expected
        ? "look at the range of the inputs (`preprocess`), and at the first weights of the last layers"
        : "first weights cannot know so much: do the inputs give the targets away?", numbers)
  }

  // MARK: A few examples

  /// As many as the check takes, and as many steps at most.
  private static let subset = 32
  private static let mostSteps = 1000
  private static let leastSteps = 50
  /// Multiply-accumulates that the steps may take: a minute or two.
  private static let budget = 2e13

  private func overfit() throws -> SanityReport.Check {
    let name = "few examples"
    var small = work
    let count = work.network.fixedBatch ?? min(Self.subset, work.split.train.count)
    small.split.train = chosen(min(count, work.split.train.count))
    small.split.valid = []
    small.validation = nil
    small.looksAtUnits = false
    small.network = work.network.learningByHeart(batch: count)
    let trainer = try Trainer(small, backend: backend, state: TrainingState(small.network, parameters: parameters))
    let macs = try small.network.lowered(batch: 1).graph.work.macs
    let steps = min(Self.mostSteps, max(Self.leastSteps, Int(Self.budget / Double(max(1, 3 * macs * count)))))
    let examples = "\(small.split.train.count) examples"
    do {
      for step in 1...steps {
        guard case .done(let record) = try trainer.epoch(shouldStop: { false }, progress: { _ in }) else { break }
        let first = trainer.state.history[0].trainLoss
        guard record.trainAccuracy.map({ $0 == 1 }) ?? (record.trainLoss <= 0.01 * first) else { continue }
        let finding =
          record.trainAccuracy == nil
          ? "the loss of \(examples) fell to a hundredth, \(significant(record.trainLoss)), in \(step.counted("step"))"
          : "all \(examples) right after \((step - 1).counted("step")), loss \(significant(record.trainLoss))"
        return SanityReport.Check(
          name, .passed, finding,
          [
            ("examples", .int(small.split.train.count)), ("steps", .int(step - 1)), ("loss", .double(record.trainLoss)),
            ("accuracy", record.trainAccuracy.map(JSONValue.double) ?? .null),
          ])
      }
    } catch let divergence as Divergence {
      return SanityReport.Check(
        name, .failed, "the loss of step \(divergence.step) on \(examples) left all bounds",
        remedy: "try a tenth of the learning rate, \(Float(work.network.training.learningRate))",
        [("examples", .int(small.split.train.count)), ("steps", .int(divergence.step))])
    }
    let last = trainer.state.history[steps - 1]
    let reached =
      last.trainAccuracy.map { "\(significant(100 * $0)) % right" } ?? "the loss at \(significant(last.trainLoss))"
    return SanityReport.Check(
      name, .failed,
      "after \(steps.counted("step")) on \(examples) \(reached); the loss went from "
        + "\(significant(trainer.state.history[0].trainLoss)) to \(significant(last.trainLoss))",
      remedy: "do targets belong to their examples? is the learning rate, "
        + "\(Float(work.network.training.learningRate)), far too low or high? does anything freeze too much?",
      [
        ("examples", .int(small.split.train.count)), ("steps", .int(steps)), ("loss", .double(last.trainLoss)),
        ("accuracy", last.trainAccuracy.map(JSONValue.double) ?? .null),
      ])
  }

  /// Examples of every class in turn.
  private func chosen(_ count: Int) -> [Int] {
    guard let classes = work.task.classNumbers(of: work.data) else { return Array(work.split.train.prefix(count)) }
    var seen: [Int: Int] = [:]
    let turns = work.split.train.map { example -> (turn: Int, example: Int) in
      defer { seen[classes[example], default: 0] += 1 }
      return (seen[classes[example], default: 0], example)
    }
    return turns.sorted { $0 < $1 }.prefix(count).map(\.example).sorted()
  }
}

extension Network {
  /// The same network with nothing in the way of learning examples by heart: no dropout and noise, no penalties, no
  /// augmentation, the same rate at every step.
  fileprivate func learningByHeart(batch: Int) -> Network {
    var network = self
    for index in network.layers.indices {
      switch network.layers[index].kind {
      case var kind as Dropout:
        kind.probability = 0
        network.layers[index].kind = kind
      case var kind as SpatialDropout:
        kind.probability = 0
        network.layers[index].kind = kind
      case var kind as GaussianNoise:
        kind.sigma = 0
        network.layers[index].kind = kind
      default: break
      }
    }
    var training = network.training
    (training.penalty, training.layerPenalties) = (.init(), [])
    (training.schedule, training.warmUp, training.momentumSchedule) = (.constant, nil, nil)
    (training.classWeights, training.validation, training.patience) = (.equal, .none, nil)
    training.clipping.maxNorm = nil
    training.batchSize = batch
    network.training = training
    network.data.augmentation = []
    network.data.balance = nil
    return network
  }
}
