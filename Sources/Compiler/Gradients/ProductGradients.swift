import NetIR

/// Gradients of what multiplies by filters: convolutions, dense layers, scales.
extension GradientStep {
  mutating func convolution(_ attributes: ConvolutionAttributes, _ epilogue: Epilogue, _ place: Int) throws
    -> ValueID
  {
    try checkUnfused(epilogue)
    switch place {
    case 0:
      let image = Size2D(shape(0)[2], shape(0)[3])
      return try addGradient(.convolutionData(attributes, image: image), [g, operand(1)])
    case 1: return try addGradient(.convolutionWeights(attributes), [operand(0), g])
    default: return try addGradient(.channelSum(), [g])
    }
  }

  /// A transposed convolution is a convolution's data gradient: its own is that convolution, and its filters'
  /// gradient has image and result in each other's place.
  mutating func transposedConvolution(
    _ attributes: TransposedConvolutionAttributes, _ epilogue: Epilogue, _ place: Int
  ) throws -> ValueID {
    try checkUnfused(epilogue)
    if place == 2 { return try addGradient(.channelSum(), [g]) }
    let (kernel, stride, crop, output) = (attributes.kernel, attributes.stride, attributes.crop, attributes.output)
    // Rows of the result that no pixel reaches add nothing; rows that were cut count as zeros.
    func missing(_ size: Int, _ stride: Int, _ kernel: Int, _ crop: Int, _ output: Int) -> Int {
      max(0, (size - 1) * stride + kernel - crop - output)
    }
    let convolution = ConvolutionAttributes(
      kernel: kernel, stride: stride,
      padding: Padding2D(
        top: crop.height,
        bottom: missing(shape(0)[2], stride.height, kernel.height, crop.height, output.height),
        left: crop.width,
        right: missing(shape(0)[3], stride.width, kernel.width, crop.width, output.width)))
    if place == 0 {
      let filters = try transposed(operand(1), [1, 0, 2, 3])
      return try add(.conv2D(convolution, Epilogue(bias: false)), [g, filters])
    }
    return try transposed(addGradient(.convolutionWeights(convolution), [g, operand(0)]), [1, 0, 2, 3])
  }

  /// y = x·Wᵀ: ∂x = g·W, ∂W = gᵀ·x, each a dense layer.
  mutating func dense(_ epilogue: Epilogue, _ place: Int) throws -> ValueID {
    try checkUnfused(epilogue)
    let product = GraphOp.dense(Epilogue(bias: false))
    switch place {
    case 0: return try add(product, [g, transposed(operand(1), [1, 0])])
    case 1: return try add(product, [transposed(g, [1, 0]), transposed(operand(0), [1, 0])])
    default: return try addGradient(.channelSum(), [g])
    }
  }

  mutating func scaleShift(_ place: Int) throws -> ValueID {
    switch place {
    case 0: return try add(.scaleShift(.linear), [g, operand(1), fill(0, shape(1))])
    case 1: return try addGradient(.channelSum(), [product([g, operand(0)])])
    default: return try addGradient(.channelSum(), [g])
    }
  }

  /// With given statistics, which are state and take no part.
  mutating func batchNorm(_ epsilon: Float, _ place: Int) throws -> ValueID? {
    switch place {
    case 0:
      let scale = try add(.normScale(epsilon: epsilon), [operand(1), operand(4)])
      return try add(.scaleShift(.linear), [g, scale, fill(0, shape(1))])
    case 1, 2:
      let rows = [try reshaped(operand(3), [1] + shape(3)), try reshaped(operand(4), [1] + shape(4))]
      return try normalizeSums(epsilon, operand(0), add(.concat(axis: 0), rows), row: 2 - place)
    default: return nil
    }
  }

  /// With the statistics of x itself.
  mutating func normalize(_ epsilon: Float, _ x: ValueID, _ gamma: ValueID, _ moments: ValueID, _ place: Int) throws
    -> ValueID?
  {
    switch place {
    case 0:
      let sums = try sums(epsilon, x, moments)
      return try addGradient(.normalizeData(epsilon: epsilon), [g, x, gamma, moments, sums])
    case 1, 2: return try normalizeSums(epsilon, x, moments, row: 2 - place)
    default: return nil
    }
  }

  /// Σg, row 0, is the gradient of beta; Σg·x̂, row 1, that of gamma.
  private mutating func normalizeSums(_ epsilon: Float, _ x: ValueID, _ moments: ValueID, row: Int) throws -> ValueID {
    let sums = try sums(epsilon, x, moments)
    let shape = graph[sums].shape
    return try reshaped(add(.rearrange(.slice(shape, axis: 0, start: row, count: 1)), [sums]), [shape[1]])
  }

  /// One node serves data, gamma and beta.
  private mutating func sums(_ epsilon: Float, _ x: ValueID, _ moments: ValueID) throws -> ValueID {
    let op = GraphOp.gradient(.normalizeSums(epsilon: epsilon))
    let known = graph.nodes.lastIndex { $0.op == op && $0.operands == [g, x, moments] }.map(ValueID.init)
    return try known ?? add(op, [g, x, moments])
  }

  private func checkUnfused(_ epilogue: Epilogue) throws {
    guard !epilogue.residual, epilogue.activation == .linear, epilogue.pool == nil else { throw fused }
  }
}
