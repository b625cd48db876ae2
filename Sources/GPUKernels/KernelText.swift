/// Texts in the common subset of CUDA C++ and C++17: NVRTC compiles them for a device, the tests' compiler for the host.
package enum KernelText {
  /// All kernels that are written by hand, as one module.
  package static let library = prelude + convolution + pooling + normalisation + movement
}
