import NetIR

extension Graph {
  /// Whether a value will lie in C order by itself: an input, or what row convolutions and pooling make of one. The
  /// kernels of what it is made of have been chosen.
  func liesPlain(_ id: ValueID, _ catalogue: KernelCatalogue) -> Bool {
    let node = self[id]
    switch node.op {
    case .input, .reshape, .rearrange, .pad, .upscaleBilinear, .standardize: return true
    case .conv2D: return node.kernel.flatMap { catalogue[$0] }?.algorithm == RowConvolution.algorithm
    case .pool2D, .activation, .scaleShift, .parametricRectify: return liesPlain(node.operands[0], catalogue)
    default: return false
    }
  }
}
