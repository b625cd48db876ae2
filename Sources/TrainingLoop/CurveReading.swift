import Compiler
import Glibc
import NetIR

/// What the curves of a training say, in words: rules of thumb of the guides, each with the numbers that it goes by.
package enum CurveReading {
  /// Between these ‖Δw‖/‖w‖ of a step is healthy (CS231n, "Babysitting the learning process").
  package static let healthyRatios = 1e-4...1e-2

  /// The loss of the first step that random weights of a sound network come to: ln C where C classes are told apart by
  /// probabilities; nil where there is no such value.
  package static func expectedFirstLoss(_ task: TrainingTask) -> Double? {
    guard task.objectives.count == 1, let objective = task.objectives.first else { return nil }
    switch objective.loss {
    case .crossEntropy, .softmaxCrossEntropy:
      return task.outputShapes[0].first.map { Double(objective.weight) * log(Double($0)) }
    case .binaryCrossEntropy, .sigmoidCrossEntropy: return Double(objective.weight) * log(2)
    default: return nil
    }
  }

  /// How far the first loss may be from the expected one: batches differ, and so do first weights.
  static func firstLossMargin(_ expected: Double) -> Double { 0.25 * expected + 0.5 }

  /// A sentence for each thing that is worth saying; at most a few.
  ///
  /// - Parameter rate: the learning rate of the spec.
  package static func sentences(
    _ history: [EpochRecord], firstLoss: Double?, expected: Double?, rate: Double
  ) -> [String] {
    guard let last = history.last, let best = history.min(by: { $0.judged < $1.judged }) else { return [] }
    var sentences: [String] = []
    if let firstLoss, let expected, abs(firstLoss - expected) > firstLossMargin(expected) {
      sentences.append(
        "the first loss was \(significant(firstLoss)), and chance alone is \(significant(expected)): look at the first "
          + "weights, and at the range of the inputs")
    }
    // Steps are looked at where an epoch ends, and schedules end with small ones, whatever the rate is.
    let usual = history.filter { $0.learningRate >= 0.1 * rate }
    if let ratio = usual.compactMap(\.updateRatio).sorted().middle, !healthyRatios.contains(ratio) {
      let isLow = ratio < healthyRatios.lowerBound
      sentences.append(
        "a step changed the weights by \(significant(ratio)) of their size, and 1e-3 is usual: "
          + (isLow
            ? "the learning rate is low" : "the learning rate may be too high"))
    }
    if sentences.isEmpty { sentences += strayLayers(usual) }
    if let sentence = deadLayers(last) { sentences.append(sentence) }
    if let sentence = progress(history) { sentences.append(sentence) }
    if let valid = last.validLoss, let least = best.validLoss {
      // Of fewer epochs the curves' own trembling says as much.
      if last.epoch - best.epoch >= 3, valid > 1.05 * least, last.trainLoss < best.trainLoss {
        sentences.append(
          "from epoch \(best.epoch) on the training loss fell and the validation loss rose, from "
            + "\(significant(least)) to \(significant(valid)): the network learns the examples by heart; more of them, "
            + "`augment`, dropout or `weight_decay` help")
      } else if let gap = gap(last) {
        sentences.append(gap)
      }
    }
    return sentences
  }

  /// Layers whose steps are far smaller or larger than those of the others; at most three.
  private static func strayLayers(_ history: [EpochRecord]) -> [String] {
    let names = history.last?.updateRatios.map(\.name) ?? []
    let strays = names.compactMap { name -> String? in
      let ratios = history.compactMap { record in record.updateRatios.first { $0.name == name }?.value }.sorted()
      guard let ratio = ratios.middle, !healthyRatios.contains(ratio) else { return nil }
      return "`\(name)` by \(significant(ratio))"
    }
    guard !strays.isEmpty else { return [] }
    let shown = strays.prefix(3).joined(separator: ", ") + (strays.count > 3 ? " and \(strays.count - 3) more" : "")
    return ["a step changed \(shown) of its size, and 1e-3 is usual: `learning_rates` has a factor for each layer"]
  }

  /// Whether so many units of a layer are dead that it is worth a word.
  package static func isDead(_ layer: TensorNumber) -> Bool { layer.value > DeadUnits.limit }

  /// Layers most of whose rectified units are dead.
  package static func deadLayers(_ record: EpochRecord) -> String? {
    let dead = record.deadUnits.filter(isDead)
    guard !dead.isEmpty else { return nil }
    let shown = dead.prefix(3).map { "\(percent($0.value)) of `\($0.name)`" }.joined(separator: ", ")
    return "rectified units that are 0 for every example looked at learn no more: \(shown)"
      + (dead.count > 3 ? " and \(dead.count - 3) more layers" : "")
      + "; a lower learning rate, `he_normal` or `leaky_rectify` help"
  }

  /// Whether the loss falls, has fallen, or never did.
  private static func progress(_ history: [EpochRecord]) -> String? {
    guard history.count >= 3, let first = history.first, let last = history.last else { return nil }
    if last.trainLoss > 0.98 * first.trainLoss {
      return
        "the training loss did not fall, from \(significant(first.trainLoss)) to \(significant(last.trainLoss)): the "
        + "learning rate is far too low or too high, or the targets do not belong to the examples"
    }
    let before = history[history.count - 3]
    // A percent an epoch.
    if last.trainLoss < 0.98 * before.trainLoss, last.judged <= before.judged {
      return "the loss was still falling at the end: more epochs may help"
    }
    return nil
  }

  private static func gap(_ last: EpochRecord) -> String? {
    guard let train = last.trainAccuracy, let valid = last.validAccuracy else { return nil }
    if train - valid > 0.1 {
      return "training is at \(percent(train)), validation at \(percent(valid)): the gap asks for more examples or "
        + "regularisation"
    }
    return "the gap between training and validation is small"
  }

  private static func percent(_ share: Double) -> String { "\(fixed(100 * share, digits: 1)) %" }
}
