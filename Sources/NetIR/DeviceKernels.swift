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
    case .packWeights: return tensors[0].isContiguous ? nil : "\(name) packs plain weights"
    case .gradient(.convolutionWeights):
      return tensors.last?.isContiguous == true ? nil : "\(name) gives plain weights"
    case .dense, .softmax, .pad, .rearrange, .standardize:
      return tensors.allSatisfy(\.isContiguous) ? nil : "\(name) works on plain tensors"
    case .conv2D(_, let epilogue):
      return epilogue.pool == nil ? nil : "\(name) does not pool"
    default:
      switch op.trainingPlacement {
      case .plain: return tensors.allSatisfy(\.isContiguous) ? nil : "\(name) works on plain tensors"
      case .sums: return tensors.last?.isContiguous == true ? nil : "\(name) gives plain numbers"
      case .alike: return mismatch(ofPlaces: op, tensors)
      case nil: return nil
      }
    }
  }

  /// Of more than four axes, those along which places walk alike count as one.
  private func mismatch(ofPlaces op: GraphOp, _ tensors: [Plan.Tensor]) -> String? {
    guard case .training(.drop(_, let shared, _)) = op, let x = tensors.first, x.shape.count > 4 else { return nil }
    return CounterPlaces(x.shape, shared: shared).axes.count <= CounterPlaces.mostAxes
      ? nil : "\(name) counts in \(CounterPlaces.mostAxes) axes"
  }

  /// How weights lie that a step packs, in fp32; nil where they are read as they are.
  func deviceWeightLayout(_ op: GraphOp) -> TensorLayout? {
    switch op {
    case .conv2D(let attributes, _), .gradient(.convolutionData(let attributes, _)):
      TensorLayout(weights: WeightOrder(form: .device, columns: 1, groups: attributes.groups))
    case .dense where algorithm != "rows": TensorLayout(weights: WeightOrder(form: .device, columns: 1))
    default: nil
    }
  }
}
