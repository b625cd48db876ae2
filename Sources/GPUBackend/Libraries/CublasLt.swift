import CGPU
import NetIR

/// cuBLASLt, with every function that netc calls.
///
/// `@unchecked Sendable`: the table is filled by `init` and only read afterwards; cuBLASLt takes calls from any thread.
package final class CublasLt: @unchecked Sendable {
  let api: cgpu_cublaslt
  package let path: String
  /// `12.3.4`.
  package let version: String

  package init(_ found: LibrarySearch.Found) throws(GPUProblem) {
    var api = cgpu_cublaslt()
    let missing = CUDADriver.missing { cgpu_cublaslt_load(&api, found.pointer, $0, Int32($1)) }
    guard missing.isEmpty else { throw .lacksFunctions(.cublasLt, path: found.path, missing) }
    self.api = api
    path = found.path
    version = GPULibrary.version(api.version?() ?? 0)
  }

  /// While an engine is made, whatever fails is a reason to do without.
  func check(_ function: String, _ status: cgpu_cublas_status?) throws(LibraryRefusal) {
    guard let status, status != Int32(CGPU_CUBLAS_STATUS_SUCCESS) else { return }
    throw LibraryRefusal("\(function): \(Self.name(of: status))")
  }

  /// While one runs, it is an error.
  func call(_ function: String, _ status: cgpu_cublas_status?) throws(GPUProblem) {
    guard let status, status != Int32(CGPU_CUBLAS_STATUS_SUCCESS) else { return }
    throw .call(function: function, code: Int(status), name: Self.name(of: status), words: "cuBLASLt failed")
  }

  /// The numbers are those of cuBLAS's documentation of `cublasStatus_t`.
  private static func name(of status: cgpu_cublas_status) -> String {
    switch status {
    case 1: "CUBLAS_STATUS_NOT_INITIALIZED"
    case 3: "CUBLAS_STATUS_ALLOC_FAILED"
    case 7: "CUBLAS_STATUS_INVALID_VALUE"
    case 8: "CUBLAS_STATUS_ARCH_MISMATCH"
    case 13: "CUBLAS_STATUS_EXECUTION_FAILED"
    case 14: "CUBLAS_STATUS_INTERNAL_ERROR"
    case 15: "CUBLAS_STATUS_NOT_SUPPORTED"
    default: "status \(status)"
    }
  }
}

/// A handle for the device of the current context.
///
/// `@unchecked Sendable`: the handle is set once.
final class CublasLtSession: @unchecked Sendable {
  let library: CublasLt
  let handle: cgpu_cublaslt_handle?

  init(_ library: CublasLt) throws(LibraryRefusal) {
    self.library = library
    var handle: cgpu_cublaslt_handle?
    try library.check("cublasLtCreate", library.api.create?(&handle))
    self.handle = handle
  }

  deinit { _ = library.api.destroy?(handle) }
}

/// How a product of matrices is described to cuBLASLt, which counts columns: a matrix of pixels by channels is one of
/// channels by pixels to it. So `result = filtersᵀ · input`, where the filters are a matrix of channels by filters.
final class CublasLtDescription {
  private let library: CublasLt
  private(set) var product: cgpu_cublaslt_product?
  private(set) var filters: cgpu_cublaslt_layout?
  private(set) var input: cgpu_cublaslt_layout?
  /// Of what is added; that of the result where there is nothing.
  private(set) var added: cgpu_cublaslt_layout?
  private(set) var result: cgpu_cublaslt_layout?

