/// NVIDIA's libraries as algorithms of steps. What they cannot compute is said here as far as the op alone decides it;
/// of the rest a library is asked when a plan is loaded.
package enum DeviceLibrary: String, Hashable, Sendable, CaseIterable {
  case cudnn
  case cublasLt = "cublaslt"

  package var title: String {
    switch self {
    case .cudnn: "cuDNN"
    case .cublasLt: "cuBLASLt"
    }
  }

  /// - Returns: nil where the library has to be asked.
  package func obstacle(_ op: GraphOp, batch: Int) -> String? {
    let attributes: ConvolutionAttributes
    let epilogue: Epilogue
    switch op {
    case .conv2D(let own, let rest): (attributes, epilogue) = (own, rest)
    case .dense(let rest): (attributes, epilogue) = (ConvolutionAttributes(kernel: Size2D(1)), rest)
    case .gradient(.convolutionWeights(_, let slices)) where self == .cudnn:
      return slices == 1 ? nil : "it sums a batch as a whole"
    case .gradient(.convolutionData) where self == .cudnn: return nil
    case .training(.moments) where self == .cudnn: return nil
    case .gradient(.normalizeSums) where self == .cudnn: return nil
    default: return "it has no kernels for \(op.name)"
    }
    guard epilogue.pool == nil else { return "it does not pool" }
    guard takes(epilogue.activation) else { return "it has no \(epilogue.activation.name) behind a product" }
    guard self == .cublasLt else { return nil }
    if case .dense = op, batch <= Self.fewExamples { return "it is for more than \(Self.fewExamples) examples" }
    let isProduct =
      attributes.kernel == Size2D(1) && attributes.stride == Size2D(1) && attributes.padding == .none
      && attributes.groups == 1
    return isProduct ? nil : "it takes one pixel at a time"
  }

  /// What cuDNN's kernels that sum their results are called.
  package static let summingAlgorithm = "cudnn_sums"

  /// The same of those that take moments and normalise with them, or sums of gradients for what is computed with them.
  package static let normalizingAlgorithm = "cudnn_normalization"

  package init?(algorithm: String) {
    let isCuDNN = [Self.summingAlgorithm, Self.normalizingAlgorithm].contains(algorithm)
    self.init(rawValue: isCuDNN ? Self.cudnn.rawValue : algorithm)
  }

  /// Up to so many examples read the weights of a dense layer once rather than fill a tile.
  package static let fewExamples = 8

  /// cuBLASLt's GELU is left out: by all accounts it is the approximation by tanh, up to 5e-4 off.
  private func takes(_ activation: Activation) -> Bool {
    switch activation {
    case .linear, .rectify: true
    case .leakyRectify, .elu, .softplus, .sigmoid, .tanh, .swish, .gelu, .clip: self == .cudnn
    case .selu, .scaledTanh, .hardSwish: false
    }
  }
}

extension KernelDescriptor {
  /// nil for a kernel of netc's own.
  package var library: DeviceLibrary? { DeviceLibrary(algorithm: algorithm) }

  /// Whether it takes the sums of its results that steps behind it would take.
  package var sumsResults: Bool { algorithm == DeviceLibrary.summingAlgorithm }

  /// Whether it takes moments and normalises with them, as steps behind it would; or the gradients of that.
  package var normalizes: Bool { algorithm == DeviceLibrary.normalizingAlgorithm }

  /// Whether it does what steps behind its own would do, one way or the other.
  package var takesMore: Bool { sumsResults || normalizes }
}

extension Plan.Step {
  package var library: DeviceLibrary? { DeviceLibrary(algorithm: algorithm) }

  /// As of its kernel.
  package var sumsResults: Bool { algorithm == DeviceLibrary.summingAlgorithm }

  /// As of its kernel.
  package var normalizes: Bool { algorithm == DeviceLibrary.normalizingAlgorithm }
}
