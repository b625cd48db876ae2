import Layers
import NetIR

/// What training minimises of one output, and how much it counts beside those of other outputs.
package struct Objective: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// Of probabilities, as the objective is named; where the network ends in what makes them, the loss is computed
    /// from what that reads.
    case loss(Loss)
    case expression(LossExpression)
  }

  package var kind: Kind
  package var weight: Float
  /// Whether targets hold numbers of classes; else they are like the prediction.
  package var hasClassTargets: Bool
  /// Whether axis 1 of the prediction counts classes, of which one is right.
  package var isOverClasses: Bool

  /// - Parameter hasClassTargets: the default for the loss where nil.
  package init(_ loss: Loss, weight: Float = 1, hasClassTargets: Bool? = nil) {
    (kind, self.weight, isOverClasses) = (.loss(loss), weight, loss.isOverClasses)
    self.hasClassTargets = hasClassTargets ?? loss.isOverClasses
  }

  /// - Parameter isOverClasses: whether targets have a 1 at the right class and 0 elsewhere.
  package init(_ expression: LossExpression, weight: Float = 1, isOverClasses: Bool = false) {
    (kind, self.weight, hasClassTargets) = (.expression(expression), weight, false)
    self.isOverClasses = isOverClasses
  }

  /// nil for a formula.
  package var loss: Loss? { if case .loss(let loss) = kind { loss } else { nil } }

  /// Whether the weights of examples stand in a formula; else they multiply the loss.
  package var readsWeights: Bool {
    if case .expression(let expression) = kind { expression.reads(.weight) } else { false }
  }

  /// The loss of each example (N), of an output of the graph.
  ///
  /// - Parameter weights: of the examples (N), where the objective reads them.
  func losses(of output: ValueID, target: ValueID, weights: ValueID?, in graph: inout Graph) throws -> ValueID {
    switch kind {
    case .loss(let loss): return try losses(loss, of: output, target, in: &graph)
    case .expression(let expression):
      return try ExpressionGraph(output, target: target, weights: weights, in: &graph).losses(expression, in: &graph)
    }
  }

  private func losses(_ named: Loss, of output: ValueID, _ target: ValueID, in graph: inout Graph) throws -> ValueID {
    var (loss, prediction) = (named, output)
    switch (loss, graph[output].op) {
    case (.crossEntropy(let smoothing), .softmax(axis: 1)):
      (loss, prediction) = (.softmaxCrossEntropy(smoothing: smoothing), graph[output].operands[0])
    case (.binaryCrossEntropy, .activation(.sigmoid)):
      (loss, prediction) = (.sigmoidCrossEntropy, graph[output].operands[0])
    default: break
    }
    return try graph.add(.training(.loss(loss)), [prediction, target], name: graph[output].name)
  }

  /// Of each output what the spec says; where it says nothing, by what the output ends in.
  static func all(of network: Network, _ graph: Graph) -> [Objective] {
    zip(network.outputs, graph.outputs).map { layer, output in
      guard network.training.namesObjective else {
        return switch graph[output].op {
        case .softmax: Objective(.crossEntropy(smoothing: 0))
        case .activation(.sigmoid): Objective(.binaryCrossEntropy)
        default: Objective(.squaredError)
        }
      }
      let setting = network.training.objective(of: network.layers[layer].name)
      return switch setting.kind {
      case .loss(let loss): Objective(loss, weight: setting.weight)
      case .expression(let expression): Objective(expression, weight: setting.weight)
      }
    }
  }

  /// The target's sizes for a prediction.
  package func targetShape(of prediction: [Int]) -> [Int] {
    hasClassTargets ? Loss.classShape(of: prediction) : prediction
  }
}
