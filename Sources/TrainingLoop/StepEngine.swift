import Compiler
import Layers
import NetIR
import Training

/// What takes a trainer's steps: it keeps what learns while an epoch runs, and moves it. Steps are taken in the order in
/// which they are started.
///
/// Once a loss is none or too large, that step and all behind it change nothing.
package protocol StepEngine: AnyObject {
  /// Steps that may be under way at once.
  var depth: Int { get }
  /// Memory of a device that it takes; nil where it takes none.
  var deviceBytes: Int? { get }
  /// Whether it takes the network's only input as bytes, and prepares them as its work says.
  var takesBytes: Bool { get }

  /// Takes what learns from a state.
  func load(_ state: LearningState) throws
  /// Starts a step; at most `depth` are started and not finished.
  func start(_ order: StepOrder) throws
  /// Waits for the oldest step that was started.
  func finish() throws -> StepOutcome
  /// What learns, when all started steps are finished.
  func state() throws -> LearningState
  /// How large weights and gradients are, behind a step that changed nothing: the last one that was finished.
  func norms() throws -> [(weight: Double, gradient: Double)]
}

extension StepEngine {
  package var takesBytes: Bool { false }
}

/// What learns, in the order of the trained parameters and of the normalisations.
package struct LearningState: Sendable, Equatable {
  package var parameters: [[Float]]
  /// What the rule remembers of each parameter.
  package var slots: [[[Float]]]
  package var statistics: [Statistics]
  /// The loss of the first step of all, if there was one.
  package var firstLoss: Double?
  /// Where the engine scales the loss.
  package var lossScale: LossScale?

  /// Running means and variances.
  package struct Statistics: Sendable, Equatable {
    package var mean: [Float]
    package var variance: [Float]

    package init(mean: [Float], variance: [Float]) { (self.mean, self.variance) = (mean, variance) }
  }

  package init(
    parameters: [[Float]], slots: [[[Float]]], statistics: [Statistics], firstLoss: Double?,
    lossScale: LossScale? = nil
  ) {
    (self.parameters, self.slots) = (parameters, slots)
    (self.statistics, self.firstLoss, self.lossScale) = (statistics, firstLoss, lossScale)
  }
}

/// A step to take.
package struct StepOrder: Sendable {
  /// Numbers of the graph's inputs that are no parameters, by their index.
  package var inputs: [(index: Int, values: [Float])]
  /// The network's only input, where the engine takes bytes.
  package var bytes: [UInt8]?
  package var rule: UpdateRule
  package var rate: Float
  /// From 1, over the whole training.
  package var number: Int
}

/// What came of a step.
package struct StepOutcome: Sendable {
  package var loss: Double
  /// Whether the loss is none or too large, or gradients are not finite however little the loss is scaled.
  package var isLost: Bool
  /// Whether it changed nothing because gradients were not finite at that scale of the loss.
  package var isSkipped: Bool
  package var predictions: [[Float]]

  package init(loss: Double, isLost: Bool, isSkipped: Bool = false, predictions: [[Float]]) {
    (self.loss, self.isLost, self.isSkipped, self.predictions) = (loss, isLost, isSkipped, predictions)
  }
}

/// What an engine is made for.
package struct StepWork: Sendable {
  package var graph: TrainingGraph
  /// In the order of the graph's parameters.
  package var parameters: [Parameter]
  /// In the order of the graph's statistics.
  package var statistics: [Statistics]
  package var rule: UpdateRule
  package var clipping: TrainingSettings.Clipping
  /// What bytes of the network's only input become examples by; nil where examples are no bytes.
  package var preprocessing: [PreprocessingStep]?

  /// - Parameter step: of the network.
  package init(_ step: TrainingGraph, of network: Network, preprocessing: [PreprocessingStep]? = nil) {
    let (settings, weights) = (network.training, network.weights)
    (graph, self.preprocessing) = (step, preprocessing)
    parameters = step.parameters.map { name in
      let weight = weights.first { $0.name == name }
      return Parameter(
        penalty: weight.map(settings.penalty(of:)) ?? Penalty(), multiplier: settings.multiplier(of: name),
        units: weight?.isRegularized == true ? weight?.shape.first : nil)
    }
    statistics = step.statistics.map { statistics in
      let layer = network.layers.first { $0.name == statistics.layer }
      return Statistics(alpha: layer.flatMap { $0.kind as? BatchNorm }?.alpha ?? 0.1, count: statistics.count)
    }
    (rule, clipping) = (settings.rule, settings.clipping)
  }

  package struct Parameter: Sendable {
    package var penalty: Penalty
    package var multiplier: Float
    /// Output units, whose weights a bound may apply to; nil for what is never bounded.
    package var units: Int?
  }

  package struct Statistics: Sendable {
    package var alpha: Float
    /// Elements of a channel in a batch.
    package var count: Int
  }
}
