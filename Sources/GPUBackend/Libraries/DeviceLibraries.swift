import CGPU
import NetIR

/// The libraries that a device can compute with, beside netc's own kernels. `NETC_GPU_LIBRARIES=none` does without.
package struct DeviceLibraries: Sendable {
  package let cudnn: CuDNN?
  package let cublasLt: CublasLt?

  package init(_ system: GPUSystem, environment: (String) -> String? = LibrarySearch.environment) {
    let isWanted = environment(Self.variable) != "none"
    cudnn = isWanted ? try? system.cudnn.get() : nil
    cublasLt = isWanted ? try? system.cublasLt.get() : nil
  }

  package static let variable = "NETC_GPU_LIBRARIES"

  package var available: Set<DeviceLibrary> {
    Set([cudnn.map { _ in .cudnn }, cublasLt.map { _ in .cublasLt }].compactMap { $0 })
  }

  /// `cuDNN 9.3.4, cuBLASLt 12.3.4`; what was measured holds for these.
  package var versions: String {
    [cudnn.map { "cuDNN \($0.version)" }, cublasLt.map { "cuBLASLt \($0.version)" }].compactMap { $0 }
      .joined(separator: ", ")
  }
}
