import Glibc
import NetIR

extension LossExpression {
  /// The loss of one example, in double precision.
  ///
  /// - Parameters:
  ///   - target: as many elements as the prediction.
  ///   - weight: of the example.
  package func value(prediction: ArraySlice<Float>, target: ArraySlice<Float>, weight: Double) -> Double {
    let values = Values(prediction: prediction.map(Double.init), target: target.map(Double.init), weight: weight)
    let all = values.of(self)
    return all.reduce(0, +) / Double(max(1, all.count))
  }

  /// What its parts come to: one number, or one for each element.
  private struct Values {
    let prediction: [Double]
    let target: [Double]
    let weight: Double

    func of(_ part: LossExpression) -> [Double] {
      switch part {
      case .prediction: prediction
      case .target: target
      case .weight: [weight]
      case .number(let number): [number]
      case .sum(let a, let b): both(a, b, +)
      case .difference(let a, let b): both(a, b, -)
      case .product(let a, let b): both(a, b, *)
      case .quotient(let a, let b): both(a, b, /)
      case .least(let a, let b): both(a, b, min)
      case .largest(let a, let b): both(a, b, max)
      case .negative(let a): of(a).map { -$0 }
      case .power(let a, let exponent): of(a).map { pow($0, exponent) }
      case .function(let function, let a): of(a).map { value(function, $0) }
      case .reduction(let reduction, let a): [one(reduction, of(a))]
      }
    }

    private func both(_ a: LossExpression, _ b: LossExpression, _ body: (Double, Double) -> Double) -> [Double] {
      let (a, b) = (of(a), of(b))
      return (0..<max(a.count, b.count)).map { body(a[a.count == 1 ? 0 : $0], b[b.count == 1 ? 0 : $0]) }
    }

    private func value(_ function: ScalarFunction, _ x: Double) -> Double {
      switch function {
      case .exponential: exp(x)
      case .logarithm: log(x)
      case .absolute: abs(x)
      case .sign: x > 0 ? 1 : x < 0 ? -1 : 0
      case .squareRoot: x.squareRoot()
      case .reciprocal: 1 / x
      case .power(let exponent): pow(x, Double(exponent))
      }
    }

    private func one(_ reduction: Reduction, _ values: [Double]) -> Double {
      switch reduction {
      case .sum: values.reduce(0, +)
      case .mean: values.reduce(0, +) / Double(max(1, values.count))
      case .min: values.min() ?? 0
      case .max: values.max() ?? 0
      }
    }
  }
}
