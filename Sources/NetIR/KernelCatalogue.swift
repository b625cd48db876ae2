/// What a kernel computes: the ops that need one.
package enum KernelOp: String, Hashable, Sendable, Codable, CaseIterable {
  case conv2D = "conv2d"
  case dense
  case pool2D = "pool2d"
  case globalPool = "global_pool"
  case activation
  case scaleShift = "scale_shift"
  case elementwise
  case lrn
  case softmax
  case copy
  case pad
  case concat
  case rearrange
  case parametricRectify = "parametric_rectify"
  case standardize
  case upscaleBilinear = "upscale_bilinear"
  case interleave
  case packWeights = "pack_weights"
  case convolutionWeights = "conv2d_weights"
  case convolutionData = "conv2d_data"
  case activationGradient = "activation_gradient"
  case poolGradient = "pool2d_gradient"
  case channelSum = "channel_sum"
  case batchSum = "batch_sum"
  case moments
  case joinMoments = "join_moments"
  case normalize
  case normalizeSums = "normalize_sums"
  case normalizeGradient = "normalize_gradient"
  case drop
  case noise
  case randomSlopes = "random_slopes"
  case function
  case loss
  case lossGradient = "loss_gradient"
  case extremumGradient = "extremum_gradient"
  case lrnGradient = "lrn_gradient"
  case softmaxGradient = "softmax_gradient"
  case standardizeGradient = "standardize_gradient"
  case scatter
  case upscaleBilinearGradient = "upscale_bilinear_gradient"
}

extension GraphOp {
  /// The kernels that can compute this op; nil for what costs nothing or is gone before kernels are chosen.
  package var kernelOp: KernelOp? {
    switch self {
    case .conv2D: .conv2D
    case .dense: .dense
    case .pool2D: .pool2D
    case .globalPool: .globalPool
    case .activation: .activation
    case .scaleShift: .scaleShift
    case .elementwise: .elementwise
    case .lrn: .lrn
    case .softmax: .softmax
    case .copy: .copy
    case .pad: .pad
    case .concat: .concat
    case .rearrange: .rearrange
    case .parametricRectify: .parametricRectify
    case .standardize: .standardize
    case .upscaleBilinear: .upscaleBilinear
    case .interleave: .interleave
    case .packWeights: .packWeights
    case .gradient(.convolutionWeights): .convolutionWeights
    case .gradient(.convolutionData): .convolutionData
    case .input, .constant, .fill, .reshape, .batchNorm, .transposedConv2D: nil
    case .dropout, .gaussianNoise, .randomizedRectify: nil
    case .normScale, .normShift, .scaleRows, .scaleBias: nil
    case .training(let op): op.kernelOp
    case .gradient(let op): op.kernelOp
    }
  }
}

/// What the compiler has to know of a kernel in order to choose it. The code is the backend's.
package struct KernelDescriptor: Hashable, Sendable {
  package var name: String
  package var op: KernelOp
  package var algorithm: String
  package var instructionSet: InstructionSet
  package var storage: StorageType
  /// Channels that it keeps together in a blocked tensor; 1 for plain tensors only, 0 where it takes any.
  package var block: Int
  /// Rows (pixels, examples) and columns (channels, units) of its register tile.
  package var tileRows: Int
  package var tileColumns: Int

  package init(
    name: String, op: KernelOp, algorithm: String, instructionSet: InstructionSet, storage: StorageType,
    block: Int, tileRows: Int, tileColumns: Int
  ) {
    self.name = name
    self.op = op
    self.algorithm = algorithm
    self.instructionSet = instructionSet
    self.storage = storage
    self.block = block
    self.tileRows = tileRows
    self.tileColumns = tileColumns
  }
}

/// Every kernel that a backend has, for any CPU: the compiler takes those that the target can run.
package struct KernelCatalogue: Sendable {
  package let kernels: [KernelDescriptor]
  private let byName: [String: Int]

  package init(_ kernels: [KernelDescriptor]) {
    self.kernels = kernels
    byName = Dictionary(kernels.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  package subscript(name: String) -> KernelDescriptor? { byName[name].map { kernels[$0] } }
}
