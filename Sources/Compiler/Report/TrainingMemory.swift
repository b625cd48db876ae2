import Layers
import NetIR

/// What training a network will take, predicted from the graph. The parts are counted as the training
/// plan will keep them: results that a gradient needs stay, nonlinearities work in place, reshapes are views.
package struct TrainingMemory: Sendable, Equatable {
  package var weights: Int
  package var gradients: Int
  package var optimizer: Int
  package var activations: Int
  package var workspace: Int

  package var total: Int { weights + gradients + optimizer + activations + workspace }

  package init(of network: Network, batch: Int) throws(GraphProblem) {
    let trainable = network.trained.reduce(0) { $0 + $1.shape.elements }
    weights = 4 * network.weights.reduce(0) { $0 + $1.shape.elements }
    gradients = 4 * trainable
    optimizer = 4 * trainable * network.optimizer.slots
    let graph = try network.lowered(batch: batch).graph
    let isConstant = graph.constants()
    activations = 0
    workspace = 0
    for id in graph.ids where !isConstant[id.index] {
      let node = graph[id]
      let count = node.shape.elements
      activations += count * Self.bytesKept(by: node.op)
      // While an op is differentiated, the gradients of its result and of its operands live together.
      let operands = node.operands.filter { !isConstant[$0.index] && !graph[$0].op.isInput }
      if !operands.isEmpty {
        workspace = max(workspace, 4 * (count + operands.reduce(0) { $0 + graph[$1].shape.elements }))
      }
    }
  }

  /// Bytes per element of the result that the backward pass needs.
  private static func bytesKept(by op: GraphOp) -> Int {
    switch op {
    case .activation, .reshape, .copy: 0
    // The result, and which pixel won, in a byte.
    case .pool2D(let attributes): attributes.mode == .max ? 5 : 4
    // The result, and a byte for who was dropped.
    case .dropout: 5
    // Whose slope was drawn is kept; the sum with noise has the gradient of its operand.
    case .randomizedRectify: 8
    case .gaussianNoise: 4
    // The result, and the denominators.
    case .lrn: 8
    default: 4
    }
  }
}
