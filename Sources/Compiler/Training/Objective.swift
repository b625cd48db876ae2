import NetIR

/// What training minimises of one output: a loss, and how much it counts beside those of other outputs.
package struct Objective: Sendable, Equatable {
  /// Of probabilities, as the objective is named; where the network ends in what makes them, the loss is computed
  /// from what that reads.
  package var loss: Loss
  package var weight: Float
  /// Whether targets hold numbers of classes; else they are like the prediction.
  package var hasClassTargets: Bool

  /// - Parameter hasClassTargets: the default for the loss where nil.
  package init(_ loss: Loss, weight: Float = 1, hasClassTargets: Bool? = nil) {
    self.loss = loss
    self.weight = weight
    self.hasClassTargets = hasClassTargets ?? loss.isOverClasses
  }

  /// The loss of each example, of an output of the graph.
  func losses(of output: ValueID, target: ValueID, in graph: inout Graph) throws -> ValueID {
    var (loss, prediction) = (loss, output)
    switch (loss, graph[output].op) {
    case (.crossEntropy(let smoothing), .softmax(axis: 1)):
      (loss, prediction) = (.softmaxCrossEntropy(smoothing: smoothing), graph[output].operands[0])
    case (.binaryCrossEntropy, .activation(.sigmoid)):
      (loss, prediction) = (.sigmoidCrossEntropy, graph[output].operands[0])
    default: break
    }
    return try graph.add(.training(.loss(loss)), [prediction, target], name: graph[output].name)
  }

  /// The target's sizes for a prediction.
  package func targetShape(of prediction: [Int]) -> [Int] {
    hasClassTargets ? Loss.classShape(of: prediction) : prediction
  }
}
