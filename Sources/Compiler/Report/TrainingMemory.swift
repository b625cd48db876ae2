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

  package var total: Int { weights + gradients + optimizer + activations + workspace }

  /// - Parameter options: the batch, and the target whose plan it is.
  /// - Returns: nil where the network cannot be trained.
  package init?(of network: Network, _ options: CompileOptions) throws {
    let plan: Plan
    let step: TrainingGraph
    do {
      step = try TrainingGraph(of: network, batch: options.batch)
      guard let compiled = try Pipeline.compile(step, options) else { return nil }
      plan = compiled.plan
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
    let numbers = (plan.inputCounts + plan.outputCounts).reduce(0, +) - 2 * trained
    activations = plan.arenaBytes - workspace + 4 * numbers
  }
}
