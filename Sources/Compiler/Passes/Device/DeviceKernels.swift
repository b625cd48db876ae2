import NetIR

/// Which kernel of a GPU computes an op: by rules that look at sizes alone, since nothing was measured yet.
enum DeviceKernels {
  /// - Returns: nil where the target has none.
  static func choice(for instance: OpInstance, _ options: CompileOptions) -> KernelDescriptor? {
    let kernels = options.catalogue.kernels.filter {
      $0.op == instance.op.kernelOp && $0.instructionSet == .cuda && $0.library == nil
    }
    switch instance.op {
    case .conv2D(let attributes, _):
      let isDepthwise = attributes.groups == instance.result[1] && attributes.groups == instance.operands[0][1]
      if isDepthwise, attributes.groups > 1, let own = kernels.first(where: { $0.algorithm == "depthwise" }) {
        return own
      }
      let product = Product(
        rows: instance.result[0] * instance.result[2] * instance.result[3],
        columns: instance.result[1] / attributes.groups,
        length: instance.operands[0][1] / attributes.groups * attributes.kernel.height * attributes.kernel.width)
      return tile(kernels, product, options)
    case .dense:
      if instance.result[0] <= DeviceLibrary.fewExamples, let own = kernels.first(where: { $0.algorithm == "rows" }) {
        return own
      }
      let product = Product(rows: instance.result[0], columns: instance.result[1], length: instance.operands[0][1])
      return tile(kernels, product, options)
    case .gradient(.convolutionWeights(let attributes, let slices)):
      let (channels, filters) = (instance.operands[0][1], instance.operands[1][1] / attributes.groups)
      if attributes.groups == channels, channels > 1 { return kernels.first { $0.algorithm == "depthwise" } }
      let columns = attributes.kernel.height * attributes.kernel.width * channels / attributes.groups
      if min(filters, columns) >= leastOfTensorCores, options.multipliesOnTensorCores {
        let tiles = tiles(kernels, "tensor_gemm", options)
        let fitting = tiles.filter { $0.tileRows < 2 * filters && $0.tileColumns < 2 * columns }
        return largest(fitting, rows: filters, columns: columns, times: attributes.groups * slices, options)
          ?? tiles.last
      }
      let tiles = kernels.filter { $0.algorithm == "implicit_gemm" }.sorted { $0.tileRows > $1.tileRows }
      return tiles.first { filters >= $0.tileRows && columns >= $0.tileColumns } ?? tiles.last
    default: return kernels.first
    }
  }

  /// Below, most of what a tensor core multiplies would be padding.
  private static let leastOfTensorCores = 16

  /// A convolution of one group as a product of matrices.
  private struct Product {
    var rows: Int
    var columns: Int
    /// Of each sum.
    var length: Int
  }

  /// The largest tile of which there is one for every multiprocessor, else the smallest; on tensor cores where they
  /// multiply numbers of the plan's precision.
  private static func tile(_ kernels: [KernelDescriptor], _ product: Product, _ options: CompileOptions)
    -> KernelDescriptor?
  {
    let isLarge = min(product.columns, product.length) >= leastOfTensorCores
    let onTensorCores = isLarge && options.multipliesOnTensorCores
    let tiles = tiles(kernels, onTensorCores ? "tensor_gemm" : "implicit_gemm", options)
    // Half of a tile that is twice as wide as the matrix would be padding.
    let fitting = tiles.filter { $0.tileColumns < 2 * product.columns }
    return largest(fitting, rows: product.rows, columns: product.columns, options) ?? tiles.last
  }

  /// The largest ones first; those on tensor cores that multiply numbers of the plan's precision.
  private static func tiles(_ kernels: [KernelDescriptor], _ algorithm: String, _ options: CompileOptions)
    -> [KernelDescriptor]
  {
    kernels.filter {
      $0.algorithm == algorithm && (algorithm != "tensor_gemm" || $0.storage == options.precision.storage)
    }
    .sorted { $0.tileRows * $0.tileColumns > $1.tileRows * $1.tileColumns }
  }

  /// The first of which there is one for every multiprocessor.
  ///
  /// - Parameter count: matrices of that size.
  private static func largest(
    _ tiles: [KernelDescriptor], rows: Int, columns: Int, times count: Int = 1, _ options: CompileOptions
  ) -> KernelDescriptor? {
    tiles.first { kernel in
      let down = (rows + kernel.tileRows - 1) / kernel.tileRows
      let across = (columns + kernel.tileColumns - 1) / kernel.tileColumns
      return count * down * across >= options.target.cores
    }
  }
}

extension CompileOptions {
  /// Whether the target's tensor cores multiply in this precision: bf16 and the TF32 of `fast` since compute capability
  /// 8.0, fp16 since 7.5. `strict` fp32 is multiplied as such.
  fileprivate var multipliesOnTensorCores: Bool {
    guard let capability = target.capability else { return false }
    switch precision {
    case .fp32: return numerics == .fast && capability >= 80
    case .bf16: return capability >= 80
    case .fp16: return capability >= 75
    }
  }
}
