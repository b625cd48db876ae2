extension GradientOp {
  /// How many operands it takes; nil for any number from 2.
  var arity: Int? {
    switch self {
    case .channelSum, .batchSum, .scatter, .upscaleBilinear: 1
    case .convolutionData, .convolutionWeights, .activation, .standardize, .lrn, .softmax: 2
    case .pool(let attributes, _): attributes.mode.readsValues ? 3 : 1
    case .normalizeSums(_, _, let isRectified): isRectified ? 5 : 3
    case .normalizeData(_, let isRectified): isRectified ? 6 : 5
    case .loss: 3
    case .extremum: nil
    }
  }

  /// The result's sizes; the number of operands is right. What a gradient claims to be a gradient of has to give, by
  /// the forward op's own rule, what g is a gradient of.
  func resultShape(_ operands: [[Int]]) throws(GraphProblem) -> [Int] {
    let g = operands[0]
    switch self {
    case .convolutionData(let attributes, let image):
      let w = operands[1]
      guard g.count == 4, w.count == 4, let channels = elementCount([w[1], attributes.groups]) else {
        throw GraphProblem("\(w) filters and gradient \(g)")
      }
      let x = [g[0], channels, image.height, image.width]
      return try Self.check(x, .conv2D(attributes, Epilogue(bias: false)), [x, w], gives: g)
    case .convolutionWeights(let attributes, let slices):
      let (x, g) = (operands[0], operands[1])
      guard x.count == 4, g.count == 4, attributes.groups > 0 else { throw GraphProblem("\(x) and gradient \(g)") }
      let w = [g[1], x[1] / attributes.groups, attributes.kernel.height, attributes.kernel.width]
      try require((1...x[0]).contains(slices), "\(slices) slices of \(x[0]) images")
      let one = try Self.check(w, .conv2D(attributes, Epilogue(bias: false)), [x, w], gives: g)
      return [slices * one[0]] + one.dropFirst()
    case .channelSum(let slices):
      try require(g.count >= 2, "\(g) has no channels")
      return try sliced(slices, of: g) + [g[1]]
    case .batchSum: return [1] + g.dropFirst()
    case .pool(let attributes, let image):
      try require(g.count == 4, "needs N×C×H×W, got \(g)")
      let x = [g[0], g[1], image.height, image.width]
      if attributes.mode.readsValues {
        try require(operands[1] == x && operands[2] == g, "\(operands[1]) pooled to \(operands[2]) beside \(g)")
      }
      return try Self.check(x, .pool2D(attributes), [x], gives: g)
    case .activation, .lrn, .softmax, .standardize:
      try require(operands[1] == g, "\(operands[1]) and gradient \(g)")
      let forward: GraphOp? =
        switch self {
        case .lrn(let attributes): .lrn(attributes)
        case .softmax(let axis): .softmax(axis: axis)
        case .standardize(let axis, let epsilon): .standardize(axis: axis, epsilon: epsilon)
        default: nil
        }
      return try forward?.resultShape([g]) ?? g
    case .normalizeSums(_, let slices, _):
      try checkNorm(g, operands[1], moments: operands[2])
      try require(operands.dropFirst(3).allSatisfy { $0 == [g[1]] }, "\(operands.dropFirst(3)) for \(g)")
      return try sliced(slices, of: g) + operands[2]
    case .normalizeData:
      try checkNorm(g, operands[1], moments: operands[3])
      let vectors = [operands[2]] + operands.dropFirst(5)
      try require(
        vectors.allSatisfy { $0 == [g[1]] } && operands[4] == operands[3], "\(operands.dropFirst(2)) beside \(g)")
      return g
    case .extremum(let kind, let place):
      try require(kind == .max || kind == .min, "\(kind.rawValue) has no extreme")
      try require((0..<operands.count - 1).contains(place), "operand \(place) of \(operands.count - 1)")
      try require(operands.allSatisfy { $0 == g }, "shapes differ: \(operands)")
      return g
    case .scatter(let rearrangement, let shape):
      try require(shape.allSatisfy { $0 > 0 } && elementCount(shape) != nil, "impossible shape \(shape)")
      return try Self.check(shape, .rearrange(rearrangement), [shape], gives: g)
    case .upscaleBilinear(let scale):
      try require(g.count == 4 && scale.height > 0 && scale.width > 0, "needs N×C×H×W and positive factors")
      let x = [g[0], g[1], g[2] / scale.height, g[3] / scale.width]
      return try Self.check(x, .upscaleBilinear(scale), [x], gives: g)
    case .loss(let loss):
      let prediction = operands[1]
      try loss.check(prediction, operands[2])
      try require(g == [prediction[0]], "gradient \(g) for the examples of \(prediction)")
      return prediction
    }
  }

  /// `shape`, if the forward op makes of these operands what the gradient is of.
  private static func check(_ shape: [Int], _ op: GraphOp, _ operands: [[Int]], gives g: [Int]) throws(GraphProblem)
    -> [Int]
  {
    guard try op.resultShape(operands) == g else { throw GraphProblem("\(shape) does not become \(g)") }
    return shape
  }

  /// The axis that parts of a batch have.
  private func sliced(_ slices: Int, of g: [Int]) throws(GraphProblem) -> [Int] {
    try require((1...g[0]).contains(slices), "\(slices) slices of \(g)")
    return slices == 1 ? [] : [slices]
  }

  private func checkNorm(_ g: [Int], _ x: [Int], moments: [Int]) throws(GraphProblem) {
    try require(g.count >= 2 && x == g && moments == [2, g[1]], "\(moments) of \(x) beside gradient \(g)")
  }

  private func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(GraphProblem) {
    if !condition { throw GraphProblem(message()) }
  }

  func work(_ operands: [[Int]], result: [Int]) -> Work {
    let count = operands[0].elements
    switch self {
    case .convolutionData:
      // Each element of g meets every tap of its filter, as in the forward pass.
      let macs = count * operands[1].dropFirst().reduce(1, *)
      return Work(macs: macs, flops: 2 * macs)
    case .convolutionWeights:
      let macs = operands[1].elements * result.dropFirst().reduce(1, *)
      return Work(macs: macs, flops: 2 * macs)
    case .channelSum, .batchSum, .scatter, .extremum: return Work(flops: count)
    case .pool(let attributes, _): return Work(flops: count * attributes.window.height * attributes.window.width)
    // The slope, the product.
    case .activation: return Work(flops: 2 * count)
    // A difference, a scale; a product and two sums.
    case .normalizeSums: return Work(flops: 5 * count)
    case .normalizeData: return Work(flops: 7 * count)
    case .standardize: return Work(flops: 12 * count)
    case .lrn(let attributes): return Work(flops: (4 * attributes.size + 10) * count)
    case .softmax: return Work(flops: 4 * count)
    case .upscaleBilinear: return Work(flops: 9 * count)
    // Softmax again, a difference and a product.
    case .loss: return Work(flops: 7 * result.elements)
    }
  }
}
