/// A primitive operation. Closed on purpose: work, gradients, verification and kernels are each one
/// exhaustive switch, so that a new op is complete when the compiler stops complaining. Layers are the
/// open set and lower to these.
///
/// Activations are N×C×H×W or N×F, in C order as far as a shape is concerned.
package enum GraphOp: Hashable, Sendable {
  /// The network's input number `index`.
  case input(index: Int, shape: [Int])
  /// A parameter, or a constant that was computed from parameters.
  case constant(name: String, shape: [Int])
  /// A constant of one repeated value.
  case fill(value: Float, shape: [Int])

  /// x, W (filters, channels / groups, kh, kw) [, bias (filters)] [, residual like the result]:
  /// cross-correlation, never flipped.
  case conv2D(ConvolutionAttributes, Epilogue)
  /// x, W (filters, channels, kh, kw) [, bias] [, residual]: the transposed convolution (Zeiler et al. 2010).
  case transposedConv2D(TransposedConvolutionAttributes, Epilogue)
  /// x (N×K), W (units, K) [, bias (units)] [, residual like the result]
  case dense(Epilogue)
  case pool2D(PoolAttributes)
  /// x (N×C×…) → N×C
  case globalPool(GlobalPoolMode)
  case activation(Activation)
  /// x, gamma, beta, mean, variance, each (channels): γ·(x − μ)/√(σ² + ε) + β
  case batchNorm(epsilon: Float)
  /// x, scale (channels), shift (channels): x·scale + shift along axis 1
  case scaleShift(Activation)
  /// x, slope (channels): max(x, 0) + slope·min(x, 0) along axis 1 (He et al. 2015)
  case parametricRectify
  /// (x − mean)/√(variance + ε) over all axes from `axis` on, separately for each index before it
  case standardize(axis: Int, epsilon: Float)
  /// Any number of equal shapes, combined element by element.
  case elementwise(ElementwiseAttributes, Activation)
  case lrn(LRNAttributes)
  case softmax(axis: Int)
  /// The same elements in C order under another shape.
  case reshape(shape: [Int])
  case pad(PadAttributes)
  case concat(axis: Int)
  /// Elements in another order or number, none of them changed.
  case rearrange(Rearrangement)
  /// Images whose pixels come from other images in turn, all N×C×H×W.
  case interleave(Interleaving)
  /// Each pixel becomes height × width pixels, interpolated between pixel centres; edges are repeated.
  case upscaleBilinear(Size2D)
  /// Identity at inference; in training one decision for all elements along the shared axes.
  case dropout(probability: Float, sharedAxes: [Int] = [])
  /// x + N(0, sigma²) in training; identity at inference.
  case gaussianNoise(sigma: Float)
  /// x > 0 ? x : x/a with a ~ U(lower, upper) in training; at inference the slope is 2/(lower + upper)
  /// (Xu et al. 2015).
  case randomizedRectify(lower: Float, upper: Float)
  /// The same tensor in another memory layout.
  case copy
  /// Elements in another order, as a kernel reads them as its weights: how they lie is the result's layout.
  case packWeights(Rearrangement)

  // Arithmetic on constants: it runs once, when weights are packed.
  /// gamma, variance → γ/√(σ² + ε)
  case normScale(epsilon: Float)
  /// beta, mean, scale → β − μ·scale
  case normShift
  /// W, scale → W with row o multiplied by scale[o]
  case scaleRows
  /// b, scale, shift → b·scale + shift
  case scaleBias

  // What only training graphs have.
  case training(TrainingOp)
  case gradient(GradientOp)

  package var isOfTraining: Bool {
    switch self {
    case .training, .gradient: true
    default: false
    }
  }

  /// A word for plans and messages.
  package var name: String {
    switch self {
    case .input: "input"
    case .constant: "constant"
    case .fill: "fill"
    case .conv2D: "conv2d"
    case .transposedConv2D: "transposed_conv2d"
    case .dense: "dense"
    case .pool2D: "pool2d"
    case .globalPool: "global_pool"
    case .activation: "activation"
    case .batchNorm: "batch_norm"
    case .scaleShift: "scale_shift"
    case .parametricRectify: "parametric_rectify"
    case .standardize: "standardize"
    case .elementwise: "elementwise"
    case .lrn: "lrn"
    case .softmax: "softmax"
    case .reshape: "reshape"
    case .pad: "pad"
    case .concat: "concat"
    case .rearrange: "rearrange"
    case .interleave: "interleave"
    case .upscaleBilinear: "upscale_bilinear"
    case .dropout: "dropout"
    case .gaussianNoise: "gaussian_noise"
    case .randomizedRectify: "randomized_rectify"
    case .copy: "copy"
    case .packWeights: "pack_weights"
    case .normScale: "norm_scale"
    case .normShift: "norm_shift"
    case .scaleRows: "scale_rows"
    case .scaleBias: "scale_bias"
    case .training(let op): op.name
    case .gradient(let op): op.name
    }
  }
}

