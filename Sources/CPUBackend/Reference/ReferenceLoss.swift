import Glibc
import NetIR

/// A loss and its derivative, in double precision.
struct ReferenceLoss {
  private let loss: Loss
  private let x: [Double]
  private let target: [Double]
  private let shape: [Int]
  private let isClass: Bool
  /// Elements, or pixels of classes, that an example's loss is the mean of.
  private let terms: Int

  /// - Parameter shapes: of the prediction and the target.
  init(_ loss: Loss, _ x: [Double], _ target: [Double], _ shapes: [[Int]]) {
    (self.loss, self.x, self.target, shape) = (loss, x, target, shapes[0])
    isClass = loss.isOverClasses && shapes[1] == Loss.classShape(of: shapes[0])
    terms = shape.dropFirst(loss.isOverClasses ? 2 : 1).reduce(1, *)
  }

  /// The loss of each example.
  var values: [Double] {
    (0..<shape[0]).map { example in
      (0..<terms).reduce(0) { $0 + value(example, $1) } / Double(terms)
    }
  }

  /// The derivative of Σ g·values with regard to the prediction.
  func gradient(_ g: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: x.count)
    for example in 0..<shape[0] {
      for term in 0..<terms {
        let factor = g[example] / Double(terms)
        if loss.isOverClasses {
          for (c, slope) in classSlopes(example, term).enumerated() {
            result[place(example, c, term)] = factor * slope
          }
        } else {
          let place = example * terms + term
          result[place] = factor * slope(x[place], target[place])
        }
      }
    }
    return result
  }

  private func value(_ example: Int, _ term: Int) -> Double {
    let place = example * terms + term
    switch loss {
    case .softmaxCrossEntropy, .crossEntropy, .multiclassHinge: return classValue(example, term)
    case .sigmoidCrossEntropy: return max(x[place], 0) + log1p(exp(-abs(x[place]))) - target[place] * x[place]
    case .binaryCrossEntropy:
      return -target[place] * log(limited(x[place])) - (1 - target[place]) * log(limited(1 - x[place]))
    case .squaredError: return (x[place] - target[place]) * (x[place] - target[place])
    case .absoluteError: return abs(x[place] - target[place])
    case .huber(let delta):
      let (d, delta) = (abs(x[place] - target[place]), Double(delta))
      return d <= delta ? d * d / 2 : delta * (d - delta / 2)
    case .binaryHinge(let delta): return max(0, Double(delta) - x[place] * (2 * target[place] - 1))
    }
  }

  private func slope(_ x: Double, _ t: Double) -> Double {
    switch loss {
    case .softmaxCrossEntropy, .crossEntropy, .multiclassHinge: return 0
    case .sigmoidCrossEntropy: return 1 / (1 + exp(-x)) - t
    case .binaryCrossEntropy: return (1 - t) / limited(1 - x) - t / limited(x)
    case .squaredError: return 2 * (x - t)
    case .absoluteError: return x > t ? 1 : x < t ? -1 : 0
    case .huber(let delta): return min(max(x - t, -Double(delta)), Double(delta))
    case .binaryHinge(let delta):
      let sign = 2 * t - 1
      return Double(delta) - x * sign > 0 ? -sign : 0
    }
  }

  private func place(_ example: Int, _ c: Int, _ term: Int) -> Int { (example * shape[1] + c) * terms + term }

  private func scores(_ example: Int, _ term: Int) -> [Double] {
    (0..<shape[1]).map { x[place(example, $0, term)] }
  }

  private func limited(_ probability: Double) -> Double { max(probability, Double(Loss.leastProbability)) }

  private func classValue(_ example: Int, _ term: Int) -> Double {
    let scores = scores(example, term)
    switch loss {
    case .multiclassHinge(let delta):
      let (right, rival) = hinge(scores, example, term)
      return rival.map { max(0, Double(delta) + scores[$0] - scores[right]) } ?? 0
    case .softmaxCrossEntropy:
      let largest = scores.reduce(-.infinity, max)
      let logarithm = largest + log(scores.reduce(0) { $0 + exp($1 - largest) })
      return zip(probabilities(example, term), scores).reduce(0) { $0 + $1.0 * (logarithm - $1.1) }
    default: return zip(probabilities(example, term), scores).reduce(0) { $0 - $1.0 * log(limited($1.1)) }
    }
  }

  private func classSlopes(_ example: Int, _ term: Int) -> [Double] {
    let scores = scores(example, term)
    switch loss {
    case .multiclassHinge(let delta):
      let (right, rival) = hinge(scores, example, term)
      return scores.indices.map { c in
        guard let rival, Double(delta) + scores[rival] - scores[right] > 0 else { return 0 }
        return c == right ? -1 : c == rival ? 1 : 0
      }
    case .softmaxCrossEntropy:
      let largest = scores.reduce(-.infinity, max)
      let sum = scores.reduce(0) { $0 + exp($1 - largest) }
      let q = probabilities(example, term)
      let total = q.reduce(0, +)
      return scores.indices.map { total * exp(scores[$0] - largest) / sum - q[$0] }
    default: return zip(probabilities(example, term), scores).map { -$0 / limited($1) }
    }
  }

  /// The right class, and the first of the wrong ones with the highest score.
  private func hinge(_ scores: [Double], _ example: Int, _ term: Int) -> (right: Int, rival: Int?) {
    let right = Int(target[example * terms + term])
    var rival: Int?
    for c in scores.indices where c != right && rival.map({ scores[c] > scores[$0] }) ?? true { rival = c }
    return (right, rival)
  }

  /// The smoothed target of a pixel's classes.
  private func probabilities(_ example: Int, _ term: Int) -> [Double] {
    let smoothing: Double =
      switch loss {
      case .softmaxCrossEntropy(let smoothing), .crossEntropy(let smoothing): Double(smoothing)
      default: 0
      }
    return (0..<shape[1]).map { c in
      let q = isClass ? (Int(target[example * terms + term]) == c ? 1 : 0) : target[place(example, c, term)]
      return (1 - smoothing) * q + smoothing / Double(shape[1])
    }
  }
}
