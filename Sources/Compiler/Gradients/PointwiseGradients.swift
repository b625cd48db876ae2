import NetIR

/// Gradients of nonlinearities, pooling and elementwise arithmetic.
extension GradientStep {
  mutating func slope(_ activation: Activation) throws -> ValueID {
    guard activation != .linear else { return g }
    return try addGradient(.activation(activation), [g, activation.slopeReads == .result ? result : operand(0)])
  }

  mutating func slope(_ function: ScalarFunction) throws -> ValueID {
    switch function {
    case .exponential: return try product([g, result])
    case .logarithm: return try product([g, applied(.reciprocal, operand(0))])
    case .absolute: return try product([g, applied(.sign, operand(0))])
    case .sign: return try fill(0, node.shape)
    // Infinite at 0.
    case .squareRoot: return try scaled(product([g, applied(.reciprocal, result)]), by: 0.5)
    case .reciprocal: return try scaled(product([g, result, result]), by: -1)
    case .power(let exponent):
      return try scaled(product([g, applied(.power(exponent - 1), operand(0))]), by: exponent)
    }
  }

  private mutating func applied(_ function: ScalarFunction, _ x: ValueID) throws -> ValueID {
    try add(.training(.function(function)), [x])
  }

  /// - Parameters:
  ///   - image: the shape of what is pooled, N×C×H×W.
  ///   - y: the pooled values, of g's shape.
  mutating func pool(_ attributes: PoolAttributes, _ image: [Int], _ y: ValueID, _ g: ValueID) throws -> ValueID {
    let x = try attributes.mode.readsValues ? [reshaped(operand(0), image), y] : []
    return try addGradient(.pool(attributes, image: Size2D(image[2], image[3])), [g] + x)
  }

  /// Pooling with a window as large as the image.
  mutating func globalPool(_ mode: GlobalPoolMode) throws -> ValueID {
    let shape = shape(0)
    let image = shape.count == 4 ? shape : [shape[0], shape[1], 1, shape.dropFirst(2).reduce(1, *)]
    let window: PoolMode =
      switch mode {
      case .mean: .averageExcludingPad
      case .max: .max
      case .l2: .l2
      }
    let attributes = PoolAttributes(
      window: Size2D(image[2], image[3]), stride: Size2D(1), padding: .none, ceil: false, mode: window)
    let one = [shape[0], shape[1], 1, 1]
    let y = window.readsValues ? try reshaped(result, one) : result
    return try reshaped(pool(attributes, image, y, reshaped(g, one)), shape)
  }

  /// max(x, 0) + slope·min(x, 0): g where x > 0, else g·slope.
  mutating func parametricRectify(_ place: Int) throws -> ValueID {
    let above = try addGradient(.activation(.rectify), [g, operand(0)])
    let difference = ElementwiseAttributes(kind: .sum, coefficients: [1, -1])
    let below = try add(.elementwise(difference, .linear), [g, above])
    guard place == 0 else { return try addGradient(.channelSum(), [product([below, operand(0)])]) }
    let scaled = try add(.scaleShift(.linear), [below, operand(1), fill(0, shape(1))])
    return try add(.elementwise(ElementwiseAttributes(kind: .sum), .linear), [above, scaled])
  }

  mutating func elementwise(_ attributes: ElementwiseAttributes, _ place: Int) throws -> ValueID {
    switch attributes.kind {
    case .sum:
      let factor = attributes.coefficients.isEmpty ? 1 : attributes.coefficients[place]
      return try scaled(summed(g, like: place), by: factor)
    case .mean: return try scaled(summed(g, like: place), by: 1 / Float(node.operands.count))
    case .mul:
      let others = node.operands.indices.filter { $0 != place }.map { operand($0) }
      return try summed(product([g] + others), like: place)
    case .max, .min:
      guard node.operands.indices.allSatisfy({ shape($0) == node.shape }) else {
        throw problem("an operand of one example serves the whole batch")
      }
      return try addGradient(.extremum(attributes.kind, place: place), [g] + node.operands)
    }
  }
}
