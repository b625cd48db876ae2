import CGPU
import NetIR

/// A product as a graph of cuDNN's operations: convolution, residual, bias, activation, with tensors between them that
/// are never stored. In this order cuDNN has fused kernels that were compiled ahead, and it generates others. A gradient
/// of filters or of an image is a graph of one operation. Behind a convolution alone its results may be summed, and
/// behind the gradient of an image that was normalised and rectified. In a convolution's place there may be a batch
/// normalisation; the gradients of one are a graph of one operation.
struct CuDNNGraph {
  /// How a variant pack names the product's tensors.
  enum Tensor: Int64, CaseIterable {
    case input = 1
    case filters, bias, residual, result
    // Of results that are summed.
    case sums, squares
    // Of gradients that are, and of a normalisation's up to 1/√(σ² + ε): the last three are scales and shift for that.
    case products, normalised, mean, inverseDeviation, gamma, beta, gradientScale, normalisedScale, shift
    // Of a normalisation: a number on the host.
    case epsilon

    static func all(of product: LibraryProduct) -> [Tensor] {
      allCases.filter {
        switch $0 {
        case .input, .filters, .result: true
        case .bias: product.bias != nil
        case .residual: product.residual != nil
        case .sums: product.isSummed
        case .squares: product.isSummed && product.normalised == nil
        case .mean, .inverseDeviation: product.normalised != nil || product.epsilon != nil
        case .epsilon: product.epsilon != nil && product.normalised == nil
        case .products, .normalised: product.normalised != nil
        default: product.normalised != nil && product.epsilon == nil
        }
      }
    }
  }

  private let session: CuDNNSession
  let operations: CuDNNDescriptor
  private static let firstVirtual: Int64 = 100

  init(_ product: LibraryProduct, _ session: CuDNNSession) throws(LibraryRefusal) {
    self.session = session
    let library = session.library
    guard Set(product.factors).count == 1 else {
      throw LibraryRefusal("what it multiplies is stored in different precisions")
    }
    var made: [CuDNNDescriptor] = []
    var between: [CuDNNDescriptor] = []
    func tensor(_ operand: LibraryProduct.Operand, _ name: Tensor) throws(LibraryRefusal) -> CuDNNDescriptor {
      try Self.tensor(library, operand, name.rawValue)
    }
    // What follows the products: modes with an operand, or none.
    var following: [(pointwise: CuDNNDescriptor, operand: CuDNNDescriptor?)] = []
    if let residual = product.residual {
      following.append((try Self.pointwise(CGPU_CUDNN_POINTWISE_ADD, library), try tensor(residual, .residual)))
    }
    if let bias = product.bias, product.epsilon == nil {
      following.append((try Self.pointwise(CGPU_CUDNN_POINTWISE_ADD, library), try tensor(bias, .bias)))
    }
    if product.activation != .linear { following.append((try Self.activation(product.activation, library), nil)) }
    let result = try tensor(product.result, .result)
    for index in following.indices {
      between.append(try Self.between(library, product.result, index))
    }
    let results = between + [result]
    let input = try tensor(product.input, .input)
    let isSummedGradient = product.normalised != nil && product.epsilon == nil
    let gradient = isSummedGradient ? try Self.between(library, product.input, 0) : input
    let filters = try tensor(product.filters, .filters)
    if product.epsilon == nil {
      made.append(try Self.convolution(product, library, gradient, filters, results[0]))
    } else if let x = product.normalised {
      made.append(
        try Self.normalizationGradient(
          library, result, try tensor(x, .normalised), gamma: filters, channels: x.shape[1], input))
    } else {
      made.append(try Self.normalization(product, library, input, gamma: filters, results[0]))
    }
    for (index, step) in following.enumerated() {
      made.append(try Self.operation(library, step.pointwise, results[index], step.operand, results[index + 1]))
    }
    if isSummedGradient, let normalised = product.normalised {
      made += try Self.sums(library, of: gradient, normalised, rectified: input)
    } else if product.isSummed, product.epsilon == nil {
      let vector = LibraryProduct.Operand(channels: product.result.shape[1], storage: .float32)
      made.append(try Self.sums(library, of: result, try tensor(vector, .sums), try tensor(vector, .squares)))
    }
    operations = try CuDNNDescriptor(library, CGPU_CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR)
    if let handle = session.handle {
      try operations.set(CGPU_CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CGPU_CUDNN_TYPE_HANDLE, [handle])
    }
    try operations.set(CGPU_CUDNN_ATTR_OPERATIONGRAPH_OPS, made)
    try operations.finalize("a graph")
  }

