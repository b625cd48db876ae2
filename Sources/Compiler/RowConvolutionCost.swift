import NetIR

extension RowConvolution {
  /// A share of the direct kernel's products that is worth a plain result: what reads it may want blocks.
  private static let gain = 0.7

  /// Whether the kernel can compute this convolution, finds its input as it wants it, and leaves fewer lanes empty
  /// than blocks of channels would.
  static func pays(
    _ kernel: KernelDescriptor, _ op: GraphOp, _ graph: Graph, _ id: ValueID, _ options: CompileOptions
  ) -> Bool {
    let node = graph[id]
    guard case .conv2D(let attributes, let epilogue) = op,
      obstacle(attributes, epilogue, result: node.shape, by: kernel) == nil,
      isPlain(node.operands[0], graph, options)
    else { return false }
    let (channels, width, lanes) = (node.shape[1], node.shape[3], kernel.instructionSet.lanes)
    func vectors(_ count: Int) -> Int { (count + lanes - 1) / lanes }
    return Double(channels * vectors(width)) <= gain * Double(width * vectors(channels))
  }

  /// Whether a value will lie in C order by itself: an input, or what row convolutions and pooling make of one.
  private static func isPlain(_ id: ValueID, _ graph: Graph, _ options: CompileOptions) -> Bool {
    let node = graph[id]
    switch node.op {
    case .input, .reshape, .rearrange, .pad, .upscaleBilinear, .standardize: return true
    case .conv2D: return node.kernel.flatMap { options.catalogue[$0] }?.algorithm == algorithm
    case .pool2D, .activation, .scaleShift, .parametricRectify: return isPlain(node.operands[0], graph, options)
    default: return false
    }
  }
}
