import Layers
import NetIR
import Runtime
import Training

/// Everything that training goes on from: a value, which a checkpoint keeps. With the spec and the data it decides all
/// that follows, to the bit.
package struct TrainingState: Sendable, Equatable {
  /// All parameters of the network in its order, running statistics included.
  package var parameters: [[Float]]
  /// What the rule remembers of each, in the same order: as many arrays as the rule has slots, each as long as the
  /// parameter; none where a parameter does not learn.
  package var slots: [[[Float]]]
  /// Epochs that are done.
  package var epoch = 0
  /// Steps of the present epoch that are done.
  package var batch = 0
  /// Steps since the beginning.
  package var steps = 0
  package var sums = EpochSums()
  package var history: [EpochRecord] = []
  /// The loss of the first step.
  package var firstLoss: Double?
  /// Where the loss is scaled.
  package var lossScale: LossScale?

  package init(_ network: Network, parameters: [[Float]]) {
    self.parameters = parameters
    let trained = Set(network.trained.map(\.name))
    slots = zip(network.weights, parameters).map { weight, values in
      let count = trained.contains(weight.name) ? network.training.rule.slots : 0
      return [[Float]](repeating: [Float](repeating: 0, count: values.count), count: count)
    }
  }

  /// The record that counts as the best so far: of equal ones the first.
  package var best: EpochRecord? { history.min { $0.judged < $1.judged } }

  /// Whether so many epochs have passed without a better one.
  package func isExhausted(_ patience: Int?) -> Bool {
    guard let patience, let best, let last = history.last else { return false }
    return last.epoch - best.epoch >= patience
  }

  /// Sums over the examples of the present epoch.
  package struct EpochSums: Sendable, Equatable {
    package var loss = 0.0
    package var examples = 0
    package var right = 0
    package var places = 0
    /// Steps that changed nothing.
    package var skipped = 0

    package init() {}
  }
}

extension Network {
  /// First values of all parameters in order, as the spec's initialisers say.
  package func initialParameters(seed: UInt64) -> [[Float]] {
    weights.map { weight in
      guard case .initialiser(let initialiser) = weight.source else {
        return [Float](repeating: 0, count: weight.shape.elements)
      }
      return initialiser.sample(shape: weight.shape, fanShape: weight.fanShape, seed: seed, name: weight.name)
    }
  }
}
