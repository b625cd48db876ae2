import Layers
import NetIR
import Training

/// How fast and how parameters and running statistics move after a step.
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

  /// Moves parameters, in place, and running statistics.
  ///
  /// - Parameter measuring: whether to look how large the changes are.
  /// - Returns: ‖Δw‖/‖w‖ of each parameter that penalties apply to, where it was measured.
  func update(_ rule: UpdateRule, _ rate: Double, measuring: Bool) -> [TensorNumber] {
    var bounds = GradientBounds(limit: settings.clipping.value ?? .infinity)
    if let most = settings.clipping.norm {
      bounds = bounds.bounding(norm: mover.totalNorm(of: parts, limit: bounds.limit), to: most)
    }
    let weights = places.map { work.network.weights[$0] }
    let before = zip(parts, weights).map { measuring && $1.isRegularized ? Array($0.parameter) : [] }
    mover.apply(rule, to: parts, step: state.steps + 1, rate: Float(rate), bounds: bounds)
    if let limit = settings.clipping.maxNorm {
      for (part, weight) in zip(parts, weights) where weight.isRegularized {
        MaxNorm.apply(to: part.parameter, units: weight.shape.first ?? 0, limit: limit)
      }
    }
    follow()
    return zip(weights, zip(parts, before)).compactMap { weight, values in
      let (part, before) = values
      let norm = before.reduce(0.0) { $0 + Double($1) * Double($1) }
      guard norm > 0 else { return nil }
      let change = zip(part.parameter, before).reduce(0.0) { sum, pair in
        sum + Double(pair.0 - pair.1) * Double(pair.0 - pair.1)
      }
      return TensorNumber(weight.name, (change / norm).squareRoot())
    }
  }

  /// Running statistics follow the batch's.
  private func follow() {
    let names = work.network.weights.map(\.name)
    for (statistics, output) in zip(graph.statistics, graph.momentsOutputs) {
      guard let mean = names.firstIndex(of: statistics.mean), let variance = names.firstIndex(of: statistics.variance)
      else { continue }
      let alpha = work.network.layers.first { $0.name == statistics.layer }.flatMap { $0.kind as? BatchNorm }?.alpha
      var (means, variances) = (state.parameters[mean], state.parameters[variance])
      RunningStatistics.follow(
        &means, &variances, moments: outputs.values(output), count: statistics.count, alpha: alpha ?? 0.1)
      (state.parameters[mean], state.parameters[variance]) = (means, variances)
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

/// Euclidean norms.
enum Norm {
  static func of(_ values: UnsafeMutableBufferPointer<Float>) -> Double {
    values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}

extension [Double] {
  /// Of sorted numbers the one in the middle, of two the larger.
  var middle: Double? { isEmpty ? nil : self[count / 2] }
}
