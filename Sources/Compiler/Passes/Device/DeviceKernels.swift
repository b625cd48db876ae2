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
      let pixels = instance.result[0] * instance.result[2] * instance.result[3]
      return tile(kernels, rows: pixels, columns: instance.result[1] / attributes.groups, options)
    case .dense:
      if instance.result[0] <= DeviceLibrary.fewExamples, let own = kernels.first(where: { $0.algorithm == "rows" }) {
        return own
      }
      return tile(kernels, rows: instance.result[0], columns: instance.result[1], options)
    case .gradient(.convolutionWeights(let attributes, _)):
      let (channels, filters) = (instance.operands[0][1], instance.operands[1][1])
      if attributes.groups == channels, channels > 1 { return kernels.first { $0.algorithm == "depthwise" } }
      let columns = attributes.kernel.height * attributes.kernel.width * channels / attributes.groups
      let tiles = kernels.filter { $0.algorithm == "implicit_gemm" }.sorted { $0.tileRows > $1.tileRows }
      return tiles.first { filters / attributes.groups >= $0.tileRows && columns >= $0.tileColumns } ?? tiles.last
    default: return kernels.first
    }
  }

  /// The largest tile of which there is one for every multiprocessor, else the smallest.
  private static func tile(_ kernels: [KernelDescriptor], rows: Int, columns: Int, _ options: CompileOptions)
    -> KernelDescriptor?
  {
    let tiles = kernels.filter { $0.algorithm == "implicit_gemm" }.sorted { $0.tileRows > $1.tileRows }
    return tiles.first { kernel in
      let down = (rows + kernel.tileRows - 1) / kernel.tileRows
      let across = (columns + kernel.tileColumns - 1) / kernel.tileColumns
      return down * across >= options.target.cores
    } ?? tiles.last
  }
}
