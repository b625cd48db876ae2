import CGPU
import NetIR

extension CuDNNGraph {
  /// What stands behind the gradient of an image that was normalised and rectified: γ·x̂ + β computed again, the
  /// gradient of the rectifier, and of what that lets through Σg and Σg·x̂, the gradients of β and γ.
  ///
  /// - Parameters:
  ///   - gradient: of the rectified image, which is not stored.
  ///   - normalised: x, N×C×H×W.
  ///   - rectified: the gradient as it is stored.
  static func sums(
    _ library: CuDNN, of gradient: CuDNNDescriptor, _ normalised: LibraryProduct.Operand, rectified: CuDNNDescriptor
  ) throws(LibraryRefusal) -> [CuDNNDescriptor] {
    let channels = normalised.shape[1]
    func vector(_ name: Tensor, offset: Int = 0) throws(LibraryRefusal) -> CuDNNDescriptor {
      let operand = LibraryProduct.Operand(channels: channels, storage: .float32, offset: offset)
      return try tensor(library, operand, name.rawValue)
    }
    let x = try tensor(library, normalised, Tensor.normalised.rawValue)
    let (mean, inverseDeviation) = (try vector(.mean), try vector(.inverseDeviation))
    let (gamma, beta) = (try vector(.gamma), try vector(.beta))
    var made: [CuDNNDescriptor] = []
    var value = x
    for (index, (mode, operand)) in [
      (CGPU_CUDNN_POINTWISE_SUB, mean), (CGPU_CUDNN_POINTWISE_MUL, inverseDeviation),
      (CGPU_CUDNN_POINTWISE_MUL, gamma), (CGPU_CUDNN_POINTWISE_ADD, beta),
    ].enumerated() {
      let next = try between(library, normalised, 1 + index)
      made.append(try operation(library, try pointwise(mode, library), value, operand, next))
      value = next
    }
    let rectifier = try CuDNNDescriptor(library, CGPU_CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR)
    try rectifier.set(
      CGPU_CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR,
      [try pointwise(CGPU_CUDNN_POINTWISE_RELU_BWD, library)])
    try rectifier.set(CGPU_CUDNN_ATTR_OPERATION_POINTWISE_XDESC, [value])
    try rectifier.set(CGPU_CUDNN_ATTR_OPERATION_POINTWISE_DYDESC, [gradient])
    try rectifier.set(CGPU_CUDNN_ATTR_OPERATION_POINTWISE_DXDESC, [rectified])
    try rectifier.finalize("the gradient of a rectifier")
    made.append(rectifier)
    let sums = try CuDNNDescriptor(library, CGPU_CUDNN_BACKEND_OPERATION_BN_BWD_WEIGHTS_DESCRIPTOR)
    try sums.set(
      CGPU_CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_MATH_PREC, CGPU_CUDNN_TYPE_DATA_TYPE, case: CGPU_CUDNN_DATA_FLOAT)
    for (name, tensor) in [
      (CGPU_CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_X_DESC, x),
      (CGPU_CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_DY_DESC, rectified),
      (CGPU_CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_MEAN_DESC, mean),
      (CGPU_CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_INVSTD_DESC, inverseDeviation),
      (CGPU_CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_BN_SCALE_DESC, gamma),
      (CGPU_CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_DBN_BIAS_DESC, try vector(.sums)),
      // The second row of the same tensor.
      (CGPU_CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_DBN_SCALE_DESC, try vector(.products, offset: 4 * channels)),
      (CGPU_CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_EQ_DY_SCALE_DESC, try vector(.gradientScale)),
      (CGPU_CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_EQ_X_SCALE_DESC, try vector(.normalisedScale)),
      (CGPU_CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_EQ_BIAS, try vector(.shift)),
    ] { try sums.set(name, [tensor]) }
    try sums.finalize("sums of a gradient")
    return made + [sums]
  }
}