  /// - Parameter isNumber: whether it lies on the host, and a pack gives its address there.
  static func tensor(
    _ library: CuDNN, _ operand: LibraryProduct.Operand, _ name: Int64, isVirtual: Bool = false, isNumber: Bool = false
  ) throws(LibraryRefusal) -> CuDNNDescriptor {
    let tensor = try CuDNNDescriptor(library, CGPU_CUDNN_BACKEND_TENSOR_DESCRIPTOR)
    let storage = isVirtual ? StorageType.float32 : operand.storage
    try tensor.set(CGPU_CUDNN_ATTR_TENSOR_DATA_TYPE, CGPU_CUDNN_TYPE_DATA_TYPE, case: try Self.type(storage))
    try tensor.set(CGPU_CUDNN_ATTR_TENSOR_DIMENSIONS, integers: operand.shape)
    try tensor.set(CGPU_CUDNN_ATTR_TENSOR_STRIDES, integers: operand.strides)
    try tensor.set(CGPU_CUDNN_ATTR_TENSOR_UNIQUE_ID, integers: [Int(name)])
    let alignment = isVirtual ? LibraryProduct.Operand.most : operand.alignment
    try tensor.set(CGPU_CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, integers: [alignment])
    if isVirtual { try tensor.set(CGPU_CUDNN_ATTR_TENSOR_IS_VIRTUAL, CGPU_CUDNN_TYPE_BOOLEAN, [true]) }
    if isNumber { try tensor.set(CGPU_CUDNN_ATTR_TENSOR_IS_BY_VALUE, CGPU_CUDNN_TYPE_BOOLEAN, [true]) }
    try tensor.finalize("a tensor")
    return tensor
  }

  /// What one operation makes and another one reads, and nobody stores; `place` tells it from others.
  static func between(_ library: CuDNN, _ operand: LibraryProduct.Operand, _ place: Int) throws(LibraryRefusal)
    -> CuDNNDescriptor
  {
    try tensor(library, operand, firstVirtual + Int64(place), isVirtual: true)
  }

  static func operation(
    _ library: CuDNN, _ pointwise: CuDNNDescriptor, _ x: CuDNNDescriptor, _ operand: CuDNNDescriptor?,
    _ y: CuDNNDescriptor
  ) throws(LibraryRefusal) -> CuDNNDescriptor {
    let operation = try CuDNNDescriptor(library, CGPU_CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR)
    try operation.set(CGPU_CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, [pointwise])
    try operation.set(CGPU_CUDNN_ATTR_OPERATION_POINTWISE_XDESC, [x])
    if let operand { try operation.set(CGPU_CUDNN_ATTR_OPERATION_POINTWISE_BDESC, [operand]) }
    try operation.set(CGPU_CUDNN_ATTR_OPERATION_POINTWISE_YDESC, [y])
    try operation.finalize("a pointwise operation")
    return operation
  }

  private static func convolution(
    _ product: LibraryProduct, _ library: CuDNN, _ input: CuDNNDescriptor, _ filters: CuDNNDescriptor,
    _ result: CuDNNDescriptor
  ) throws(LibraryRefusal) -> CuDNNDescriptor {
    let names = Names(product.wanted)
    let a = product.attributes
    let convolution = try CuDNNDescriptor(library, CGPU_CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR)
    try convolution.set(CGPU_CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, integers: [2])
    try convolution.set(
      CGPU_CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CGPU_CUDNN_TYPE_DATA_TYPE, case: CGPU_CUDNN_DATA_FLOAT)
    try convolution.set(
      CGPU_CUDNN_ATTR_CONVOLUTION_CONV_MODE, CGPU_CUDNN_TYPE_CONVOLUTION_MODE, case: CGPU_CUDNN_CROSS_CORRELATION)
    try convolution.set(CGPU_CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, integers: [a.padding.top, a.padding.left])
    try convolution.set(CGPU_CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, integers: [a.padding.bottom, a.padding.right])
    try convolution.set(CGPU_CUDNN_ATTR_CONVOLUTION_DILATIONS, integers: [a.dilation.height, a.dilation.width])
    try convolution.set(CGPU_CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, integers: [a.stride.height, a.stride.width])
    try convolution.finalize("a convolution")
    let operation = try CuDNNDescriptor(library, names.kind)
    try operation.set(names.input, [input])
    try operation.set(names.filters, [filters])
    try operation.set(names.result, [result])
    try operation.set(names.convolution, [convolution])
    try operation.set(names.alpha, CGPU_CUDNN_TYPE_FLOAT, [Float(1)])
    try operation.set(names.beta, CGPU_CUDNN_TYPE_FLOAT, [Float(0)])
    try operation.finalize("an operation")
    return operation
  }

  /// What cuDNN calls an operation and its attributes: those of all three kinds follow each other in one order, as
  /// `tables.c` makes sure.
  private struct Names {
    let kind: Int
    let alpha: Int
    var beta: Int { alpha + CGPU_CUDNN_CONVOLUTION_BETA }
    var convolution: Int { alpha + CGPU_CUDNN_CONVOLUTION_DESC }
    var filters: Int { alpha + CGPU_CUDNN_CONVOLUTION_FILTERS }
    var input: Int { alpha + CGPU_CUDNN_CONVOLUTION_IMAGE }
    var result: Int { alpha + CGPU_CUDNN_CONVOLUTION_RESULT }

