/// A loss that a spec writes down: a formula over one example's prediction and target.
///
/// A part of it is either one number or as many as the prediction has elements; what is one number serves each of them.
/// The loss of an example is the mean over what the whole comes to.
package indirect enum LossExpression: Hashable, Sendable {
  case prediction
  /// Of the prediction's shape.
  case target
  /// How much the example counts: the weight of its class, 1 without `class_weights`.
  case weight
  case number(Double)
  case sum(LossExpression, LossExpression)
  case difference(LossExpression, LossExpression)
  case product(LossExpression, LossExpression)
  case quotient(LossExpression, LossExpression)
  case power(LossExpression, Double)
  case negative(LossExpression)
  case function(ScalarFunction, LossExpression)
  case least(LossExpression, LossExpression)
  case largest(LossExpression, LossExpression)
  case reduction(Reduction, LossExpression)

  /// One number of an example's elements.
  package enum Reduction: String, Hashable, Sendable {
    case mean, sum, min, max
  }

  private var operands: [LossExpression] {
    switch self {
    case .prediction, .target, .weight, .number: []
    case .power(let a, _), .negative(let a), .function(_, let a), .reduction(_, let a): [a]
    case .sum(let a, let b), .difference(let a, let b), .product(let a, let b), .quotient(let a, let b),
      .least(let a, let b), .largest(let a, let b):
      [a, b]
    }
  }

  /// Whether that part occurs in it: `prediction`, `target` or `weight`.
  package func reads(_ part: LossExpression) -> Bool { self == part || operands.contains { $0.reads(part) } }
}
