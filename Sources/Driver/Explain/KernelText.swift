import CPUBackend
import Diagnostics

/// Kernels as tables name them.
enum KernelText {
  /// Algorithm and register tile: `winograd 14x32`. A name that this build does not know stays as it is.
  static func short(_ name: String) -> String {
    guard let kernel = KernelTable.catalogue[name] else { return SafeText.escaped(name) }
    return kernel.tileRows > 0 ? "\(kernel.algorithm) \(kernel.tileRows)x\(kernel.tileColumns)" : kernel.algorithm
  }
}
