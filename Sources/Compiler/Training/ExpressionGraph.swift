import NetIR

/// Makes the ops of an objective that is a formula. What has a number for each element is N×K, what has one for each
/// example N×1.
struct ExpressionGraph {
  private let name: String
  private let prediction: ValueID
  private let target: ValueID
  /// N×1, of the examples; nil where the formula does not read it.
  private let weight: ValueID?
  private let examples: Int
  private let elements: Int

  /// - Parameters:
  ///   - prediction: N×….
  ///   - target: of the same shape.
  ///   - weights: N.
  init(_ prediction: ValueID, target: ValueID, weights: ValueID?, in graph: inout Graph) throws {
    let shape = graph[prediction].shape
    name = graph[prediction].name
    (examples, elements) = (shape[0], shape.dropFirst().reduce(1, *))
    self.prediction = try graph.add(.reshape(shape: [examples, elements]), [prediction], name: name)
    self.target = try graph.add(.reshape(shape: [examples, elements]), [target], name: name)
    weight = try weights.map { try graph.add(.reshape(shape: [shape[0], 1]), [$0], name: graph[prediction].name) }
  }

  /// The loss of each example (N).
  func losses(_ expression: LossExpression, in graph: inout Graph) throws -> ValueID {
    let value = try reduced(.mean, value(expression, in: &graph), in: &graph)
    return try graph.add(.reshape(shape: [examples]), [value], name: name)
  }

  private func value(_ part: LossExpression, in graph: inout Graph) throws -> ValueID {
    switch part {
    case .prediction: return prediction
    case .target: return target
    case .weight:
      guard let weight else { throw GraphProblem("the examples of `\(name)` have no weights") }
      return weight
    case .number(let number): return try fill(number, 1, in: &graph)
    case .sum(let a, let b): return try merged(.sum, a, b, in: &graph)
    case .difference(let a, let b): return try merged(.sum, a, b, factors: [1, -1], in: &graph)
    case .product(.number(let factor), let a), .product(let a, .number(let factor)):
      return try scaled(value(a, in: &graph), Float(factor), in: &graph)
    case .product(let a, let b): return try merged(.mul, a, b, in: &graph)
    case .quotient(let a, .number(let divisor)):
      return try scaled(value(a, in: &graph), Float(1 / divisor), in: &graph)
    case .quotient(let a, let b): return try merged(.mul, a, .function(.reciprocal, b), in: &graph)
    case .negative(let a): return try scaled(value(a, in: &graph), -1, in: &graph)
    case .least(let a, let b): return try merged(.min, a, b, in: &graph)
    case .largest(let a, let b): return try merged(.max, a, b, in: &graph)
    case .function(let function, let a): return try applied(function, value(a, in: &graph), in: &graph)
    case .power(let a, let exponent): return try power(value(a, in: &graph), exponent, in: &graph)
    case .reduction(let reduction, let a): return try reduced(reduction, value(a, in: &graph), in: &graph)
    }
  }

  // MARK: Elements

  private func fill(_ number: Double, _ width: Int, in graph: inout Graph) throws -> ValueID {
    try graph.add(.fill(value: Float(number), shape: [examples, width]), name: name)
  }

  private func applied(_ function: ScalarFunction, _ x: ValueID, in graph: inout Graph) throws -> ValueID {
    try graph.add(.training(.function(function)), [x], name: name)
  }

  private func scaled(_ x: ValueID, _ factor: Float, in graph: inout Graph) throws -> ValueID {
    let attributes = ElementwiseAttributes(kind: .sum, coefficients: [factor])
    return try graph.add(.elementwise(attributes, .linear), [x], name: name)
  }

  private func merged(
    _ kind: ElementwiseKind, _ a: LossExpression, _ b: LossExpression, factors: [Float] = [], in graph: inout Graph
  ) throws -> ValueID {
    let values = [try value(a, in: &graph), try value(b, in: &graph)]
    let width = values.map { graph[$0].shape[1] }.max() ?? 1
    let wide = try values.map { try spread($0, width, in: &graph) }
    return try graph.add(
      .elementwise(ElementwiseAttributes(kind: kind, coefficients: factors), .linear), wide, name: name)
  }

  /// The number of each example for each of its elements.
  private func spread(_ x: ValueID, _ width: Int, in graph: inout Graph) throws -> ValueID {
    guard graph[x].shape[1] != width else { return x }
    if case .fill(let number, _) = graph[x].op { return try fill(Double(number), width, in: &graph) }
    let repeated = Rearrangement(starts: [0, 0], axes: [.init(0, count: examples), .init(nil, count: width)])
    return try graph.add(.rearrange(repeated), [x], name: name)
  }

  /// Whole powers are products: they take any sign, and x² is x·x to the bit.
  private func power(_ x: ValueID, _ exponent: Double, in graph: inout Graph) throws -> ValueID {
    let whole = exponent.magnitude
    guard whole == whole.rounded(), whole <= 16 else {
      return try applied(.power(Float(exponent)), x, in: &graph)
    }
    if exponent == 0 { return try fill(1, graph[x].shape[1], in: &graph) }
    let factors = [ValueID](repeating: x, count: Int(whole))
    let product =
      factors.count == 1
      ? x : try graph.add(.elementwise(ElementwiseAttributes(kind: .mul), .linear), factors, name: name)
    return exponent < 0 ? try applied(.reciprocal, product, in: &graph) : product
  }

  // MARK: Examples

  private func reduced(_ reduction: LossExpression.Reduction, _ x: ValueID, in graph: inout Graph) throws -> ValueID {
    let width = graph[x].shape[1]
    guard width > 1 else { return x }
    switch reduction {
    case .mean: return try pooled(.mean, x, in: &graph)
    case .sum: return try scaled(pooled(.mean, x, in: &graph), Float(width), in: &graph)
    case .max: return try pooled(.max, x, in: &graph)
    case .min: return try scaled(pooled(.max, scaled(x, -1, in: &graph), in: &graph), -1, in: &graph)
    }
  }

  private func pooled(_ mode: GlobalPoolMode, _ x: ValueID, in graph: inout Graph) throws -> ValueID {
    let row = try graph.add(.reshape(shape: [examples, 1, 1, graph[x].shape[1]]), [x], name: name)
    return try graph.add(.globalPool(mode), [row], name: name)
  }
}
