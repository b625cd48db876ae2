import CKernels
import NetIR

/// The rows of the C table, under the names that plans use.
package enum KernelTable {
  /// Every kernel that this build has, for any CPU.
  package static let catalogue = KernelCatalogue(rows.map(\.descriptor))

  struct Row: @unchecked Sendable {
    // The C table is constant memory.
    let kernel: UnsafePointer<ck_kernel>
    let descriptor: KernelDescriptor
  }

  static let rows: [Row] = {
    var count: Int64 = 0
    guard let table = ck_kernels(&count) else { return [] }
    return (0..<Int(count)).compactMap { index in
      let kernel = table[index]
      guard let op = KernelOp(kernel.op), let set = InstructionSet(kernel.isa),
        let storage = StorageType(kernel.storage)
      else { return nil }
      let descriptor = KernelDescriptor(
        name: String(cString: kernel.name), op: op, algorithm: String(cString: kernel.algorithm),
        instructionSet: set, storage: storage, block: Int(kernel.block), tileRows: Int(kernel.tile_m),
        tileColumns: Int(kernel.tile_n))
      return Row(kernel: table + index, descriptor: descriptor)
    }
  }()

  static subscript(name: String) -> Row? { byName[name].map { rows[$0] } }

  /// A kernel whose instructions this CPU has.
  static func runnable(_ name: String) -> Row? {
    self[name].flatMap { HostCPU.current.instructionSets.contains($0.descriptor.instructionSet) ? $0 : nil }
  }

  private static let byName = Dictionary(
    rows.enumerated().map { ($1.descriptor.name, $0) }, uniquingKeysWith: { first, _ in first })
}

extension KernelOp {
  init?(_ op: Int32) {
    switch ck_op(UInt32(op)) {
    case CK_OP_CONV2D: self = .conv2D
    case CK_OP_DENSE: self = .dense
    case CK_OP_POOL2D: self = .pool2D
    case CK_OP_GLOBAL_POOL: self = .globalPool
    case CK_OP_ACTIVATION: self = .activation
    case CK_OP_SCALE_SHIFT: self = .scaleShift
    case CK_OP_ELEMENTWISE: self = .elementwise
    case CK_OP_LRN: self = .lrn
    case CK_OP_SOFTMAX: self = .softmax
    case CK_OP_COPY: self = .copy
    case CK_OP_PAD: self = .pad
    case CK_OP_CONCAT: self = .concat
    case CK_OP_REARRANGE: self = .rearrange
    case CK_OP_PARAMETRIC_RECTIFY: self = .parametricRectify
    case CK_OP_STANDARDIZE: self = .standardize
    case CK_OP_UPSCALE_BILINEAR: self = .upscaleBilinear
    case CK_OP_INTERLEAVE: self = .interleave
    case CK_OP_PACK_WEIGHTS: self = .packWeights
    case CK_OP_CONV2D_WEIGHTS: self = .convolutionWeights
    case CK_OP_ACTIVATION_GRADIENT: self = .activationGradient
    case CK_OP_POOL2D_GRADIENT: self = .poolGradient
    case CK_OP_CHANNEL_SUM: self = .channelSum
    case CK_OP_BATCH_SUM: self = .batchSum
    case CK_OP_MOMENTS: self = .moments
    case CK_OP_JOIN_MOMENTS: self = .joinMoments
    case CK_OP_NORMALIZE: self = .normalize
    case CK_OP_NORMALIZE_SUMS: self = .normalizeSums
    case CK_OP_NORMALIZE_GRADIENT: self = .normalizeGradient
    case CK_OP_DROP: self = .drop
    case CK_OP_NOISE: self = .noise
    case CK_OP_RANDOM_SLOPES: self = .randomSlopes
    case CK_OP_FUNCTION: self = .function
    case CK_OP_LOSS: self = .loss
    case CK_OP_LOSS_GRADIENT: self = .lossGradient
    case CK_OP_EXTREMUM_GRADIENT: self = .extremumGradient
    case CK_OP_LRN_GRADIENT: self = .lrnGradient
    case CK_OP_SOFTMAX_GRADIENT: self = .softmaxGradient
    case CK_OP_STANDARDIZE_GRADIENT: self = .standardizeGradient
    case CK_OP_SCATTER: self = .scatter
    case CK_OP_UPSCALE_BILINEAR_GRADIENT: self = .upscaleBilinearGradient
    default: return nil
    }
  }
}

extension InstructionSet {
  init?(_ isa: Int32) {
    switch ck_isa(UInt32(isa)) {
    case CK_ISA_GENERIC: self = .generic
    case CK_ISA_AVX2: self = .avx2
    case CK_ISA_AVX512: self = .avx512
    case CK_ISA_AVX512_BF16: self = .avx512bf16
    case CK_ISA_AMX: self = .amx
    case CK_ISA_NEON: self = .neon
    default: return nil
    }
  }

  /// A ck_isa; of what no CPU has, none.
  var code: Int32 {
    switch self {
    case .generic: Int32(CK_ISA_GENERIC.rawValue)
    case .avx2: Int32(CK_ISA_AVX2.rawValue)
    case .avx512: Int32(CK_ISA_AVX512.rawValue)
    case .avx512bf16: Int32(CK_ISA_AVX512_BF16.rawValue)
    case .amx: Int32(CK_ISA_AMX.rawValue)
    case .neon: Int32(CK_ISA_NEON.rawValue)
    case .cuda: -1
    }
  }

  var bit: Int32 { code < 0 ? 0 : 1 << code }
}

extension StorageType {
  var code: Int32 {
    switch self {
    case .float32: Int32(CK_F32.rawValue)
    case .bfloat16: Int32(CK_BF16.rawValue)
    case .float16: -1
    }
  }

  init?(_ storage: Int32) {
    switch ck_storage(UInt32(storage)) {
    case CK_F32: self = .float32
    case CK_BF16: self = .bfloat16
    default: return nil
    }
  }
}
