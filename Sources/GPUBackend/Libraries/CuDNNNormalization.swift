import CGPU
import NetIR

extension CuDNNGraph {
  /// A batch normalisation with moments that it takes itself: γ·x̂ + β, and for gradients each channel's mean and
  /// 1/√(σ² + ε). Running statistics it could update as well; the step of training has its own.
  static func normalization(
    _ product: LibraryProduct, _ library: CuDNN, _ x: CuDNNDescriptor, gamma: CuDNNDescriptor, _ y: CuDNNDescriptor
  ) throws(LibraryRefusal) -> CuDNNDescriptor {
    let channels = product.result.shape[1]
    let vector = LibraryProduct.Operand(channels: channels, storage: .float32)
    // The second row of the same tensor.
    let second = LibraryProduct.Operand(channels: channels, storage: .float32, offset: 4 * channels)
    let one = LibraryProduct.Operand(channels: 1, storage: .float32)
    let operation = try CuDNNDescriptor(library, CGPU_CUDNN_BACKEND_OPERATION_NORM_FORWARD_DESCRIPTOR)
    try operation.set(
      CGPU_CUDNN_ATTR_OPERATION_NORM_FWD_MODE, CGPU_CUDNN_TYPE_NORM_MODE, case: CGPU_CUDNN_BATCH_NORM)
    try operation.set(
      CGPU_CUDNN_ATTR_OPERATION_NORM_FWD_PHASE, CGPU_CUDNN_TYPE_NORM_FWD_PHASE, case: CGPU_CUDNN_NORM_FWD_TRAINING)
    for (name, tensor) in [
      (CGPU_CUDNN_ATTR_OPERATION_NORM_FWD_XDESC, x),
      (CGPU_CUDNN_ATTR_OPERATION_NORM_FWD_MEAN_DESC, try tensor(library, vector, Tensor.mean.rawValue)),
      (
        CGPU_CUDNN_ATTR_OPERATION_NORM_FWD_INV_VARIANCE_DESC,
        try tensor(library, second, Tensor.inverseDeviation.rawValue)
      ),
      (CGPU_CUDNN_ATTR_OPERATION_NORM_FWD_SCALE_DESC, gamma),
      (CGPU_CUDNN_ATTR_OPERATION_NORM_FWD_BIAS_DESC, try tensor(library, product.bias ?? vector, Tensor.bias.rawValue)),
      (
        CGPU_CUDNN_ATTR_OPERATION_NORM_FWD_EPSILON_DESC,
        try tensor(library, one, Tensor.epsilon.rawValue, isNumber: true)
      ),
      (CGPU_CUDNN_ATTR_OPERATION_NORM_FWD_YDESC, y),
    ] { try operation.set(name, [tensor]) }
    try operation.finalize("a normalisation")
    return operation
  }

  /// The gradients of one: of what was normalised, γ/√(σ² + ε)·(g − (Σg + x̂·Σg·x̂)/M) with M numbers a channel, and of
  /// β and γ, Σg and Σg·x̂.
  ///
  /// - Parameters:
  ///   - g: the gradient of the result, N×C×H×W as x and dx.
  ///   - dx: what is computed.
  static func normalizationGradient(
    _ library: CuDNN, _ g: CuDNNDescriptor, _ x: CuDNNDescriptor, gamma: CuDNNDescriptor, channels: Int,
    _ dx: CuDNNDescriptor
  ) throws(LibraryRefusal) -> CuDNNDescriptor {
    func vector(_ name: Tensor, offset: Int = 0) throws(LibraryRefusal) -> CuDNNDescriptor {
      let operand = LibraryProduct.Operand(channels: channels, storage: .float32, offset: offset)
      return try tensor(library, operand, name.rawValue)
    }
    let operation = try CuDNNDescriptor(library, CGPU_CUDNN_BACKEND_OPERATION_NORM_BACKWARD_DESCRIPTOR)
    try operation.set(
      CGPU_CUDNN_ATTR_OPERATION_NORM_BWD_MODE, CGPU_CUDNN_TYPE_NORM_MODE, case: CGPU_CUDNN_BATCH_NORM)
    for (name, tensor) in [
      (CGPU_CUDNN_ATTR_OPERATION_NORM_BWD_XDESC, x),
      (CGPU_CUDNN_ATTR_OPERATION_NORM_BWD_MEAN_DESC, try vector(.mean)),
      (CGPU_CUDNN_ATTR_OPERATION_NORM_BWD_INV_VARIANCE_DESC, try vector(.inverseDeviation)),
      (CGPU_CUDNN_ATTR_OPERATION_NORM_BWD_DYDESC, g),
      (CGPU_CUDNN_ATTR_OPERATION_NORM_BWD_SCALE_DESC, gamma),
      // The second row of the same tensor as the sums.
      (CGPU_CUDNN_ATTR_OPERATION_NORM_BWD_DSCALE_DESC, try vector(.products, offset: 4 * channels)),
      (CGPU_CUDNN_ATTR_OPERATION_NORM_BWD_DBIAS_DESC, try vector(.sums)),
      (CGPU_CUDNN_ATTR_OPERATION_NORM_BWD_DXDESC, dx),
    ] { try operation.set(name, [tensor]) }
    try operation.finalize("the gradient of a normalisation")
    return operation
  }
}