  init(_ product: LibraryProduct, _ library: CublasLt) throws(LibraryRefusal) {
    self.library = library
    let (pixels, channels) = (
      product.result.shape[0] * product.result.shape[2] * product.result.shape[3],
      product.input.shape[1]
    )
    let units = product.result.shape[1]
    guard product.wanted == .result else { throw LibraryRefusal("it has no gradients of filters") }
    guard product.input.storage == product.filters.storage else {
      throw LibraryRefusal("its input and its weights are stored in different precisions")
    }
    guard let inputStride = product.rowStride(of: product.input),
      let resultStride = product.rowStride(of: product.result)
    else { throw LibraryRefusal("its pixels are no rows of a matrix") }
    // A bias is of the results' storage: one that is trained stays fp32.
    guard product.bias == nil || product.hasConstantBias || product.result.storage == .float32 else {
      throw LibraryRefusal("it adds no fp32 bias to \(product.result.storage.rawValue)")
    }
    let isFast = product.input.storage == .float32 && !product.isStrict
    let compute = isFast ? CGPU_CUBLAS_COMPUTE_32F_FAST_TF32 : CGPU_CUBLAS_COMPUTE_32F
    try library.check(
      "cublasLtMatmulDescCreate", library.api.create_product?(&self.product, Int32(compute), Int32(CGPU_CUDA_R_32F)))
    try set(CGPU_CUBLASLT_MATMUL_DESC_TRANSA, Int32(CGPU_CUBLAS_OP_T))
    try set(CGPU_CUBLASLT_MATMUL_DESC_TRANSB, Int32(CGPU_CUBLAS_OP_N))
    try set(CGPU_CUBLASLT_MATMUL_DESC_EPILOGUE, UInt32(try Self.epilogue(product)))
    filters = try layout(product.filters.storage, channels, units, channels)
    input = try layout(product.input.storage, channels, pixels, inputStride)
    result = try layout(product.result.storage, units, pixels, resultStride)
    guard let residual = product.residual else {
      added = result
      return
    }
    guard residual.shape == product.result.shape, residual.storage == product.result.storage,
      let stride = product.rowStride(of: residual)
    else { throw LibraryRefusal("what is added lies otherwise than the result") }
    added = try layout(residual.storage, units, pixels, stride)
  }

  deinit {
    let layouts = [filters, input, result] + (added == result ? [] : [added])
    for case .some(let layout) in layouts { _ = library.api.destroy_layout?(layout) }
    if product != nil { _ = library.api.destroy_product?(product) }
  }

  /// - Parameter address: of as many numbers as there are units.
  func setBias(_ address: cgpu_address) throws(LibraryRefusal) {
    try set(CGPU_CUBLASLT_MATMUL_DESC_BIAS_POINTER, address)
  }

  private func set<Value>(_ name: Int, _ value: Value) throws(LibraryRefusal) {
    let status = withUnsafeBytes(of: value) {
      library.api.set_product?(product, Int32(name), $0.baseAddress, $0.count)
    }
    try library.check("cublasLtMatmulDescSetAttribute(\(name))", status)
  }

  private func layout(_ storage: StorageType, _ rows: Int, _ columns: Int, _ stride: Int) throws(LibraryRefusal)
    -> cgpu_cublaslt_layout?
  {
    var layout: cgpu_cublaslt_layout?
    let type =
      switch storage {
      case .float32: CGPU_CUDA_R_32F
      case .bfloat16: CGPU_CUDA_R_16BF
      case .float16: CGPU_CUDA_R_16F
      }
    try library.check(
      "cublasLtMatrixLayoutCreate",
      library.api.create_layout?(&layout, Int32(type), UInt64(rows), UInt64(columns), Int64(stride)))
    return layout
  }

  private static func epilogue(_ product: LibraryProduct) throws(LibraryRefusal) -> Int {
    switch (product.activation, product.bias != nil) {
    case (.linear, false): CGPU_CUBLASLT_EPILOGUE_DEFAULT
    case (.linear, true): CGPU_CUBLASLT_EPILOGUE_BIAS
    case (.rectify, false): CGPU_CUBLASLT_EPILOGUE_RELU
    case (.rectify, true): CGPU_CUBLASLT_EPILOGUE_RELU_BIAS
    default: throw LibraryRefusal("it has no \(product.activation.name)")
    }
  }
}
