import CKernels
import NetIR

/// Arguments of the kernels that move elements of C-order arrays.
extension KernelArguments {
  static func pad(
    _ attributes: PadAttributes, _ shape: [Int], _ input: UnsafeMutablePointer<Float>?,
    _ output: UnsafeMutablePointer<Float>?
  ) -> ck_pad_args {
    var arguments = ck_pad_args()
    arguments.in = input.map { UnsafePointer($0) }
    arguments.out = output
    arguments.rank = Int64(shape.count)
    arguments.value = attributes.value
    fill(&arguments.in_shape, shape)
    fill(&arguments.before, attributes.before)
    fill(&arguments.after, attributes.after)
    return arguments
  }

  static func rearrange(
    _ rearrangement: Rearrangement, _ shape: [Int], _ input: UnsafeMutablePointer<Float>?,
    _ output: UnsafeMutablePointer<Float>?
  ) -> ck_rearrange_args {
    let (offset, strides) = rearrangement.strides(over: shape)
    var axes: [(count: Int, stride: Int)] = []
    for (count, stride) in zip(rearrangement.shape, strides) where count > 1 {
      // Neighbours that walk like one axis are one: longer rows for the kernel.
      if let last = axes.last, last.stride == count * stride {
        axes[axes.count - 1] = (last.count * count, stride)
      } else {
        axes.append((count, stride))
      }
    }
    if axes.isEmpty { axes = [(1, 1)] }
    var arguments = ck_rearrange_args()
    arguments.in = input.map { UnsafePointer($0) }
    arguments.out = output
    arguments.rank = Int64(axes.count)
    arguments.offset = Int64(offset)
    fill(&arguments.counts, axes.map(\.count))
    fill(&arguments.strides, axes.map(\.stride))
    return arguments
  }

  /// - Parameter shape: of what is rearranged.
  static func packWeights(
    _ rearrangement: Rearrangement, _ shape: [Int], _ order: WeightOrder, _ input: UnsafeMutablePointer<Float>?,
    _ output: UnsafeMutablePointer<Float>?
  ) -> ck_pack_weights_args {
    let (offset, strides) = rearrangement.strides(over: shape)
    let weights = rearrangement.shape
    func size(_ axis: Int) -> Int64 { axis < weights.count ? Int64(weights[axis]) : 1 }
    var arguments = ck_pack_weights_args()
    arguments.in = input.map { UnsafePointer($0) }
    arguments.out = output
    (arguments.filters, arguments.channels, arguments.kernel_h, arguments.kernel_w) = (
      size(0), size(1), size(2), size(3)
    )
    arguments.offset = Int64(offset)
    fill(&arguments.strides, strides)
    arguments.order =
      switch order.form {
      case .direct: Int32(CK_WEIGHTS_DIRECT.rawValue)
      case .depthwise: Int32(CK_WEIGHTS_DEPTHWISE.rawValue)
      case .gemm: Int32(CK_WEIGHTS_GEMM.rawValue)
      case .pairs: Int32(CK_WEIGHTS_PAIRS.rawValue)
      case .pixelPairs: Int32(CK_WEIGHTS_PIXEL_PAIRS.rawValue)
      case .gemmPairs: Int32(CK_WEIGHTS_GEMM_PAIRS.rawValue)
      case .split, .splitUnits: Int32(CK_WEIGHTS_SPLIT.rawValue)
      case .splitPatches: Int32(CK_WEIGHTS_SPLIT_PATCHES.rawValue)
      case .byInput, .device: preconditionFailure("no step of a CPU packs weights like that")
      }
    (arguments.columns, arguments.block) = (Int64(order.columns), Int64(order.block))
    arguments.groups = Int64(order.groups)
    return arguments
  }

  /// Fills the first elements of a C array, which Swift imports as a tuple.
  static func fill<Tuple>(_ array: inout Tuple, _ values: [Int]) {
    withUnsafeMutableBytes(of: &array) { bytes in
      for (index, value) in values.enumerated() {
        bytes.storeBytes(of: Int64(value), toByteOffset: index * MemoryLayout<Int64>.stride, as: Int64.self)
      }
    }
  }
}
