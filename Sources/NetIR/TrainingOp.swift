/// What only the forward pass of a training graph has: normalisation by the batch, what is random, and losses with what
/// they are made of.
///
/// Randomness comes from a counter: the number for element i of a tensor depends on the key, the stream and i alone
/// (`CounterRandom`). So the backward pass draws the same numbers again, nothing has to be kept, and threads do not
/// matter. The key is an operand of 4 words of 16 bits, the lowest first: floats hold them exactly. Every random node
/// of a graph has a stream of its own.
package enum TrainingOp: Hashable, Sendable, Codable {
  /// x (N×C×…) → 2×C: the mean of each channel, and its biased variance. In more than one slice slices×2×C: those of as
  /// many parts of the batch, as equal as whole examples allow, the first ones larger.
  case moments(slices: Int = 1)
  /// Moments of the slices of so many examples (slices×2×C) → 2×C: those of all of them (Chan et al. 1983).
  case joinMoments(examples: Int)
  /// x, gamma, beta (channels each), moments (2×C): f(γ·(x − μ)/√(σ² + ε) + β) (Ioffe & Szegedy 2015)
  case normalize(epsilon: Float, activation: Activation = .linear)
  /// x, key: 0 with that probability, else x/(1 − p); one decision for all elements along the shared axes
  /// (Srivastava et al. 2014). Its own gradient.
  case drop(probability: Float, sharedAxes: [Int], stream: Int)
  /// x, key: x + N(0, sigma²)
  case noise(sigma: Float, stream: Int)
  /// x, y, key: y where x > 0, else y/a with a ~ U(lower, upper) per element (Xu et al. 2015). With y = x a randomized
  /// rectifier, with y = its result's gradient the gradient.
  case randomSlopes(lower: Float, upper: Float, stream: Int)
  /// x: the function of each element.
  case function(ScalarFunction)
  /// prediction, target → (N): the loss of each example.
  case loss(Loss)

  package var name: String {
    switch self {
    case .moments: "moments"
    case .joinMoments: "join_moments"
    case .normalize: "normalize"
    case .drop: "drop"
    case .noise: "noise"
    case .randomSlopes: "random_slopes"
    case .function(let function): function.name
    case .loss: "loss"
    }
  }

  /// The op with its attributes in a few words.
  package var described: String {
    switch self {
    case .moments(let slices): "moments" + (slices == 1 ? "" : " in \(slices) slices")
    case .joinMoments(let examples): "join moments of \(examples) examples"
    case .normalize(let epsilon, let activation):
      "normalize ε \(epsilon)" + (activation == .linear ? "" : " + \(activation.described)")
    case .drop(let probability, let shared, let stream):
      "drop \(probability)" + (shared.isEmpty ? "" : " along \(shared)") + " stream \(stream)"
    case .noise(let sigma, let stream): "noise \(sigma) stream \(stream)"
    case .randomSlopes(let lower, let upper, let stream): "random slopes \(lower) to \(upper) stream \(stream)"
    case .function(let function): function.described
    case .loss(let loss): "loss \(loss.described)"
    }
  }

  /// Words of a key.
  package static let keyWords = 4
}

extension TrainingOp {
  var arity: Int {
    switch self {
    case .moments, .joinMoments, .function: 1
    case .normalize: 4
    case .drop, .noise, .loss: 2
    case .randomSlopes: 3
    }
  }

  /// The result's sizes; the number of operands is right.
  func resultShape(_ operands: [[Int]]) throws(GraphProblem) -> [Int] {
    let x = operands[0]
    switch self {
    case .moments(let slices):
      guard (1...x[0]).contains(slices) else { throw GraphProblem("\(slices) slices of \(x)") }
      guard x.count >= 2, let channels = elementCount([2, x[1]]), channels > 0 else {
        throw GraphProblem("\(x) has no channels")
      }
      return (slices == 1 ? [] : [slices]) + [2, x[1]]
    case .joinMoments(let examples):
      guard x.count == 3, x[1] == 2, x[0] <= examples else { throw GraphProblem("\(x) of \(examples) examples") }
      return [2, x[2]]
    case .normalize:
      guard x.count >= 2, operands[1] == [x[1]], operands[2] == [x[1]], operands[3] == [2, x[1]] else {
        throw GraphProblem("\(operands.dropFirst()) for the channels of \(x)")
      }
      return x
    case .drop(let probability, let shared, _):
      try checkKey(operands[1])
      guard (0...1).contains(probability), shared.allSatisfy(x.indices.contains) else {
        throw GraphProblem("probability \(probability) along \(shared) of \(x)")
      }
      return x
    case .noise:
      try checkKey(operands[1])
      return x
    case .randomSlopes(let lower, let upper, _):
      try checkKey(operands[2])
      guard operands[1] == x, lower > 0, upper >= lower else {
        throw GraphProblem("\(operands[1]) beside \(x), slopes from 1/\(upper) to 1/\(lower)")
      }
      return x
    case .function: return x
    case .loss(let loss):
      try loss.check(x, operands[1])
      return [x[0]]
    }
  }

  private func checkKey(_ shape: [Int]) throws(GraphProblem) {
    guard shape == [Self.keyWords] else { throw GraphProblem("\(shape) is no key") }
  }

  func work(_ operands: [[Int]], result: [Int]) -> Work {
    let inputs = operands[0].elements
    return switch self {
    // A sum; a difference, a square and a sum.
    case .moments: Work(flops: 4 * inputs)
    // Differences, squares, weighted sums.
    case .joinMoments: Work(flops: 5 * inputs)
    // A difference, two products, a sum.
    case .normalize(_, let activation): Work(flops: (activation == .linear ? 4 : 5) * inputs)
    case .drop, .noise, .randomSlopes: Work(flops: inputs)
    case .function: Work(flops: inputs)
    // As for softmax, and a logarithm.
    case .loss: Work(flops: 6 * inputs)
    }
  }
}
