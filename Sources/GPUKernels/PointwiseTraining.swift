import NetIR

/// Expressions of the ops of training that work on each element by itself. Vectors per channel are values like others;
/// keys are four; a value that counts places is an integer.
extension PointwiseGroup {
  /// - Parameter names: of the values, in the order of `PointwiseStep`.
  static func training(_ op: TrainingOp, _ names: [String]) -> String? {
    switch op {
    case .normalize(let epsilon, let activation):
      // x, γ, β, μ, σ²
      let x = "normalised(\(names[0]), \(names[3]), \(names[4]), \(literal(epsilon)))"
      return activated("(\(x) * \(names[1]) + \(names[2]))", activation)
    case .drop(let probability, _, let stream):
      // u < probability, as whole numbers: no rounding decides.
      let least = Int((Double(probability) * 8_388_608 - 0.5).rounded(.up))
      let scale = probability < 1 ? Float(1 / (1 - Double(probability))) : 0
      return "random_bits(\(generator(names[1...4], stream)), \(names[5])) >> 9 < \(max(0, least))u ? 0 : "
        + "\(names[0]) * \(literal(scale))"
    case .noise(let sigma, let stream):
      return "\(names[0]) + \(literal(sigma)) * normal(\(generator(names[1...4], stream)), \(names[5]))"
    case .randomSlopes(let lower, let upper, let stream):
      let slope =
        "(uniform(random_bits(\(generator(names[2...5], stream)), \(names[6]))) * \(literal(upper - lower)) + "
        + "\(literal(lower)))"
      return "\(names[0]) > 0 ? \(names[1]) : \(names[1]) / \(slope)"
    case .function(let function): return scalar(function, names[0])
    case .moments, .joinMoments, .loss: return nil
    }
  }

  static func gradient(_ op: GradientOp, _ names: [String]) -> String? {
    switch op {
    case .activation(let activation): return slope(activation, names[0], names[1])
    case .normalizeData(let epsilon, let isRectified):
      // g, x, γ, μ, σ², Σg, Σg·x̂ [, β]
      let x = "normalised(\(names[1]), \(names[3]), \(names[4]), \(literal(epsilon)))"
      let g = isRectified ? "(\(names[2]) * \(x) + \(names[7]) > 0 ? \(names[0]) : 0)" : names[0]
      return "\(names[2]) / sqrtf(\(names[4]) + \(literal(epsilon))) * "
        + "(\(g) - (\(names[5]) + \(x) * \(names[6])) / per_channel)"
    case .extremum(let kind, let place):
      // The first that has the extreme value.
      let own = names[1 + place]
      let (before, behind) = kind == .max ? (">", ">=") : ("<", "<=")
      let conditions = names.indices.dropFirst().filter { $0 != 1 + place }.map {
        "\(own) \($0 < 1 + place ? before : behind) \(names[$0])"
      }
      return conditions.isEmpty ? names[0] : "(\(conditions.joined(separator: " && "))) ? \(names[0]) : 0"
    default: return nil
    }
  }

  private static func generator(_ key: ArraySlice<String>, _ stream: Int) -> String {
    "generator(\(key.joined(separator: ", ")), \(stream)u)"
  }

  private static func scalar(_ function: ScalarFunction, _ x: String) -> String {
    switch function {
    case .exponential: "expf(\(x))"
    case .logarithm: "logf(\(x))"
    case .absolute: "fabsf(\(x))"
    case .sign: "sign(\(x))"
    case .squareRoot: "sqrtf(\(x))"
    case .reciprocal: "1 / \(x)"
    case .power(let exponent): "powf(\(x), \(literal(exponent)))"
    }
  }

  /// g·f′ from f's result or operand.
  private static func slope(_ activation: Activation, _ g: String, _ v: String) -> String {
    switch activation {
    case .linear: g
    case .rectify: "\(v) > 0 ? \(g) : 0"
    case .leakyRectify(let leakiness): "\(g) * leaky_rectify_slope(\(v), \(literal(leakiness)))"
    case .scaledTanh(let scaleIn, let scaleOut):
      "\(g) * scaled_tanh_slope(\(v), \(literal(scaleIn)), \(literal(scaleOut)))"
    case .clip(let least, let most): "\(g) * clip_slope(\(v), \(literal(least)), \(literal(most)))"
    default: "\(g) * \(activation.name)_slope(\(v))"
    }
  }
}
