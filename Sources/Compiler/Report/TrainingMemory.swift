import Layers
import NetIR

/// What training a network takes for one step after another, from the plan of a step. Beside it there are examples, and
/// whatever a process has anyway.
package struct TrainingMemory: Sendable, Equatable {
  /// Running statistics included.
  package var weights: Int
  package var gradients: Int
  package var optimizer: Int
  /// The plan's arena but for its workspace: what the backward pass reads, and what lives from step to step; the batch,
  /// and results that are no gradients.
  package var activations: Int
  /// The largest of a step.
  package var workspace: Int
  /// Values that the backward pass computes again, in place of reading what was kept.
  package var computedAgain: Int

  package var total: Int { weights + gradients + optimizer + activations + workspace }

  /// - Parameters:
  ///   - options: the batch, and the target whose plan it is.
  ///   - limit: bytes that all of it should do with, at the price of time; it may take more where that is not possible.
  /// - Returns: nil where the network cannot be trained.
  package init?(of network: Network, _ options: CompileOptions, limit: Int? = nil) throws {
    let plan: Plan
    let step: TrainingGraph
    do {
      step = try TrainingGraph(of: network, batch: options.batch)
      var options = options
      options.arenaLimit = limit.map { Self.arenaLimit(of: step, network, total: $0) }
      guard let compiled = try Pipeline.compile(step, options) else { return nil }
      (plan, computedAgain) = (compiled.plan, compiled.computedAgain.count)
    } catch is GradientProblem {
      return nil
    } catch is GraphProblem {
      // An output that its objective does not fit, one without a batch for example.
      return nil
    } catch let error as CompileError where error.reason == .unsupported {
      return nil
    }
    let trained = network.trained.reduce(0) { $0 + $1.shape.elements }
    weights = 4 * network.weights.reduce(0) { $0 + $1.shape.elements }
    gradients = 4 * trained
    optimizer = 4 * trained * network.optimizer.slots
    workspace = plan.steps.reduce(0) { max($0, $1.workspace?.bytes ?? 0) }
    activations = plan.arenaBytes - workspace + 4 * (step.numbersOutside - 2 * trained)
  }

  /// What the arena of a step may take of a number of bytes for all of a training.
  package static func arenaLimit(of step: TrainingGraph, _ network: Network, total: Int) -> Int {
    let trained = network.trained.reduce(0) { $0 + $1.shape.elements }
    let untrained = network.weights.reduce(0) { $0 + $1.shape.elements } - trained
    return total - 4 * (step.numbersOutside + untrained + trained * network.optimizer.slots)
  }
}

extension TrainingGraph {
  /// Numbers in the caller's buffers: the batch, parameters and gradients among them.
  fileprivate var numbersOutside: Int {
    (graph.inputs + graph.outputs).reduce(0) { $0 + graph[$1].shape.elements }
  }
}
