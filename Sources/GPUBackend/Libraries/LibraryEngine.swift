import CGPU

/// What a library made of a product: it starts kernels of its own.
protocol LibraryEngine: AnyObject {
  /// Device memory that it writes while it works.
  var workspaceBytes: Int { get }

  /// - Parameter workspace: at least `workspaceBytes`.
  func start(_ operands: LibraryOperands, workspace: cgpu_address, in stream: cgpu_stream?) throws(GPUProblem)
}

/// The addresses of a product.
struct LibraryOperands {
  let input, filters: cgpu_address
  let bias, residual: cgpu_address?
  let result: cgpu_address
  /// Where results are summed or normalised: what `CuDNNGraph.Tensor` has behind the result, in its order.
  let beside: [cgpu_address?]

  /// - Parameter addresses: in the order of the structure of netc's own kernels.
  init(_ addresses: [cgpu_address?]) {
    (input, filters, result) = (addresses[0] ?? 0, addresses[1] ?? 0, addresses[4] ?? 0)
    (bias, residual) = (addresses[2], addresses[3])
    beside = Array(addresses.dropFirst(5))
  }
}
