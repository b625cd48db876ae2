extension KernelDescriptor {
  /// As `mismatch`, for kernels of a GPU: those that see images take any layout of them, since they count in strides,
  /// and all take every storage.
  func deviceMismatch(op: GraphOp, _ tensors: [Plan.Tensor]) -> String? {
    guard tensors.allSatisfy({ ($0.layout.isChannelsLast || $0.layout.block == 1) && $0.layout.halo == .none }) else {
      return "\(name) takes plain or NHWC tensors"
    }
    guard tensors.allSatisfy({ $0.layout.elements(of: $0.shape) <= Int(Int32.max) }) else {
      return "\(name) counts elements in 32 bits"
    }
    switch op {
    case .dense, .softmax, .pad, .rearrange, .standardize:
      return tensors.allSatisfy(\.isContiguous) ? nil : "\(name) works on plain tensors"
    case .conv2D(_, let epilogue):
      return epilogue.pool == nil ? nil : "\(name) does not pool"
    default: return nil
    }
  }
}
