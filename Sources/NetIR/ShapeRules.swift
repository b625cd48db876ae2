extension GraphOp {
  /// The shape of the result, from the operands' shapes; throws when they do not fit the op.
  package func resultShape(_ operands: [[Int]]) throws(GraphProblem) -> [Int] {
    try checkArity(operands.count)
    switch self {
    case .input(_, let shape), .constant(_, let shape), .fill(_, let shape):
      return try positive(shape)
    case .conv2D(let attributes, let epilogue):
      return try convolution(attributes, epilogue, operands)
    case .transposedConv2D(let attributes, let epilogue):
      let shape = try positive(attributes.resultShape(operands[0], operands[1]))
      try checkEpilogue(epilogue, operands, units: shape[1], shape: shape)
      try require(epilogue.pool == nil, "a transposed convolution pools nothing")
      return shape
    case .dense(let epilogue):
      return try dense(epilogue, operands)
    case .pool2D(let attributes):
      return try pool(attributes, operands[0])
    case .globalPool:
      try require(operands[0].count >= 3, "needs spatial axes, got \(operands[0])")
      return Array(operands[0].prefix(2))
    case .activation, .dropout, .gaussianNoise, .randomizedRectify, .copy:
      return operands[0]
    case .lrn(let attributes):
      try require(operands[0].count == 4, "needs N×C×H×W, got \(operands[0])")
      try require(
        attributes.size % 2 == 1 && Bound.sizes.contains(attributes.size),
        "window \(attributes.size) is not odd")
      return operands[0]
    case .batchNorm:
      for vector in operands.dropFirst() { try channels(vector, of: operands[0]) }
      return operands[0]
    case .scaleShift, .parametricRectify:
      for vector in operands.dropFirst() { try channels(vector, of: operands[0]) }
      return operands[0]
    case .elementwise(let attributes, _):
      // A single example, such as a map of biases, serves the whole batch.
      try require(
        operands.allSatisfy {
          $0 == operands[0] || $0.first == 1 && $0.dropFirst() == operands[0].dropFirst()
        },
        "shapes differ: \(operands)")
      try require(
        attributes.coefficients.isEmpty || attributes.coefficients.count == operands.count,
        "\(attributes.coefficients.count) coefficients for \(operands.count) operands")
      return operands[0]
    case .standardize(let axis, let epsilon):
      try require(axis >= 1 && axis < operands[0].count, "axis \(axis) of \(operands[0])")
      try require(epsilon >= 0, "epsilon \(epsilon) is negative")
      return operands[0]
    case .softmax(let axis):
      try require(operands[0].indices.contains(axis), "axis \(axis) of \(operands[0])")
      return operands[0]
    case .reshape(let shape):
      try require(
        try positive(shape).elements == operands[0].elements, "\(operands[0]) has not the size of \(shape)")
      return shape
    case .pad(let attributes):
      return try pad(attributes, operands[0])
    case .concat(let axis):
      return try concat(axis, operands)
    case .rearrange(let rearrangement), .packWeights(let rearrangement):
      return try positive(rearrangement.resultShape(operands[0]))
    case .interleave(let interleaving): return try positive(interleaving.resultShape(operands))
    case .upscaleBilinear(let scale):
      try require(operands[0].count == 4 && Bound.allows(scale), "needs N×C×H×W and positive factors")
      try require(operands[0].allSatisfy(Bound.sizes.contains), "\(operands[0]) is too large")
      return try positive([
        operands[0][0], operands[0][1], operands[0][2] * scale.height, operands[0][3] * scale.width,
      ])
    case .normScale:
      try require(operands[0].count == 1 && operands[0] == operands[1], "vectors differ: \(operands)")
      return operands[0]
    case .normShift, .scaleBias:
      try require(
        operands[0].count == 1 && operands.allSatisfy { $0 == operands[0] }, "vectors differ: \(operands)")
      return operands[0]
    case .scaleRows:
      try require(operands[1] == [operands[0][0]], "\(operands[1]) factors for \(operands[0])")
      return operands[0]
    case .training(let op): return try op.resultShape(operands)
    case .gradient(let op): return try op.resultShape(operands)
    }
  }

  /// How many operands the op takes; nil for any number from `leastArity`.
  private var arity: Int? {
    switch self {
    case .input, .constant, .fill: 0
    case .conv2D(_, let epilogue), .transposedConv2D(_, let epilogue), .dense(let epilogue): 2 + epilogue.operandCount
    case .batchNorm: 5
    case .scaleShift, .normShift, .scaleBias: 3
    case .normScale, .scaleRows, .parametricRectify: 2
    case .elementwise, .concat, .interleave: nil
    case .pool2D, .globalPool, .activation, .lrn, .softmax, .standardize, .reshape, .pad, .copy, .packWeights: 1
    case .rearrange, .upscaleBilinear, .dropout, .gaussianNoise, .randomizedRectify: 1
    case .training(let op): op.arity
    case .gradient(let op): op.arity
    }
  }

  private var leastArity: Int { if case .gradient = self { 2 } else { 1 } }

  private func checkArity(_ count: Int) throws(GraphProblem) {
    if let arity {
      try require(count == arity, "takes \(arity) operands, got \(count)")
    } else {
      try require(count >= leastArity, "takes at least \(leastArity == 1 ? "one operand" : "two operands")")
    }
  }

  private func convolution(_ attributes: ConvolutionAttributes, _ epilogue: Epilogue, _ operands: [[Int]])
    throws(GraphProblem) -> [Int]
  {
    let x = operands[0]
    let w = operands[1]
    let (kernel, stride, dilation) = (attributes.kernel, attributes.stride, attributes.dilation)
    let padding = attributes.padding
    try require(x.count == 4 && w.count == 4, "needs N×C×H×W and a 4-D filter, got \(x) and \(w)")
    try require(
      [kernel, stride, dilation].allSatisfy(Bound.allows) && Bound.sizes.contains(attributes.groups),
      "sizes, strides, dilations and groups must be positive")
    try require(Bound.allows(padding), "padding must not be negative")
    try require(
      x[1] % attributes.groups == 0 && w[0] % attributes.groups == 0 && w[1] == x[1] / attributes.groups,
      "\(w) filters do not fit \(x[1]) channels in \(attributes.groups) groups")
    try require(w[2] == kernel.height && w[3] == kernel.width, "filter \(w) is not \(kernel.crossed)")
    let height = ShapeArithmetic.convolution(
      input: x[2], size: kernel.height, stride: stride.height, dilation: dilation.height,
      pad: padding.top + padding.bottom)
    let width = ShapeArithmetic.convolution(
      input: x[3], size: kernel.width, stride: stride.width, dilation: dilation.width,
      pad: padding.left + padding.right)
    let shape = try positive([x[0], w[0], height, width])
    try checkEpilogue(epilogue, operands, units: w[0], shape: shape)
    guard let pool = epilogue.pool else { return shape }
    try require(Bound.allows(pool) && !epilogue.residual, "windows must be positive, and there is no residual")
    return try positive([x[0], w[0], height / pool.height, width / pool.width])
  }

  private func dense(_ epilogue: Epilogue, _ operands: [[Int]]) throws(GraphProblem) -> [Int] {
    let x = operands[0]
    let w = operands[1]
    try require(x.count == 2 && w.count == 2 && x[1] == w[1], "\(x) and \(w) do not multiply")
    let shape = [x[0], w[0]]
    try require(epilogue.pool == nil, "a dense layer pools nothing")
    try checkEpilogue(epilogue, operands, units: w[0], shape: shape)
    return shape
  }

  private func checkEpilogue(_ epilogue: Epilogue, _ operands: [[Int]], units: Int, shape: [Int])
    throws(GraphProblem)
  {
    if epilogue.bias { try require(operands[2] == [units], "bias \(operands[2]) for \(units) outputs") }
    if epilogue.residual, let residual = operands.last {
      try require(residual == shape, "residual \(residual) for \(shape)")
    }
  }

  private func pool(_ attributes: PoolAttributes, _ x: [Int]) throws(GraphProblem) -> [Int] {
    try require(x.count == 4, "needs N×C×H×W, got \(x)")
    let (window, stride, padding) = (attributes.window, attributes.stride, attributes.padding)
    try require(Bound.allows(window) && Bound.allows(stride), "sizes must be positive")
    try require(
      Bound.allows(padding)
        && max(padding.top, padding.bottom) < window.height
        && max(padding.left, padding.right) < window.width,
      "padding must be smaller than the window")
    let height = ShapeArithmetic.pooling(
      input: x[2], size: window.height, stride: stride.height, padBefore: padding.top,
      padAfter: padding.bottom, ceil: attributes.ceil)
    let width = ShapeArithmetic.pooling(
      input: x[3], size: window.width, stride: stride.width, padBefore: padding.left,
      padAfter: padding.right, ceil: attributes.ceil)
    return try positive([x[0], x[1], height, width])
  }

  private func pad(_ attributes: PadAttributes, _ x: [Int]) throws(GraphProblem) -> [Int] {
    try require(
      attributes.before.count == x.count && attributes.after.count == x.count, "one width per axis of \(x)")
    try require(
      (attributes.before + attributes.after).allSatisfy(Bound.widths.contains), "widths must not be negative")
    return try positive(x.indices.map { x[$0] + attributes.before[$0] + attributes.after[$0] })
  }

  private func concat(_ axis: Int, _ operands: [[Int]]) throws(GraphProblem) -> [Int] {
    var shape = operands[0]
    try require(shape.indices.contains(axis), "axis \(axis) of \(shape)")
    for other in operands.dropFirst() {
      try require(
        other.count == shape.count && other.indices.allSatisfy { $0 == axis || other[$0] == shape[$0] },
        "shapes differ beside axis \(axis): \(operands)")
      shape[axis] += other[axis]
    }
    return shape
  }

  private func channels(_ vector: [Int], of x: [Int]) throws(GraphProblem) {
    try require(x.count >= 2 && vector == [x[1]], "\(vector) values for the channels of \(x)")
  }

  private func positive(_ shape: [Int]) throws(GraphProblem) -> [Int] {
    try require(shape.allSatisfy { $0 > 0 } && elementCount(shape) != nil, "impossible shape \(shape)")
    return shape
  }

  private func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(GraphProblem) {
    if !condition { throw GraphProblem(message()) }
  }
}

/// Attributes beyond these are refused, so that the arithmetic of shapes cannot overflow whatever a damaged file
/// says. No spec can ask for more: its sizes end at 2^24, its tensors at 2^40 elements.
private enum Bound {
  static let sizes = 1...(1 << 24)
  static let widths = 0...(1 << 40)

  static func allows(_ size: Size2D) -> Bool { sizes.contains(size.height) && sizes.contains(size.width) }

  static func allows(_ padding: Padding2D) -> Bool {
    [padding.top, padding.bottom, padding.left, padding.right].allSatisfy(widths.contains)
  }
}