    init(_ wanted: LibraryProduct.Wanted) {
      switch wanted {
      case .result:
        kind = CGPU_CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR
        alpha = CGPU_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA
      case .filters:
        kind = CGPU_CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR
        alpha = CGPU_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA
      case .image:
        kind = CGPU_CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR
        alpha = CGPU_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA
      }
    }
  }

  /// The sums of each channel's results, and of their squares.
  private static func sums(
    _ library: CuDNN, of result: CuDNNDescriptor, _ sums: CuDNNDescriptor, _ squares: CuDNNDescriptor
  ) throws(LibraryRefusal) -> CuDNNDescriptor {
    let operation = try CuDNNDescriptor(library, CGPU_CUDNN_BACKEND_OPERATION_GEN_STATS_DESCRIPTOR)
    try operation.set(
      CGPU_CUDNN_ATTR_OPERATION_GENSTATS_MODE, CGPU_CUDNN_TYPE_GENSTATS_MODE, case: CGPU_CUDNN_GENSTATS_SUM_SQSUM)
    try operation.set(
      CGPU_CUDNN_ATTR_OPERATION_GENSTATS_MATH_PREC, CGPU_CUDNN_TYPE_DATA_TYPE, case: CGPU_CUDNN_DATA_FLOAT)
    try operation.set(CGPU_CUDNN_ATTR_OPERATION_GENSTATS_XDESC, [result])
    try operation.set(CGPU_CUDNN_ATTR_OPERATION_GENSTATS_SUMDESC, [sums])
    try operation.set(CGPU_CUDNN_ATTR_OPERATION_GENSTATS_SQSUMDESC, [squares])
    try operation.finalize("sums of results")
    return operation
  }

  private static func activation(_ activation: Activation, _ library: CuDNN) throws(LibraryRefusal)
    -> CuDNNDescriptor
  {
    let mode: Int
    var numbers: [(Int, Float)] = []
    switch activation {
    case .rectify: mode = CGPU_CUDNN_POINTWISE_RELU_FWD
    case .leakyRectify(let leakiness):
      mode = CGPU_CUDNN_POINTWISE_RELU_FWD
      numbers = [(CGPU_CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP_SLOPE, leakiness)]
    case .clip(let least, let most):
      mode = CGPU_CUDNN_POINTWISE_RELU_FWD
      numbers = [
        (CGPU_CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP, least), (CGPU_CUDNN_ATTR_POINTWISE_RELU_UPPER_CLIP, most),
      ]
    case .tanh: mode = CGPU_CUDNN_POINTWISE_TANH_FWD
    case .sigmoid: mode = CGPU_CUDNN_POINTWISE_SIGMOID_FWD
    case .elu: mode = CGPU_CUDNN_POINTWISE_ELU_FWD
    case .gelu: mode = CGPU_CUDNN_POINTWISE_GELU_FWD
    case .softplus: mode = CGPU_CUDNN_POINTWISE_SOFTPLUS_FWD
    case .swish: mode = CGPU_CUDNN_POINTWISE_SWISH_FWD
    case .linear, .selu, .scaledTanh, .hardSwish: throw LibraryRefusal("it has no \(activation.name)")
    }
    return try pointwise(mode, library, numbers)
  }

  static func pointwise(_ mode: Int, _ library: CuDNN, _ numbers: [(name: Int, value: Float)] = [])
    throws(LibraryRefusal) -> CuDNNDescriptor
  {
    let pointwise = try CuDNNDescriptor(library, CGPU_CUDNN_BACKEND_POINTWISE_DESCRIPTOR)
    try pointwise.set(CGPU_CUDNN_ATTR_POINTWISE_MODE, CGPU_CUDNN_TYPE_POINTWISE_MODE, case: mode)
    try pointwise.set(CGPU_CUDNN_ATTR_POINTWISE_MATH_PREC, CGPU_CUDNN_TYPE_DATA_TYPE, case: CGPU_CUDNN_DATA_FLOAT)
    for (name, value) in numbers { try pointwise.set(name, CGPU_CUDNN_TYPE_DOUBLE, [Double(value)]) }
    try pointwise.finalize("a pointwise mode")
    return pointwise
  }

  private static func type(_ storage: StorageType) throws(LibraryRefusal) -> Int {
    switch storage {
    case .float32: CGPU_CUDNN_DATA_FLOAT
    case .bfloat16: CGPU_CUDNN_DATA_BFLOAT16
    case .float16: CGPU_CUDNN_DATA_HALF
    }
  }
}
