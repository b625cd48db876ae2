/// What this machine has of NVIDIA's, found once: every piece, or why it is missing.
package struct GPUSystem: Sendable {
  /// A library that can compute in place of netc's kernels.
  package struct Extra: Sendable {
    package let library: GPULibrary
    package let result: Result<(path: String, version: String), GPUProblem>
  }

  package let driver: Result<CUDADriver, GPUProblem>
  package let devices: [GPUDevice]
  package let compiler: Result<KernelCompiler, GPUProblem>
  package let cudnn: Result<CuDNN, GPUProblem>
  package let cublasLt: Result<CublasLt, GPUProblem>

  package var extras: [Extra] {
    [
      Extra(library: .cublasLt, result: cublasLt.map { ($0.path, $0.version) }),
      Extra(library: .cudnn, result: cudnn.map { ($0.path, $0.version) }),
    ]
  }

  package init(_ search: LibrarySearch = LibrarySearch()) {
    driver = Self.result { () throws(GPUProblem) in try CUDADriver(try search.find(.driver)) }
    devices = (try? driver.get()).flatMap { try? GPUDevice.all($0) } ?? []
    compiler = Self.result { () throws(GPUProblem) in try KernelCompiler(try search.find(.nvrtc)) }
    cudnn = Self.result { () throws(GPUProblem) in try CuDNN(try search.find(.cudnn)) }
    cublasLt = Self.result { () throws(GPUProblem) in try CublasLt(try search.find(.cublasLt)) }
  }

  /// The first device, with a compiler for it.
  ///
  /// - Throws: the first reason why nothing can run.
  package func usable() throws(GPUProblem) -> (GPUDevice, KernelCompiler) {
    (try usableDevice(), try compiler.get())
  }

  /// The first device.
  package func usableDevice() throws(GPUProblem) -> GPUDevice {
    let driver = try driver.get()
    guard let device = devices.first else {
      _ = try GPUDevice.all(driver)
      throw .noDevice("the driver finds no device")
    }
    return device
  }

  private static func result<Value>(_ body: () throws(GPUProblem) -> Value) -> Result<Value, GPUProblem> {
    do throws(GPUProblem) { return .success(try body()) } catch { return .failure(error) }
  }
}
