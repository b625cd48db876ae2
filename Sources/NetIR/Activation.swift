/// A function applied to each element on its own.
package enum Activation: Hashable, Sendable {
  case linear
  /// max(0, x)
  case rectify
  /// x for x > 0, else leakiness·x
  case leakyRectify(leakiness: Float)
  /// x for x > 0, else eˣ − 1 (Clevert et al. 2015)
  case elu
  /// λ·(x for x > 0, else α·(eˣ − 1)), λ = 1.0507009873554805, α = 1.6732632423543772 (Klambauer et al. 2017)
  case selu
  /// log(1 + eˣ)
  case softplus
  /// 1 / (1 + e⁻ˣ)
  case sigmoid
  case tanh
  /// scaleOut·tanh(scaleIn·x); LeCun's is 2/3 and 1.7159
  case scaledTanh(scaleIn: Float, scaleOut: Float)
  /// x·sigmoid(x)
  case swish
  /// x·clip(x + 3, 0, 6) / 6 (Howard et al. 2019)
  case hardSwish
  /// x·Φ(x), with the exact normal distribution function
  case gelu
  /// min(max(x, least), most), least < most; ReLU6 is 0 and 6
  case clip(least: Float, most: Float)

  /// The name in a spec and in plans.
  package var name: String {
    switch self {
    case .linear: "linear"
    case .rectify: "rectify"
    case .leakyRectify: "leaky_rectify"
    case .elu: "elu"
    case .selu: "selu"
    case .softplus: "softplus"
    case .sigmoid: "sigmoid"
    case .tanh: "tanh"
    case .scaledTanh: "scaled_tanh"
    case .swish: "swish"
    case .hardSwish: "hard_swish"
    case .gelu: "gelu"
    case .clip: "clip"
    }
  }
}
