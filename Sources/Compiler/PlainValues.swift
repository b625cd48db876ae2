import NetIR

extension Graph {
  /// Whether a value will lie in C order by itself: an input, or what row convolutions and pooling make of one. The
  /// kernels of what it is made of have been chosen.
  func liesPlain(_ id: ValueID, _ catalogue: KernelCatalogue) -> Bool {
    let node = self[id]
    switch node.op {
    case .input, .reshape, .rearrange, .pad, .upscaleBilinear, .standardize: return true
    case .conv2D: return node.kernel.flatMap { catalogue[$0] }?.algorithm == RowConvolution.algorithm
    case .gradient(.activation): return node.operands.allSatisfy { liesPlain($0, catalogue) }
    case .gradient(.pool(let attributes, _)):
      // Full blocks are quicker.
      let block = node.kernel.flatMap { catalogue[$0] }?.block ?? 1
      guard block <= 1 || node.shape[1] < block else { return false }
      return liesPlain(node.operands[attributes.mode.readsValues ? 1 : 0], catalogue)
    case .pool2D, .activation, .scaleShift, .parametricRectify: return liesPlain(node.operands[0], catalogue)
    default: return false
    }
  }
}
