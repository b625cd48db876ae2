import NetIR

/// Every op of training that has a kernel, with operands of several shapes.
package enum TrainingOpCases {
  package static let batch = 4

  /// What an operand holds.
  package enum Operand: Sendable {
    /// A tensor of the batch, which may lie in blocks.
    case image([Int])
    /// Numbers in (−1, 1), or in (0.1, 2).
    case numbers([Int]), positive([Int])
    /// Means and variances: 2 × channels.
    case moments(Int)
    case key
    /// Numbers of so many classes.
    case classes([Int], Int)
    /// In (0, 1): probabilities.
    case unit([Int])

    package var shape: [Int] {
      switch self {
      case .image(let shape), .numbers(let shape), .positive(let shape), .classes(let shape, _), .unit(let shape): shape
      case .moments(let channels): [2, channels]
      case .key: [TrainingOp.keyWords]
      }
    }

    func values(seed: UInt64) -> [Float] {
      let noise = Noise.floats(shape.elements, seed: seed)
      switch self {
      case .image, .numbers: return noise
      case .positive: return noise.map { 0.1 + 0.95 * ($0 + 1) }
      case .moments(let channels): return noise.enumerated().map { $0 < channels ? $1 : 0.1 + $1 * $1 }
      case .key: return noise.map { (32767 * ($0 + 1)).rounded() }
      case .classes(_, let count): return noise.map { (($0 + 1) / 2 * Float(count)).rounded(.down) }
      case .unit: return noise.map { 0.5 + 0.45 * $0 }
      }
    }
  }

  package struct Case: Sendable, CustomStringConvertible {
    package var op: GraphOp
    package var operands: [Operand]
    package var description: String { "\(op.described) of \(operands.map(\.shape))" }

    package var inputs: [[Float]] { operands.enumerated().map { $1.values(seed: UInt64($0) + 71) } }

    /// The op on inputs; or on what a pooling of single pixels makes of them, which lies in blocks.
    ///
    /// - Returns: nil where nothing can lie in blocks.
    package func graph(blocked: Bool) throws -> Graph? {
      var graph = Graph(name: description)
      var isBlocked = false
      var values = try operands.enumerated().map { place, operand in
        try value(of: operand, place, in: &graph, blocked, &isBlocked)
      }
      guard !blocked || isBlocked else { return nil }
      // What was pooled to what.
      if case .gradient(.pool(let attributes, _)) = op, attributes.mode.readsValues {
        values.append(try graph.add(.pool2D(attributes), [values[1]], name: "pooled"))
      }
      graph.outputs = [try graph.add(op, values, name: "y")]
      return graph
    }

    private func value(
      of operand: Operand, _ place: Int, in graph: inout Graph, _ blocked: Bool, _ isBlocked: inout Bool
    ) throws -> ValueID {
      let shape = operand.shape
      guard case .image = operand else {
        // A plan's inputs are batches.
        let rows = try graph.add(.input(index: place, shape: [batch, shape.elements / batch]), name: "x\(place)")
        return try graph.add(.reshape(shape: shape), [rows], name: "x\(place)")
      }
      let value = try graph.add(.input(index: place, shape: shape), name: "x\(place)")
      guard blocked, shape.count == 4 else { return value }
      isBlocked = true
      let pool = PoolAttributes(window: Size2D(1), stride: Size2D(1), padding: .none, ceil: false, mode: .max)
      return try graph.add(.pool2D(pool), [value], name: "x\(place) in blocks")
    }
  }

  package static let all: [Case] = training + functions + gradients + pools + losses

  private static let image = [4, 20, 5, 7]

  private static let training: [Case] = {
    let shapes = [image, [4, 20], [4, 12, 9], [4, 32, 1, 1], [4, 4, 70, 61]]
    return shapes.flatMap { trained($0) } + drops
  }()

  private static func trained(_ shape: [Int]) -> [Case] {
    let x = Operand.image(shape)
    let (vector, moments) = (Operand.numbers([shape[1]]), Operand.moments(shape[1]))
    return [
      Case(op: .training(.moments()), operands: [x]),
      Case(op: .training(.moments(slices: 3)), operands: [x]),
      Case(op: .training(.normalize(epsilon: 0.01)), operands: [x, vector, vector, moments]),
      Case(op: .training(.normalize(epsilon: 0.01, activation: .rectify)), operands: [x, vector, vector, moments]),
      Case(op: .training(.drop(probability: 0.4, sharedAxes: [], stream: 3)), operands: [x, .key]),
      Case(op: .training(.noise(sigma: 0.5, stream: 2)), operands: [x, .key]),
      Case(op: .training(.randomSlopes(lower: 3, upper: 8, stream: 1)), operands: [x, x, .key]),
      Case(op: .gradient(.channelSum()), operands: [x]),
      Case(op: .gradient(.channelSum(slices: 4)), operands: [x]),
      Case(op: .gradient(.batchSum), operands: [x]),
      Case(op: .gradient(.normalizeSums(epsilon: 0.01)), operands: [x, x, moments]),
      Case(op: .gradient(.normalizeSums(epsilon: 0.01, slices: 3)), operands: [x, x, moments]),
      Case(
        op: .gradient(.normalizeSums(epsilon: 0.01, isRectified: true)), operands: [x, x, moments, vector, vector]),
      Case(
        op: .gradient(.normalizeData(epsilon: 0.01)), operands: [x, x, vector, moments, .numbers([2, shape[1]])]),
      Case(
        op: .gradient(.normalizeData(epsilon: 0.01, isRectified: true)),
        operands: [x, x, vector, moments, .numbers([2, shape[1]]), vector]),
    ]
  }

  private static let drops: [Case] = {
    let shared: [([Int], [Int])] = [
      ([2, 3], image), ([0], image), ([1], image), ([0, 2], image), ([3], image), ([1, 3], [4, 2, 3, 5]),
      ([0], [4, 20]),
      ([2, 3, 4], [4, 6, 2, 3, 2]), ([1], [4, 3, 4]),
    ]
    return shared.map { axes, shape in
      Case(op: .training(.drop(probability: 0.4, sharedAxes: axes, stream: 3)), operands: [.image(shape), .key])
    }
  }()

  private static let functions: [Case] = {
    let everywhere: [ScalarFunction] = [.exponential, .absolute, .sign]
    let above: [ScalarFunction] = [.logarithm, .squareRoot, .reciprocal, .power(0.3), .power(-1.7)]
    return everywhere.flatMap { function in
      [image, [4, 33]].map { Case(op: .training(.function(function)), operands: [.image($0)]) }
    } + above.map { Case(op: .training(.function($0)), operands: [.positive([4, 33])]) }
  }()

  private static let activations: [Activation] = [
    .linear, .rectify, .leakyRectify(leakiness: 0.3), .leakyRectify(leakiness: -0.5), .elu, .selu, .softplus, .sigmoid,
    .tanh, .scaledTanh(scaleIn: 0.7, scaleOut: 1.7), .swish, .hardSwish, .gelu,
    .clip(least: -0.4, most: 0.9),
  ]

  private static let gradients: [Case] = slopes + extremes + rows + scatters

  private static let slopes: [Case] = activations.flatMap { activation -> [Case] in
    [image, [4, 33]].map { Case(op: .gradient(.activation(activation)), operands: [.image($0), .image($0)]) }
  }

  private static let extremes: [Case] = [ElementwiseKind.max, .min].flatMap { kind -> [Case] in
    (0..<3).map { place in
      Case(op: .gradient(.extremum(kind, place: place)), operands: (0..<4).map { _ in .image(image) })
    }
  }

  private static let rows: [Case] = [
    Case(op: .gradient(.extremum(.max, place: 0)), operands: [.image([4, 9]), .image([4, 9])]),
    Case(op: .gradient(.softmax(axis: 1)), operands: [.image([4, 37]), .unit([4, 37])]),
    Case(op: .gradient(.softmax(axis: 1)), operands: [.image(image), .unit(image)]),
    Case(op: .gradient(.standardize(axis: 1, epsilon: 0.01)), operands: [.image(image), .image(image)]),
    Case(op: .gradient(.standardize(axis: 2, epsilon: 0.01)), operands: [.image(image), .image(image)]),
    Case(
      op: .gradient(.lrn(LRNAttributes(size: 5, alpha: 0.7, beta: 0.75, k: 1))),
      operands: [.image(image), .image(image)]),
    Case(
      op: .gradient(.lrn(LRNAttributes(size: 25, alpha: 0.1, beta: 1.5, k: 2))),
      operands: [.image([4, 40, 2, 3]), .image([4, 40, 2, 3])]),
    Case(op: .gradient(.upscaleBilinear(Size2D(2, 3))), operands: [.image([4, 3, 6, 12])]),
    Case(op: .gradient(.upscaleBilinear(Size2D(4, 1))), operands: [.image([4, 3, 4, 5])]),
  ]

  /// Overlapping windows and repetitions, steps back, rows that nothing comes from.
  private static let scatters: [Case] = {
    let windows = Rearrangement(
      starts: [0, 1, 0],
      axes: [
        .init(0, count: 4), .init(1, count: 3, step: 2), .init(1, count: 2), .init(nil, count: 3), .init(2, count: 5),
      ])
    let pixels = Rearrangement(
      starts: [0, 0, 0, 0],
      axes: [
        .init(0, count: 4), .init(1, count: 3), .init(2, count: 4), .init(nil, count: 2), .init(3, count: 5),
        .init(nil, count: 3),
      ])
    let turned = Rearrangement(starts: [0, 2, 1], axes: [.init(2, count: 3), .init(0, count: 4)])
    let all: [(Rearrangement, [Int])] = [
      (windows, [4, 8, 5]), (pixels, [4, 3, 4, 5]), (turned, [4, 5, 6]),
      (.slice([4, 7, 3], axis: 1, start: 5, count: 3, step: -2), [4, 7, 3]),
    ]
    return all.map { rearrangement, shape in
      Case(op: .gradient(.scatter(rearrangement, shape: shape)), operands: [.numbers(rearrangement.shape)])
    }
  }()

  private static func pool(_ window: Size2D, _ stride: Size2D, _ padding: Padding2D, ceil: Bool = false, _ shape: [Int])
    -> [Case]
  {
    PoolMode.allCases.compactMap { mode in
      let attributes = PoolAttributes(window: window, stride: stride, padding: padding, ceil: ceil, mode: mode)
      guard let pooled = try? GraphOp.pool2D(attributes).resultShape([shape]) else { return nil }
      return Case(
        op: .gradient(.pool(attributes, image: Size2D(shape[2], shape[3]))),
        operands: [.image(pooled)] + (mode.readsValues ? [.image(shape)] : []))
    }
  }

  private static let pools: [Case] = [
    pool(Size2D(2), Size2D(2), .none, [4, 20, 8, 36]), pool(Size2D(2), Size2D(2), .none, [4, 18, 37, 9]),
    pool(Size2D(3), Size2D(2), Padding2D(top: 1, bottom: 1, left: 1, right: 1), [4, 20, 35, 9]),
    pool(Size2D(3, 2), Size2D(2, 1), Padding2D(top: 1, bottom: 2, left: 1, right: 0), ceil: true, [4, 17, 6, 5]),
    pool(Size2D(2), Size2D(3), .none, [4, 3, 40, 11]), pool(Size2D(3), Size2D(1), .none, [4, 16, 9, 9]),
    pool(Size2D(1, 40), Size2D(1), .none, [4, 3, 1, 40]),
  ].flatMap { $0 }

  private static let losses: [Case] = {
    let ofScores: [(Loss, [Int], Operand)] = [
      (.softmaxCrossEntropy(smoothing: 0), [4, 10], .classes([4], 10)),
      (.softmaxCrossEntropy(smoothing: 0.1), [4, 37], .classes([4], 37)),
      (.softmaxCrossEntropy(smoothing: 0.1), [4, 10], .unit([4, 10])),
      (.softmaxCrossEntropy(smoothing: 0), [4, 5, 6, 7], .classes([4, 6, 7], 5)),
      (.softmaxCrossEntropy(smoothing: 0.2), [4, 5, 9], .unit([4, 5, 9])),
      (.multiclassHinge(delta: 0.5), [4, 10], .classes([4], 10)),
      (.multiclassHinge(delta: 0.5), [4, 5, 9], .classes([4, 9], 5)),
      (.sigmoidCrossEntropy, [4, 33], .unit([4, 33])), (.squaredError, [4, 33], .numbers([4, 33])),
      (.absoluteError, [4, 3, 5, 5], .numbers([4, 3, 5, 5])), (.huber(delta: 0.4), [4, 33], .numbers([4, 33])),
      (.binaryHinge(delta: 1), [4, 33], .classes([4, 33], 2)),
    ]
    let ofProbabilities: [(Loss, [Int], Operand)] = [
      (.crossEntropy(smoothing: 0), [4, 10], .classes([4], 10)),
      (.crossEntropy(smoothing: 0.2), [4, 5, 9], .unit([4, 5, 9])), (.binaryCrossEntropy, [4, 33], .unit([4, 33])),
    ]
    return ofScores.flatMap { lossAndGradient($0, .numbers($1), $2) }
      + ofProbabilities.flatMap { lossAndGradient($0, .unit($1), $2) }
  }()

  private static func lossAndGradient(_ loss: Loss, _ prediction: Operand, _ target: Operand) -> [Case] {
    [
      Case(op: .training(.loss(loss)), operands: [prediction, target]),
      Case(op: .gradient(.loss(loss)), operands: [.positive([batch]), prediction, target]),
    ]
  }
}
