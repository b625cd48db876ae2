/// What only the backward pass of a differentiated graph has. In each, g is the gradient of what the forward op gave,
/// the other operands are that op's, and the result is the gradient of one of them. Whatever can be said with forward
/// ops is: the gradient of a dense layer is dense layers, that of a concatenation slices.
package enum GradientOp: Hashable, Sendable, Codable {
  /// g (N×F×oh×ow), W → (N×C×`image`): a convolution's gradient with regard to x.
  case convolutionData(ConvolutionAttributes, image: Size2D)
  /// x, g → like W: a convolution's gradient with regard to its filters. The batch is cut into slices of images, as
  /// many in each as in any other, or one less; their sums lie one behind the other along the first axis.
  case convolutionWeights(ConvolutionAttributes, slices: Int = 1)
  /// x (N×C×…) → (C): sums over everything but the channels. In more than one slice slices×C: those of as many parts of
  /// the batch, as equal as whole examples allow, the first ones larger.
  case channelSum(slices: Int = 1)
  /// x (N×…) → 1×…: sums over the batch.
  case batchSum
  /// g [, x, y where `PoolMode.readsValues`] → (N×C×`image`). A maximum that stands twice in a window counts where it
  /// comes first in C order.
  case pool(PoolAttributes, image: Size2D)
  /// g, v → g·f′: v is f's result or, where that does not tell, its operand (`Activation.slopeReads`).
  case activation(Activation)
  /// g, x, moments (2×C) → 2×C: Σg and Σg·x̂ with x̂ = (x − μ)/√(σ² + ε): the gradients of beta and gamma. In
  /// more than one slice slices×2×C. Where the forward op was rectified gamma and beta follow, and g counts where
  /// γ·x̂ + β > 0 alone.
  case normalizeSums(epsilon: Float, slices: Int = 1, isRectified: Bool = false)
  /// g, x, gamma, moments, sums (of `normalizeSums`): γ/√(σ² + ε)·(g − (Σg + x̂·Σg·x̂)/M), M elements a channel. Where the
  /// forward op was rectified beta follows, and g counts as for the sums.
  case normalizeData(epsilon: Float, isRectified: Bool = false)
  /// g, x: of `standardize`.
  case standardize(axis: Int, epsilon: Float)
  /// g, the operands of a maximum or minimum in order → like operand `place`: g where this one is the first that has
  /// the extreme value. Operands are of one shape.
  case extremum(ElementwiseKind, place: Int)
  /// g, x
  case lrn(LRNAttributes)
  /// g, y: y·(g − Σg·y) along the axis
  case softmax(axis: Int)
  /// g → `shape`: each element is added where the rearrangement took it from.
  case scatter(Rearrangement, shape: [Int])
  /// g: of `upscaleBilinear` by these factors.
  case upscaleBilinear(Size2D)
  /// g (N), prediction, target → like prediction
  case loss(Loss)

  package var name: String {
    switch self {
    case .convolutionData: "conv2d_data_gradient"
    case .convolutionWeights: "conv2d_weight_gradient"
    case .channelSum: "channel_sum"
    case .batchSum: "batch_sum"
    case .pool: "pool2d_gradient"
    case .activation: "activation_gradient"
    case .normalizeSums: "normalize_sums"
    case .normalizeData: "normalize_gradient"
    case .standardize: "standardize_gradient"
    case .extremum: "extremum_gradient"
    case .lrn: "lrn_gradient"
    case .softmax: "softmax_gradient"
    case .scatter: "scatter"
    case .upscaleBilinear: "upscale_bilinear_gradient"
    case .loss: "loss_gradient"
    }
  }

  /// The op with its attributes in a few words.
  package var described: String {
    switch self {
    case .convolutionData(let attributes, _): "conv2d data gradient \(attributes.described)"
    case .convolutionWeights(let attributes, let slices):
      "conv2d weight gradient \(attributes.described)" + (slices == 1 ? "" : " in \(slices) slices")
    case .channelSum(let slices): "channel sum" + (slices == 1 ? "" : " in \(slices) slices")
    case .batchSum: "batch sum"
    case .pool(let attributes, _): "\(attributes.mode.rawValue)_pool gradient \(attributes.described)"
    case .activation(let activation): "\(activation.described) gradient"
    case .normalizeSums(let epsilon, let slices, let isRectified):
      "normalize sums ε \(epsilon)" + (slices == 1 ? "" : " in \(slices) slices") + (isRectified ? " rectified" : "")
    case .normalizeData(let epsilon, let isRectified):
      "normalize gradient ε \(epsilon)" + (isRectified ? " rectified" : "")
    case .standardize(let axis, let epsilon): "standardize gradient from axis \(axis) ε \(epsilon)"
    case .extremum(let kind, let place): "\(kind.rawValue) gradient of operand \(place)"
    case .lrn(let a): "lrn gradient n \(a.size) α \(a.alpha) β \(a.beta) k \(a.k)"
    case .softmax(let axis): "softmax gradient" + (axis == 1 ? "" : " axis \(axis)")
    case .scatter(let rearrangement, _): "scatter \(rearrangement.described)"
    case .upscaleBilinear(let scale): "upscale bilinear gradient \(scale.short)"
    case .loss(let loss): "loss gradient \(loss.described)"
    }
  }
}

extension PoolMode {
  /// Whether its gradient depends on what was pooled.
  package var readsValues: Bool {
    switch self {
    case .max, .l2: true
    case .averageExcludingPad, .averageIncludingPad: false
    }
  }
}

/// What a gradient op reads beside g.
package enum SlopeOperand: Hashable, Sendable {
  case result, operand
}

extension Activation {
  /// What tells the slope: the result where it can, so that a nonlinearity may work in place.
  package var slopeReads: SlopeOperand {
    switch self {
    case .linear, .rectify, .elu, .selu, .softplus, .sigmoid, .tanh, .scaledTanh, .clip: .result
    // With a negative or no slope the result's sign says nothing of the operand's.
    case .leakyRectify(let leakiness): leakiness > 0 ? .result : .operand
    case .swish, .hardSwish, .gelu: .operand
    }
  }
}
