import CGPU

/// What this machine has of NVIDIA's, found once: every piece, or why it is missing.
package struct GPUSystem: Sendable {
  /// A library that is only asked for its version.
  package struct Extra: Sendable {
    package let library: GPULibrary
    package let result: Result<(path: String, version: String), GPUProblem>
  }

  package let driver: Result<CUDADriver, GPUProblem>
  package let devices: [GPUDevice]
  package let compiler: Result<KernelCompiler, GPUProblem>
  package let extras: [Extra]

  package init(_ search: LibrarySearch = LibrarySearch()) {
    driver = Self.result { () throws(GPUProblem) in try CUDADriver(try search.find(.driver)) }
    devices = (try? driver.get()).flatMap { try? GPUDevice.all($0) } ?? []
    compiler = Self.result { () throws(GPUProblem) in try KernelCompiler(try search.find(.nvrtc)) }
    extras = [GPULibrary.cublasLt, .cudnn].map { library in
      Extra(
        library: library,
        result: Self.result { () throws(GPUProblem) in
          let found = try search.find(library)
          return (found.path, try Self.version(of: library, found))
        })
    }
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

  private static func version(of library: GPULibrary, _ found: LibrarySearch.Found) throws(GPUProblem) -> String {
    switch library {
    case .cublasLt:
      var table = cgpu_cublaslt()
      let missing = CUDADriver.missing { cgpu_cublaslt_load(&table, found.pointer, $0, Int32($1)) }
      guard missing.isEmpty else { throw .lacksFunctions(library, path: found.path, missing) }
      return words(table.version?() ?? 0, major: 10000)
    case .cudnn:
      var table = cgpu_cudnn()
      let missing = CUDADriver.missing { cgpu_cudnn_load(&table, found.pointer, $0, Int32($1)) }
      guard missing.isEmpty else { throw .lacksFunctions(library, path: found.path, missing) }
      return words(table.version?() ?? 0, major: 10000)
    case .driver, .nvrtc: return ""
    }
  }

  /// 120304 → 12.3.4.
  private static func words(_ version: Int, major: Int) -> String {
    "\(version / major).\(version % major / 100).\(version % 100)"
  }
}
