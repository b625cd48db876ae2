import Exchange
import GPUKernels
import NetIR

/// A device in use, with the means to compile for it.
package struct GPUMachine: Sendable {
  package let context: DeviceContext
  /// Missing where there is no NVRTC: then only what was compiled ahead can run.
  package let compiler: Result<KernelCompiler, GPUProblem>
  let cache: KernelCache
  package let libraries: DeviceLibraries
  /// What plans for this machine can be made of.
  package let catalogue: KernelCatalogue

  /// - Throws: why there is no device that can be used.
  package init(_ system: GPUSystem = GPUSystem(), cache: KernelCache = KernelCache()) throws(GPUProblem) {
    context = try DeviceContext(try system.usableDevice())
    compiler = system.compiler
    self.cache = cache
    libraries = DeviceLibraries(system)
    catalogue = LibraryKernelTable.catalogue(with: libraries.available)
  }

  package var device: GPUDevice { context.device }

  /// `H100 with cuDNN 9.3.4, cuBLASLt 12.3.4`.
  package var title: String {
    device.name + (libraries.versions.isEmpty ? "" : " with \(libraries.versions)")
  }

  /// Where times of kernels are kept.
  package var tuning: TuningCache { TuningCache(folder: cache.folder) }

  /// Where engines of cuDNN are kept.
  var engines: EngineCache {
    let circumstances = """
      \(device.name), compute capability \(device.capability), \(device.processors) processors
      driver \(device.driver.version), cuDNN \(libraries.cudnn?.version ?? "none")
      """
    return EngineCache(files: cache, circumstances: circumstances)
  }

  /// Of everything that kernels of netc's own are made with.
  package var versions: String {
    let compiler = (try? compiler.get()).map { "NVRTC \($0.version)" } ?? "no NVRTC"
    let tensor = KernelText.tensorModule(Set(TensorKernel.families + TensorKernel.gradientFamilies))
    let texts = KernelText.library + KernelText.trainingLibrary + tensor
    return "driver \(device.driver.version), \(compiler), kernels \(Digest(of: Array(texts.utf8)).hexadecimal)"
  }

  /// The binary of a kernel text for this device: compiled for exactly this one where that is possible, else what was
  /// compiled ahead.
  func binary(of source: String, name: String, ahead: AheadKernels? = nil) throws(GPUProblem) -> [UInt8] {
    switch compiler {
    case .success(let compiler):
      let architecture = try compiler.architecture(for: device.capability)
      return try cache.binary(of: source, name: name, for: architecture, compiler)
    case .failure(let problem):
      guard let image = ahead?.image(of: source) else { throw problem }
      return image
    }
  }
}
