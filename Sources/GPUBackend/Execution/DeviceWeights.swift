import NetIR

/// The constants of a plan as kernels of a GPU want them, one behind the other.
struct DeviceWeights {
  private let plan: Plan
  /// Bytes from the beginning to each constant, a multiple of 256.
  let offsets: [Int]
  /// The same of what is brought once more, in the plan's precision, by constant.
  let rounded: [Int: Int]
  let bytes: Int

  init(_ plan: Plan) {
    self.plan = plan
    var offsets: [Int] = []
    var end = 0
    for index in plan.constants.indices {
      offsets.append(end)
      end += Self.aligned(plan.constants[index].shape.elements * plan.storage(ofConstant: index).bytes)
    }
    var rounded: [Int: Int] = [:]
    for index in plan.steps.compactMap(plan.roundedBias) where rounded[index] == nil {
      rounded[index] = end
      end += Self.aligned(plan.constants[index].shape.elements * plan.precisionStorage.bytes)
    }
    (self.offsets, self.rounded, bytes) = (offsets, rounded, end)
  }

  /// - Parameter values: in C order, as many as the constant's shape says.
  func packed(_ index: Int, _ values: [Float]) throws(GPUProblem) -> [UInt8] {
    let constant = plan.constants[index]
    guard values.count == constant.shape.elements else {
      throw .unsupported("constant `\(constant.name)` has \(values.count) values")
    }
    var ordered = values
    if case .step(let number) = constant.packing,
      let order = DeviceWeightOrder(plan.steps[number], shape: constant.shape)
    {
      ordered = order.packed(values)
    }
    return Self.stored(ordered, as: plan.storage(ofConstant: index))
  }

  /// Of a constant that is brought twice, what lies at `rounded`.
  func packedRounded(_ values: [Float]) -> [UInt8] { Self.stored(values, as: plan.precisionStorage) }

  private static func stored(_ values: [Float], as storage: StorageType) -> [UInt8] {
    switch storage {
    case .float32: values.withUnsafeBytes(Array.init)
    case .bfloat16: values.map(\.bfloat16).withUnsafeBytes(Array.init)
    case .float16: values.map(Float16.init).withUnsafeBytes(Array.init)
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
