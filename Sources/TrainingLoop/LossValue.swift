import Compiler
import Glibc
import NetIR

extension Loss {
  /// The loss of one example, in double precision, of what a network predicts at inference: probabilities where the
  /// objective is over probabilities.
  ///
  /// - Parameters:
  ///   - prediction: the example's part of the output, in C order.
  ///   - target: numbers of classes, one for each of the `prediction.count / classes` places, or like the prediction.
  ///   - classes: units of the output's first axis.
  package func value(prediction: ArraySlice<Float>, target: ArraySlice<Float>, classes: Int) -> Double {
    let (x, t) = (Array(prediction), Array(target))
    switch self {
    case .crossEntropy(let smoothing):
      return crossEntropy(x, t, classes, smoothing) { log(max(Double($0), Double(Self.leastProbability))) }
    case .softmaxCrossEntropy(let smoothing):
      let places = x.count / max(1, classes)
      let sums = (0..<places).map { place in
        let logits = (0..<classes).map { Double(x[$0 * places + place]) }
        let largest = logits.max() ?? 0
        return largest + log(logits.reduce(0) { $0 + exp($1 - largest) })
      }
      var index = 0
      return crossEntropy(x, t, classes, smoothing) { logit in
        defer { index += 1 }
        return Double(logit) - sums[index % places]
      }
    case .binaryCrossEntropy:
      let least = Double(Self.leastProbability)
      return mean(x, t) { x, t in -t * log(max(x, least)) - (1 - t) * log(max(1 - x, least)) }
    case .sigmoidCrossEntropy: return mean(x, t) { x, t in max(x, 0) + log1p(exp(-abs(x))) - t * x }
    case .squaredError: return mean(x, t) { ($0 - $1) * ($0 - $1) }
    case .absoluteError: return mean(x, t) { abs($0 - $1) }
    case .huber(let delta):
      let delta = Double(delta)
      return mean(x, t) { x, t in
        let d = abs(x - t)
        return d <= delta ? d * d / 2 : delta * (d - delta / 2)
      }
    case .binaryHinge(let delta): return mean(x, t) { max(0, Double(delta) - $0 * (2 * $1 - 1)) }
    case .multiclassHinge(let delta):
      let places = x.count / max(1, classes)
      let sum = (0..<places).reduce(0.0) { sum, place in
        let right = Int(t[place])
        let wrong = (0..<classes).filter { $0 != right }.map { x[$0 * places + place] }.max() ?? 0
        return sum + max(0, Double(delta) + Double(wrong) - Double(x[right * places + place]))
      }
      return sum / Double(max(1, places))
    }
  }

  /// −Σ q_c·ln p_c, the mean over places; `logarithm` sees the elements in their order.
  private func crossEntropy(
    _ x: [Float], _ t: [Float], _ classes: Int, _ smoothing: Float, _ logarithm: (Float) -> Double
  ) -> Double {
    let places = x.count / max(1, classes)
    var sum = 0.0
    for (index, value) in x.enumerated() {
      let (unit, place) = (index / places, index % places)
      let q = t.count == x.count ? Double(t[index]) : Int(t[place]) == unit ? 1 : 0
      let smooth = (1 - Double(smoothing)) * q + Double(smoothing) / Double(classes)
      let term = logarithm(value)
      if smooth != 0 { sum -= smooth * term }
    }
    return sum / Double(max(1, places))
  }

  private func mean(_ x: [Float], _ t: [Float], _ value: (Double, Double) -> Double) -> Double {
    zip(x, t).reduce(0) { $0 + value(Double($1.0), Double($1.1)) } / Double(max(1, x.count))
  }
}

/// Whether predictions name the right class.
package enum Correctness {
  /// - Returns: how many places of an example are right, and how many there are.
  package static func count(
    prediction: ArraySlice<Float>, target: ArraySlice<Float>, objective: Objective, classes: Int
  ) -> (right: Int, places: Int) {
    let (x, t) = (Array(prediction), Array(target))
    if !objective.isOverClasses {
      // One unit tells two classes apart: of a hinge by its sign, of a probability by a half.
      let border: Float = if case .binaryHinge = objective.loss { 0 } else { 0.5 }
      return (zip(x, t).count { ($0 > border) == ($1 > 0.5) }, x.count)
    }
    let places = x.count / max(1, classes)
    let right = (0..<places).count { place in
      let wanted = t.count == x.count ? best(t, place, places, classes) : Int(t[place])
      return best(x, place, places, classes) == wanted
    }
    return (right, places)
  }

  /// The unit with the largest value; of equal ones the first.
  private static func best(_ values: [Float], _ place: Int, _ places: Int, _ classes: Int) -> Int {
    (0..<classes).reduce(0) { values[$1 * places + place] > values[$0 * places + place] ? $1 : $0 }
  }
}
