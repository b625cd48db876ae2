import Layers
import NetIR
import Training

/// How parameters and running statistics move after a step.
extension Trainer {
  /// Moves parameters and running statistics.
  ///
  /// - Parameter measuring: whether to look how large the changes are.
  /// - Returns: the median of ‖Δw‖/‖w‖ over the parameters that penalties apply to.
  func update(_ rate: Double, measuring: Bool) -> Double? {
    var gradients = graph.gradientOutputs.map { outputs.values($0) }
    var values = graph.parameterInputs.map { inputs.values($0) }
    for index in gradients.indices { penalties[index].add(to: &gradients[index], of: values[index]) }
    if let limit = settings.clipping.value {
      for index in gradients.indices { Clipping.values(&gradients[index], limit: limit) }
    }
    if let limit = settings.clipping.norm { Clipping.totalNorm(&gradients, limit: limit) }
    var ratios: [Double] = []
    for (index, place) in places.enumerated() {
      let weight = work.network.weights[place]
      let before = measuring && weight.isRegularized ? values[index] : []
      state.updates[place]?.step(
        &values[index], gradients[index], rate: Float(rate), multiplier: settings.multiplier(of: weight.name))
      if let limit = settings.clipping.maxNorm, weight.isRegularized {
        Clipping.maxNorm(&values[index], shape: weight.shape, limit: limit)
      }
      if !before.isEmpty {
        let change = zip(values[index], before).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
        let norm = before.reduce(0.0) { $0 + Double($1) * Double($1) }
        if norm > 0 { ratios.append((change / norm).squareRoot()) }
      }
      inputs.write(values[index], to: graph.parameterInputs.lowerBound + index)
    }
    follow()
    return ratios.isEmpty ? nil : ratios.sorted()[ratios.count / 2]
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
