import Glibc
import NetIR
import Runtime

/// The ops of training, forward, in double precision.
enum ReferenceTraining {
  static func evaluate(_ op: TrainingOp, _ x: [[Double]], _ shapes: [[Int]]) -> [Double] {
    switch op {
    case .moments(let slices):
      return BatchSlices(shapes[0], slices).flatMap { moments(Array(x[0][$0.elements]), $0.shape) }
    case .joinMoments(let examples): return joined(x[0], shapes[0], examples)
    case .normalize(let epsilon, _):
      let channels = ChannelMap(shapes[0])
      return x[0].indices.map { place in
        let c = channels[place]
        return x[1][c] * normalised(x[0][place], x[3], c, epsilon) + x[2][c]
      }
    case .drop(let probability, let shared, let stream):
      let random = CounterRandom(words: x[1], stream: stream)
      let places = sharedPlaces(shapes[0], shared)
      return x[0].indices.map { place in
        random.uniform(places[place]) < Double(probability) ? 0 : x[0][place] / (1 - Double(probability))
      }
    case .noise(let sigma, let stream):
      let random = CounterRandom(words: x[1], stream: stream)
      return x[0].indices.map { x[0][$0] + Double(sigma) * normal(random, $0) }
    case .randomSlopes(let lower, let upper, let stream):
      let random = CounterRandom(words: x[2], stream: stream)
      return x[0].indices.map { place in
        if x[0][place] > 0 { return x[1][place] }
        return x[1][place] / (Double(lower) + (Double(upper) - Double(lower)) * random.uniform(place))
      }
    case .function(let function): return x[0].map { value(function, $0) }
    case .loss(let loss): return ReferenceLoss(loss, x[0], x[1], shapes).values
    }
  }

  private static func value(_ function: ScalarFunction, _ x: Double) -> Double {
    switch function {
    case .exponential: exp(x)
    case .logarithm: log(x)
    case .absolute: abs(x)
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    case .squareRoot: x.squareRoot()
    case .reciprocal: 1 / x
    case .power(let exponent): pow(x, Double(exponent))
    }
  }

  /// Means, then biased variances.
  private static func moments(_ x: [Double], _ shape: [Int]) -> [Double] {
    let channels = ChannelMap(shape)
    let count = Double(x.count / shape[1])
    var means = [Double](repeating: 0, count: shape[1])
    var variances = means
    for place in x.indices { means[channels[place]] += x[place] / count }
    for place in x.indices {
      let difference = x[place] - means[channels[place]]
      variances[channels[place]] += difference * difference / count
    }
    return means + variances
  }

  /// E[x²] = σ² + μ² adds up.
  private static func joined(_ x: [Double], _ shape: [Int], _ examples: Int) -> [Double] {
    let channels = shape[2]
    var means = [Double](repeating: 0, count: channels)
    var squares = means
    for (slice, part) in BatchSlices([examples], shape[0]).enumerated() {
      for c in 0..<channels {
        let (mean, variance) = (x[(2 * slice) * channels + c], x[(2 * slice + 1) * channels + c])
        means[c] += mean * Double(part.shape[0]) / Double(examples)
        squares[c] += (variance + mean * mean) * Double(part.shape[0]) / Double(examples)
      }
    }
    return means + zip(squares, means).map { $0 - $1 * $1 }
  }

  /// What of g reaches a normalised value that was rectified.
  static func reaching(
    _ g: Double, _ x: Double, _ moments: [Double], _ vectors: (gamma: [Double], beta: [Double]), _ channel: Int,
    _ epsilon: Float
  ) -> Double {
    vectors.gamma[channel] * normalised(x, moments, channel, epsilon) + vectors.beta[channel] > 0 ? g : 0
  }

  /// x̂ = (x − μ)/√(σ² + ε)
  static func normalised(_ x: Double, _ moments: [Double], _ channel: Int, _ epsilon: Float) -> Double {
    let variance = moments[moments.count / 2 + channel]
    return (x - moments[channel]) / (variance + Double(epsilon)).squareRoot()
  }

  /// Whose decision each element takes: its place in a tensor where the shared axes have one element.
  private static func sharedPlaces(_ shape: [Int], _ shared: [Int]) -> [Int] {
    var strides = [Int](repeating: 0, count: shape.count)
    var size = 1
    for axis in shape.indices.reversed() where !shared.contains(axis) {
      strides[axis] = size
      size *= shape[axis]
    }
    var places = [0]
    for axis in shape.indices {
      places = places.flatMap { place in (0..<shape[axis]).map { place + $0 * strides[axis] } }
    }
    return places
  }

  /// Box & Muller's transform, the cosine of the two.
  private static func normal(_ random: CounterRandom, _ place: Int) -> Double {
    let (a, b) = random.pair(place)
    return (-2 * log(a)).squareRoot() * cos(2 * .pi * b)
  }
}

/// The channel of each element of N×C×….
struct ChannelMap {
  private let pixels: Int
  private let channels: Int

  init(_ shape: [Int]) {
    pixels = shape.dropFirst(2).reduce(1, *)
    channels = shape[1]
  }

  subscript(place: Int) -> Int { place / pixels % channels }
}

/// Parts of a batch, as equal as whole examples allow, the first ones larger.
struct BatchSlices: Sequence {
  private let parts: [(elements: Range<Int>, shape: [Int])]

  /// - Parameter shape: of the whole batch.
  init(_ shape: [Int], _ slices: Int) {
    let each = shape.dropFirst().reduce(1, *)
    var start = 0
    parts = (0..<slices).map { slice in
      let count = shape[0] / slices + (slice < shape[0] % slices ? 1 : 0)
      defer { start += count }
      return (start * each..<(start + count) * each, [count] + shape.dropFirst())
    }
  }

  func makeIterator() -> IndexingIterator<[(elements: Range<Int>, shape: [Int])]> { parts.makeIterator() }
}
