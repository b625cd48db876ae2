import CGPU
import NetIR

/// One of the algorithms that cuBLASLt proposes for a product of matrices.
final class CublasLtEngine: LibraryEngine {
  let workspaceBytes: Int
  private let session: CublasLtSession
  private let description: CublasLtDescription
  private let algorithm: cgpu_cublaslt_algorithm
  private let adds: Bool

  /// What NVIDIA advises for its newest devices, and more than older ones ask for.
  private static let mostWorkspace: UInt64 = 32 << 20

  /// - Parameter proposal: the first that can be used is 0.
  init(_ product: LibraryProduct, proposal: Int, _ session: CublasLtSession) throws(LibraryRefusal) {
    self.session = session
    adds = product.residual != nil
    description = try CublasLtDescription(product, session.library)
    let proposals = try Self.proposals(description, product, count: proposal + 1, session)
    guard proposals.indices.contains(proposal) else {
      throw LibraryRefusal("cuBLASLt has \(proposals.count) algorithms for it")
    }
    (algorithm, workspaceBytes) = (proposals[proposal].algorithm, proposals[proposal].workspace_bytes)
  }

  func start(_ operands: LibraryOperands, workspace: cgpu_address, in stream: cgpu_stream?) throws(GPUProblem) {
    if let bias = operands.bias {
      do throws(LibraryRefusal) { try description.setBias(bias) } catch {
        throw .call(function: "cuBLASLt", code: 0, name: "bias", words: error.words)
      }
    }
    let added = operands.residual ?? operands.result
    var (one, factor, algorithm) = (Float(1), Float(adds ? 1 : 0), algorithm)
    try session.library.call(
      "cublasLtMatmul",
      session.library.api.multiply?(
        session.handle, description.product, &one, Self.pointer(operands.filters), description.filters,
        Self.pointer(operands.input), description.input, &factor, Self.pointer(added), description.added,
        UnsafeMutableRawPointer(bitPattern: UInt(operands.result)), description.result, &algorithm,
        UnsafeMutableRawPointer(bitPattern: UInt(workspace)), workspaceBytes, stream))
  }

  private static func pointer(_ address: cgpu_address) -> UnsafeRawPointer? {
    UnsafeRawPointer(bitPattern: UInt(address))
  }

  /// Sums that were split are added in fp32, in an order of their own, not by whoever comes first.
  private static func proposals(
    _ description: CublasLtDescription, _ product: LibraryProduct, count: Int, _ session: CublasLtSession
  ) throws(LibraryRefusal) -> [cgpu_cublaslt_proposal] {
    let library = session.library
    var preference: cgpu_cublaslt_preference?
    try library.check("cublasLtMatmulPreferenceCreate", library.api.create_preference?(&preference))
    defer { _ = library.api.destroy_preference?(preference) }
    func set<Value>(_ name: Int, _ value: Value) throws(LibraryRefusal) {
      let status = withUnsafeBytes(of: value) {
        library.api.set_preference?(preference, Int32(name), $0.baseAddress, $0.count)
      }
      try library.check("cublasLtMatmulPreferenceSetAttribute(\(name))", status)
    }
    try set(CGPU_CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, mostWorkspace)
    try set(CGPU_CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, UInt32(CGPU_CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE))
    try set(CGPU_CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, UInt32(product.filters.alignment))
    try set(CGPU_CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, UInt32(product.input.alignment))
    let added = product.residual ?? product.result
    try set(CGPU_CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, UInt32(added.alignment))
    try set(CGPU_CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, UInt32(product.result.alignment))
    var found = [cgpu_cublaslt_proposal](repeating: cgpu_cublaslt_proposal(), count: count)
    var known: Int32 = 0
    try library.check(
      "cublasLtMatmulAlgoGetHeuristic",
      library.api.propose?(
        session.handle, description.product, description.filters, description.input, description.added,
        description.result, preference, Int32(count), &found, &known))
    return found.prefix(max(0, Int(known))).filter { $0.status == Int32(CGPU_CUBLAS_STATUS_SUCCESS) }
  }
}
