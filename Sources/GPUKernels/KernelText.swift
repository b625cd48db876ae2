/// Texts in the common subset of CUDA C++ and C++17: NVRTC compiles them for a device, the tests' compiler for the host.
package enum KernelText {
  /// All kernels that are written by hand, as one module.
  package static let library = prelude + convolution + pooling + normalisation + movement + preparation

  /// Convolutions on tensor cores, as one module: compiling all of them would take a minute.
  package static func tensorModule(_ kernels: Set<TensorKernel>) -> String {
    prelude + tensorWords + convolution + tensorConvolution + kernels.sorted().map(\.text).joined()
  }
}
