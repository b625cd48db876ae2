import NetIR

/// A device in use, with the means to compile for it.
package struct GPUMachine: Sendable {
  package let context: DeviceContext
  package let compiler: KernelCompiler
  let cache: KernelCache
  package let libraries: DeviceLibraries
  /// What plans for this machine can be made of.
  package let catalogue: KernelCatalogue

  package init(_ system: GPUSystem = GPUSystem(), cache: KernelCache = KernelCache()) throws(GPUProblem) {
    let (device, compiler) = try system.usable()
    context = try DeviceContext(device)
    self.compiler = compiler
    self.cache = cache
    libraries = DeviceLibraries(system)
    catalogue = KernelCatalogue(
      DeviceKernelTable.catalogue.kernels + LibraryKernelTable.kernels(of: libraries.available))
  }

  package var device: GPUDevice { context.device }

  /// The binary of a kernel text for this device.
  func binary(of source: String, name: String) throws(GPUProblem) -> [UInt8] {
    let architecture = try compiler.architecture(for: device.capability)
    return try cache.binary(of: source, name: name, for: architecture, compiler)
  }
}
