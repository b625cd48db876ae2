import NetIR

/// The constants of a plan as kernels of a GPU want them, one behind the other.
struct DeviceWeights {
  private let plan: Plan
  /// Bytes from the beginning to each constant, a multiple of 256.
  let offsets: [Int]
  let bytes: Int

  init(_ plan: Plan) {
    self.plan = plan
    var offsets: [Int] = []
    var end = 0
    for index in plan.constants.indices {
      offsets.append(end)
      end += Self.aligned(plan.constants[index].shape.elements * plan.storage(ofConstant: index).bytes)
    }
    (self.offsets, bytes) = (offsets, end)
  }

  /// - Parameter values: in C order, as many as the constant's shape says.
  func packed(_ index: Int, _ values: [Float]) throws(GPUProblem) -> [UInt8] {
    let constant = plan.constants[index]
    guard values.count == constant.shape.elements else {
      throw .unsupported("constant `\(constant.name)` has \(values.count) values")
    }
    let ordered = order(of: constant).map { $0.apply(values, of: $1) } ?? values
    switch plan.storage(ofConstant: index) {
    case .float32: return ordered.withUnsafeBytes(Array.init)
    case .bfloat16: return ordered.map(\.bfloat16).withUnsafeBytes(Array.init)
    case .float16: return ordered.map(Float16.init).withUnsafeBytes(Array.init)
    }
  }

  /// How the numbers move, and the shape from which they do; nil where they stay.
  private func order(of constant: Plan.Constant) -> (Rearrangement, [Int])? {
    guard case .step(let number) = constant.packing else { return nil }
    let step = plan.steps[number]
    let shape = constant.shape
    switch (step.op, step.algorithm) {
    case (.conv2D(let attributes, _), "implicit_gemm"):
      // Filters, channels, taps to group, tap, channel, filter of the group.
      let apart = [attributes.groups, shape[0] / attributes.groups, shape[1], shape[2] * shape[3]]
      return (.transpose(apart, [0, 3, 2, 1]), apart)
    case (.conv2D, "tensor_gemm"), (.conv2D, DeviceLibrary.cudnn.rawValue), (.conv2D, DeviceLibrary.cublasLt.rawValue):
      // Filters, channels, taps to filter, tap, channel.
      let apart = [shape[0], shape[1], shape[2] * shape[3]]
      return (.transpose(apart, [0, 2, 1]), apart)
    case (.conv2D, _):
      let apart = [shape[0], shape[2] * shape[3]]
      return (.transpose(apart, [1, 0]), apart)
    case (.dense, "implicit_gemm"): return (.transpose(shape, [1, 0]), shape)
    default: return nil
    }
  }

  static func aligned(_ bytes: Int) -> Int { (bytes + 255) / 256 * 256 }
}

extension Float {
  /// Rounded to nearest, ties to even; not-a-number stays one.
  fileprivate var bfloat16: UInt16 {
    let bits = bitPattern
    if isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16)
  }
}
