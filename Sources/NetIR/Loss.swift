/// How far a prediction (N×…) is from its target: a number for each example, the mean over the example's elements.
///
/// The target is like the prediction; of losses over classes (N×C×…) it may have one axis less (N×…), and then holds
/// the number of the right class. Class c has the probability q_c: 1 or 0, or as the target says, smoothed to
/// (1 − s)·q_c + s/C (Szegedy et al. 2016, section 7).
package enum Loss: Hashable, Sendable, Codable {
  /// −Σ q_c·ln softmax(x)_c, from the logits x: the mean over the elements behind the classes.
  case softmaxCrossEntropy(smoothing: Float)
  /// −Σ q_c·ln max(x_c, 1e-7), from the probabilities x.
  case crossEntropy(smoothing: Float)
  /// ln(1 + eˣ) − t·x, from the logits x; t in [0, 1]
  case sigmoidCrossEntropy
  /// −t·ln max(x, 1e-7) − (1 − t)·ln max(1 − x, 1e-7), from the probabilities x
  case binaryCrossEntropy
  /// (x − t)²: no half
  case squaredError
  /// |x − t|
  case absoluteError
  /// d = |x − t|: d²/2 up to delta, then delta·(d − delta/2) (Huber 1964)
  case huber(delta: Float)
  /// max(0, delta − x·(2t − 1)), t is 0 or 1
  case binaryHinge(delta: Float)
  /// max(0, delta + max of the wrong classes − the right one) (Crammer & Singer 2001); the target is a class
  case multiclassHinge(delta: Float)

  /// The name in a spec.
  package var name: String {
    switch self {
    case .softmaxCrossEntropy, .crossEntropy: "categorical_crossentropy"
    case .sigmoidCrossEntropy, .binaryCrossEntropy: "binary_crossentropy"
    case .squaredError: "squared_error"
    case .absoluteError: "absolute_error"
    case .huber: "huber"
    case .binaryHinge: "binary_hinge"
    case .multiclassHinge: "multiclass_hinge"
    }
  }

  package var described: String {
    switch self {
    case .softmaxCrossEntropy(let smoothing):
      "\(name) of softmax" + (smoothing == 0 ? "" : " smoothing \(smoothing)")
    case .crossEntropy(let smoothing): name + (smoothing == 0 ? "" : " smoothing \(smoothing)")
    case .sigmoidCrossEntropy: "\(name) of sigmoid"
    case .huber(let delta), .binaryHinge(let delta), .multiclassHinge(let delta): "\(name) δ \(delta)"
    case .binaryCrossEntropy, .squaredError, .absoluteError: name
    }
  }

  /// Whether axis 1 of the prediction counts classes, of which one is right.
  package var isOverClasses: Bool {
    switch self {
    case .softmaxCrossEntropy, .crossEntropy, .multiclassHinge: true
    default: false
    }
  }

  /// The least probability whose logarithm is taken.
  package static let leastProbability: Float = 1e-7

  /// The target's sizes where it holds numbers of classes.
  package static func classShape(of prediction: [Int]) -> [Int] {
    [prediction[0]] + prediction.dropFirst(2)
  }

  func check(_ prediction: [Int], _ target: [Int]) throws(GraphProblem) {
    guard prediction.count >= (isOverClasses ? 2 : 1) else { throw GraphProblem("\(prediction) has no classes") }
    if isOverClasses, target == Self.classShape(of: prediction) { return }
    if case .multiclassHinge = self {
      throw GraphProblem("\(target) are not the classes of \(prediction)")
    }
    guard target == prediction else { throw GraphProblem("target \(target) of \(prediction)") }
  }
}
