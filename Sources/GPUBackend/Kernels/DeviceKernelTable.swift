import GPUKernels
import NetIR

/// The kernels that GPUs have, as the compiler sees them. `LaunchList` knows how each is launched.
package enum DeviceKernelTable {
  package static let catalogue = KernelCatalogue(inference + training)

  /// What networks are computed with.
  package static let inference: [KernelDescriptor] =
    [
      row("conv2d_tile64", .conv2D, "implicit_gemm", tile: 64),
      row("conv2d_tile32", .conv2D, "implicit_gemm", tile: 32),
      row("conv2d_depthwise", .conv2D, "depthwise"),
      row("dense_tile64", .dense, "implicit_gemm", tile: 64),
      row("dense_tile32", .dense, "implicit_gemm", tile: 32),
      row("dense_rows", .dense, "rows"),
      row("pool2d", .pool2D, "windows"),
      row("global_pool", .globalPool, "reduction"),
      row("lrn", .lrn, "windows"),
      row("softmax", .softmax, "reduction"),
      row("standardize", .standardize, "reduction"),
      row("pad", .pad, "elements"),
      row("rearrange", .rearrange, "elements"),
      row("upscale_bilinear", .upscaleBilinear, "elements"),
    ] + tensor + pointwise.map { row($0.rawValue, $0, "pointwise") }

  /// What only steps of training have.
  package static let training: [KernelDescriptor] =
    [
      row("conv2d_weights_tile64", .convolutionWeights, "implicit_gemm", tile: 64),
      row("conv2d_weights_tile32", .convolutionWeights, "implicit_gemm", tile: 32),
      row("conv2d_weights_depthwise", .convolutionWeights, "depthwise"),
      row("conv2d_data", .convolutionData, "gather"),
      row("pack_weights", .packWeights, "elements"),
      row("moments", .moments, "reduction"),
      row("join_moments", .joinMoments, "reduction"),
      row("channel_sum", .channelSum, "reduction"),
      row("normalize_sums", .normalizeSums, "reduction"),
      row("batch_sum", .batchSum, "reduction"),
      row("pool2d_gradient", .poolGradient, "windows"),
      row("lrn_gradient", .lrnGradient, "windows"),
      row("upscale_bilinear_gradient", .upscaleBilinearGradient, "windows"),
      row("softmax_gradient", .softmaxGradient, "reduction"),
      row("standardize_gradient", .standardizeGradient, "reduction"),
      row("scatter", .scatter, "elements"),
      row("loss", .loss, "reduction"),
      row("loss_gradient", .lossGradient, "reduction"),
    ] + TensorKernel.gradientFamilies.map { row($0, .convolutionWeights, "conv2d_\($0.name)") }
    + pointwiseTraining.map { row($0.rawValue, $0, "pointwise") }

  /// Tiles of tensor cores, each for images and for dense layers.
  private static var tensor: [KernelDescriptor] {
    TensorKernel.families.flatMap { family in
      [KernelOp.conv2D, .dense].map { row(family, $0, "\($0.rawValue)_\(family.name)") }
    }
  }

  /// Ops whose kernels are generated, one for each group of steps.
  private static let pointwise: [KernelOp] = [
    .activation, .scaleShift, .parametricRectify, .elementwise, .copy, .concat,
  ]

  private static let pointwiseTraining: [KernelOp] = [
    .interleave, .normalize, .normalizeGradient, .drop, .noise, .randomSlopes, .function, .activationGradient,
    .extremumGradient,
  ]

  /// nil for kernels of another algorithm.
  static func tensorKernel(of kernel: String) -> TensorKernel? {
    (TensorKernel.gradientFamilies + TensorKernel.families).first { kernel.hasSuffix("_" + $0.name) }
  }

  /// What a kernel's function is called in the text. A tile of a dense layer is one of a convolution.
  static func function(of kernel: String) -> String {
    let name = kernel.dropFirst(prefix.count)
    return name.hasPrefix("dense_tile") ? "conv2d" + name.dropFirst("dense".count) : String(name)
  }

  private static let prefix = "cuda_"

  private static func row(_ kernel: TensorKernel, _ op: KernelOp, _ name: String) -> KernelDescriptor {
    KernelDescriptor(
      name: prefix + name, op: op, algorithm: "tensor_gemm", instructionSet: .cuda, storage: kernel.storage, block: 0,
      tileRows: kernel.rows, tileColumns: kernel.columns)
  }

  private static func row(_ name: String, _ op: KernelOp, _ algorithm: String, tile: Int = 1) -> KernelDescriptor {
    KernelDescriptor(
      name: prefix + name, op: op, algorithm: algorithm, instructionSet: .cuda, storage: .float32, block: 0,
      tileRows: tile, tileColumns: tile)
  }
}