/// What a convolution or dense layer does to its sums before they are stored:
/// activation(sum + bias + residual), and of a convolution's pixels the largest of each window.
package struct Epilogue: Hashable, Sendable, Codable {
  package var bias: Bool
  package var residual: Bool
  package var activation: Activation
  /// Windows side by side; pixels that fill none are dropped. Then there is no residual.
  package var pool: Size2D?

  package init(bias: Bool, residual: Bool = false, activation: Activation = .linear, pool: Size2D? = nil) {
    self.bias = bias
    self.residual = residual
    self.activation = activation
    self.pool = pool
  }

  /// The shape of what is pooled, for a result of that shape: pixels that fill no window need not be computed.
  package func unpooled(_ result: [Int]) -> [Int] {
    guard let pool, result.count == 4 else { return result }
    return [result[0], result[1], result[2] * pool.height, result[3] * pool.width]
  }

  /// Operands beyond x and W.
  package var operandCount: Int { (bias ? 1 : 0) + (residual ? 1 : 0) }
}

/// A size for each spatial axis.
package struct Size2D: Hashable, Sendable, Codable {
  package var height: Int
  package var width: Int

  package init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  package init(_ both: Int) { self.init(both, both) }

  /// As people write it: `3×3`.
  package var crossed: String { "\(height)×\(width)" }
}

/// Rows and columns added around an image.
package struct Padding2D: Hashable, Sendable, Codable {
  package var top: Int
  package var bottom: Int
  package var left: Int
  package var right: Int

  package init(top: Int = 0, bottom: Int = 0, left: Int = 0, right: Int = 0) {
    self.top = top
    self.bottom = bottom
    self.left = left
    self.right = right
  }

  package static let none = Padding2D()
}

package struct ConvolutionAttributes: Hashable, Sendable, Codable {
  package var kernel: Size2D
  package var stride: Size2D
  package var dilation: Size2D
  package var padding: Padding2D
  package var groups: Int

  package init(
    kernel: Size2D, stride: Size2D = Size2D(1), dilation: Size2D = Size2D(1), padding: Padding2D = .none,
    groups: Int = 1
  ) {
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.groups = groups
  }
}

package enum PoolMode: String, Hashable, Sendable, Codable, CaseIterable {
  case max
  /// Divides by the pixels of the image in the window.
  case averageExcludingPad = "average_exc_pad"
  /// Divides by the window clipped to the padded image.
  case averageIncludingPad = "average_inc_pad"
  /// √Σx² over the window.
  case l2
}

package struct PoolAttributes: Hashable, Sendable, Codable {
  package var window: Size2D
  package var stride: Size2D
  package var padding: Padding2D
  package var ceil: Bool
  package var mode: PoolMode

  package init(window: Size2D, stride: Size2D, padding: Padding2D, ceil: Bool, mode: PoolMode) {
    self.window = window
    self.stride = stride
    self.padding = padding
    self.ceil = ceil
    self.mode = mode
  }
}

package enum GlobalPoolMode: String, Hashable, Sendable, Codable, CaseIterable {
  case mean, max, l2
}

package enum ElementwiseKind: String, Hashable, Sendable, Codable, CaseIterable {
  case sum, mul, max, min, mean
}

package struct ElementwiseAttributes: Hashable, Sendable, Codable {
  package var kind: ElementwiseKind
  /// One factor per operand, for `sum`; empty means 1 for each.
  package var coefficients: [Float]

  package init(kind: ElementwiseKind, coefficients: [Float] = []) {
    self.kind = kind
    self.coefficients = coefficients
  }
}

/// x / (k + α·Σx²)^β over `size` neighbouring channels (Krizhevsky et al. 2012, section 3.3).
package struct LRNAttributes: Hashable, Sendable, Codable {
  package var size: Int
  /// As the formula has it: Caffe's α/n is divided before it gets here.
  package var alpha: Float
  package var beta: Float
  package var k: Float

  package init(size: Int, alpha: Float, beta: Float, k: Float) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.k = k
  }
}

package struct PadAttributes: Hashable, Sendable, Codable {
  /// One entry per axis.
  package var before: [Int]
  package var after: [Int]
  package var value: Float

  package init(before: [Int], after: [Int], value: Float) {
    self.before = before
    self.after = after
    self.value = value
  }
}
