import Diagnostics
import NetIR
import Training

/// What a spec says of training, every value in its type and range. Without a word the values are nolearn's.
package struct TrainingSettings: Sendable, Equatable {
  /// What is minimised of every output that has no objective of its own.
  package var objective = ObjectiveSetting(.loss(.crossEntropy(smoothing: 0)))
  /// Whether the spec names an objective, an update rule: without them it may not be meant for training at all.
  package var namesObjective = false
  package var namesRule = false
  /// By the names of outputs.
  package var objectives: [String: ObjectiveSetting] = [:]
  /// With the momentum at the start, where it has one.
  package var rule = UpdateRule.nesterovMomentum()
  /// At the start; of one-cycle the peak.
  package var learningRate = Double("\(UpdateRule.nesterovMomentum().defaultRate)") ?? 0
  package var schedule = Schedule.constant
  package var warmUp: WarmUp?
  /// nil where the momentum goes as `schedule` says, which most leave as it is.
  package var momentumSchedule: Schedule?
  package var penalty = Penalty()
  /// Penalties of layers, in place of `penalty`; the last that fits counts.
  package var layerPenalties: [LayerValue<Penalty>] = []
  /// Whether biases and the parameters of normalisations have penalties, too.
  package var penalizesBiases = false
  package var clipping = Clipping()
  package var batchSize = 128
  package var epochs = 100
  package var validation = Validation.split(share: 0.2, isStratified: true)
  /// Epochs without a better validation loss until training stops; nil for never.
  package var patience: Int?
  package var classWeights = ClassWeights.equal
  package var seed: UInt64 = 42
  /// Layers that do not learn.
  package var frozen: [NamePattern] = []
  /// Factors of the update; the last that fits counts.
  package var multipliers: [LayerValue<Float>] = []

  package init() {}

  /// Bounds; nil for none.
  package struct Clipping: Sendable, Equatable {
    /// Of each element of a gradient.
    package var value: Float?
    /// Of the norm of all gradients together.
    package var norm: Double?
    /// Of the norm of each unit's weights.
    package var maxNorm: Double?
  }

  /// Which examples are kept back, where the data have no `valid`.
  package enum Validation: Sendable, Equatable {
    case none
    /// - Parameter isStratified: every class gives the same share.
    case split(share: Double, isStratified: Bool)
    /// One of k parts of equal size.
    case folds(count: Int, fold: Int, isStratified: Bool)
  }

  /// How much the examples of a class count.
  package enum ClassWeights: Sendable, Equatable {
    case equal
    /// N/(classes·N of the class): every class as a whole counts the same.
    case balanced
    case given([Float])
  }

  /// A value for the layers that a pattern fits.
  package struct LayerValue<Value: Sendable & Equatable>: Sendable, Equatable {
    package var layers: NamePattern
    package var value: Value
  }
}

/// What is minimised of an output.
package struct ObjectiveSetting: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case loss(Loss)
    /// A formula over `prediction` and `target`.
    case expression(LossExpression)
  }

  package var kind: Kind
  /// How much it counts beside the objectives of other outputs.
  package var weight: Float

  package init(_ kind: Kind, weight: Float = 1) { (self.kind, self.weight) = (kind, weight) }
}

extension TrainingSettings {
  /// The objective of an output.
  package func objective(of output: String) -> ObjectiveSetting { objectives[output] ?? objective }

  /// The factor of a parameter's update; 0 for one that does not learn.
  package func multiplier(of tensor: String) -> Float {
    if frozen.contains(where: { $0.matches(tensor: tensor) }) { return 0 }
    return multipliers.last { $0.layers.matches(tensor: tensor) }?.value ?? 1
  }

  /// The penalty on a parameter.
  package func penalty(of weight: Network.Weight) -> Penalty {
    guard weight.isRegularized || penalizesBiases else { return Penalty() }
    return layerPenalties.last { $0.layers.matches(tensor: weight.name) }?.value ?? penalty
  }

  /// Every pattern that the settings have.
  var patterns: [NamePattern] { frozen + multipliers.map(\.layers) + layerPenalties.map(\.layers) }
}
