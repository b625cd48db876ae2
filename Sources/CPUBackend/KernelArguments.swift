import CKernels
import NetIR

/// Writes what kernels read: the C structures that mirror a plan's tensors and ops.
enum KernelArguments {
  /// A tensor as kernels see it. `data` may be nil where only sizes matter.
  static func tensor(_ tensor: Plan.Tensor, _ data: UnsafeMutableRawPointer?) -> ck_tensor {
    let shape = tensor.shape
    // A vector per example is an image of one pixel; other ranks are what `axes` makes of them.
    let four =
      switch shape.count {
      case 4: shape
      case 1: [1, shape[0], 1, 1]
      default: [shape[0], shape[1], 1, shape.dropFirst(2).reduce(1, *)]
      }
    return view(four, tensor.layout, data)
  }

  /// Number `index` of a plan's tensors. A view of channels has the strides and the halo of the tensor that they lie in.
  static func tensor(_ index: Int, of tensors: [Plan.Tensor], _ data: UnsafeMutableRawPointer?) -> ck_tensor {
    guard let root = tensors[index].viewOf, let first = tensors[index].firstChannel else {
      return tensor(tensors[index], data)
    }
    var result = tensor(tensors[root], data)
    let offset = first / Int(result.block) * Int(result.stride_c) * tensors[root].layout.storage.bytes
    result.data = result.data.map { (UnsafeMutableRawPointer($0) + offset).assumingMemoryBound(to: Float.self) }
    result.c = Int64(tensors[index].shape[1])
    return result
  }

  /// The same bytes as outer × axis × inner, for ops that look at one axis of a plain tensor.
  static func view(_ tensor: Plan.Tensor, around axis: Int, _ data: UnsafeMutableRawPointer?) -> ck_tensor {
    let shape = tensor.shape
    let outer = shape.prefix(axis).reduce(1, *)
    let inner = shape.dropFirst(axis + 1).reduce(1, *)
    return view([outer, shape[axis], 1, inner], TensorLayout(storage: tensor.layout.storage), data)
  }

  /// The same bytes as one row, for ops to which the place of an element means nothing.
  static func row(_ tensor: Plan.Tensor, _ data: UnsafeMutableRawPointer?) -> ck_tensor {
    view([1, 1, 1, tensor.shape.elements], TensorLayout(storage: tensor.layout.storage), data)
  }

  /// An array in C order with these four axes.
  static func plain(_ shape: [Int], _ data: UnsafeMutableRawPointer?, _ storage: StorageType = .float32) -> ck_tensor {
    view(shape, TensorLayout(storage: storage), data)
  }

  private static func view(_ shape: [Int], _ layout: TensorLayout, _ data: UnsafeMutableRawPointer?)
    -> ck_tensor
  {
    let block = layout.block
    let halo = layout.halo
    let rowStride = (shape[3] + halo.left + halo.right) * block
    let planeStride = (shape[2] + halo.top + halo.bottom) * rowStride
    let interior = halo.top * rowStride + halo.left * block
    var tensor = ck_tensor()
    tensor.data = data.map { ($0 + interior * layout.storage.bytes).assumingMemoryBound(to: Float.self) }
    tensor.storage = layout.storage.code
    (tensor.n, tensor.c, tensor.h, tensor.w) = (
      Int64(shape[0]), Int64(shape[1]), Int64(shape[2]), Int64(shape[3])
    )
    tensor.block = Int64(block)
    tensor.stride_w = Int64(block)
    tensor.stride_h = Int64(rowStride)
    tensor.stride_c = Int64(planeStride)
    tensor.stride_n = Int64((shape[1] + block - 1) / block * planeStride)
    (tensor.halo_top, tensor.halo_bottom) = (Int64(halo.top), Int64(halo.bottom))
    (tensor.halo_left, tensor.halo_right) = (Int64(halo.left), Int64(halo.right))
    return tensor
  }

  static func activation(_ activation: Activation) -> ck_activation {
    func make(_ kind: ck_activation_kind, _ p0: Float = 0, _ p1: Float = 0) -> ck_activation {
      ck_activation(kind: Int32(kind.rawValue), p0: p0, p1: p1)
    }
    return switch activation {
    case .linear: make(CK_LINEAR)
    case .rectify: make(CK_RECTIFY)
    case .leakyRectify(let leakiness): make(CK_LEAKY_RECTIFY, leakiness)
    case .elu: make(CK_ELU)
    case .selu: make(CK_SELU)
    case .softplus: make(CK_SOFTPLUS)
    case .sigmoid: make(CK_SIGMOID)
    case .tanh: make(CK_TANH)
    case .scaledTanh(let scaleIn, let scaleOut): make(CK_SCALED_TANH, scaleIn, scaleOut)
    case .swish: make(CK_SWISH)
    case .hardSwish: make(CK_HARD_SWISH)
    case .gelu: make(CK_GELU)
    case .clip(let least, let most): make(CK_CLIP, least, most)
    }
  }

  static func poolMode(_ mode: PoolMode) -> Int32 {
    switch mode {
    case .max: Int32(CK_POOL_MAX.rawValue)
    case .averageExcludingPad: Int32(CK_POOL_AVERAGE_EXC_PAD.rawValue)
    case .averageIncludingPad: Int32(CK_POOL_AVERAGE_INC_PAD.rawValue)
    case .l2: Int32(CK_POOL_L2.rawValue)
    }
  }

  static func globalMode(_ mode: GlobalPoolMode) -> Int32 {
    switch mode {
    case .mean: Int32(CK_GLOBAL_MEAN.rawValue)
    case .max: Int32(CK_GLOBAL_MAX.rawValue)
    case .l2: Int32(CK_GLOBAL_L2.rawValue)
    }
  }

  static func elementwiseKind(_ kind: ElementwiseKind) -> Int32 {
    switch kind {
    case .sum: Int32(CK_SUM.rawValue)
    case .mul: Int32(CK_MUL.rawValue)
    case .max: Int32(CK_MAX.rawValue)
    case .min: Int32(CK_MIN.rawValue)
    case .mean: Int32(CK_MEAN.rawValue)
    }
  }
}
