import Layers
import NetIR
import Training

/// How fast parameters move, and how far they did.
extension Trainer {
  /// The rule with its momentum of this step, and the learning rate.
  func pace(_ batch: Int, of batches: Int) -> (UpdateRule, Double) {
    let progress = Schedule.Progress(
      epoch: Double(state.epoch) + Double(batch) / Double(max(1, batches)), of: settings.epochs,
      losses: state.history.map(\.judged))
    var rule = settings.rule
    if let start = rule.momentum {
      let momentum =
        settings.momentumSchedule.map { $0.value(Double(start), at: progress) }
        ?? settings.schedule.momentum(at: progress)
      if let momentum { rule = rule.with(momentum: Float(momentum)) }
    }
    let rate = settings.schedule.value(settings.learningRate, at: progress)
    return (rule, rate * (settings.warmUp?.factor(at: progress) ?? 1))
  }

  /// ‖Δw‖/‖w‖ of each parameter that penalties apply to.
  func ratios(_ before: [[Float]], _ after: [[Float]]) -> [TensorNumber] {
    zip(places, zip(before, after)).compactMap { place, values in
      let weight = work.network.weights[place]
      let norm = values.0.reduce(0.0) { $0 + Double($1) * Double($1) }
      guard weight.isRegularized, norm > 0 else { return nil }
      let change = zip(values.1, values.0).reduce(0.0) { sum, pair in
        sum + Double(pair.0 - pair.1) * Double(pair.0 - pair.1)
      }
      return TensorNumber(weight.name, (change / norm).squareRoot())
    }
  }
}

extension TrainingSettings.ClassWeights {
  /// The factor of each class; nil where all count alike.
  ///
  /// - Parameters:
  ///   - classes: of each example.
  ///   - examples: those to learn from.
  ///   - count: how many classes there are.
  func factors(_ classes: [Int]?, _ examples: [Int], count: Int?) -> [Float]? {
    guard let classes, let count else { return nil }
    switch self {
    case .equal: return nil
    case .given(let weights): return weights
    case .balanced:
      var counts = [Int](repeating: 0, count: count)
      for example in examples { counts[classes[example]] += 1 }
      return counts.map { $0 == 0 ? 0 : Float(Double(examples.count) / Double(count * $0)) }
    }
  }
}

extension [Double] {
  /// Of sorted numbers the one in the middle, of two the larger.
  var middle: Double? { isEmpty ? nil : self[count / 2] }
}
