/// Texts in the common subset of CUDA C++ and C++17: NVRTC compiles them for a device, the tests' compiler for the host.
package enum KernelText {
  /// All kernels that are written by hand and that inference knows, as one module.
  package static let library = prelude + convolution + pooling + normalisation + movement + preparation

  /// Those that steps of training have besides.
  package static let trainingLibrary =
    prelude + trainingFunctions + channelSums + weightGradientArguments + weightGradient + imageGradients
    + rowGradients + losses + update

  /// Whether a kernel is one of `trainingLibrary`.
  package static func isOfTraining(_ kernel: String) -> Bool { trainingLibrary.contains("NETC_KERNEL(\(kernel),") }

  /// What generated kernels have in front of them.
  ///
  /// - Parameter isOfTraining: whether any of them computes an op of training.
  package static func groupPrelude(isOfTraining: Bool) -> String {
    isOfTraining ? prelude + trainingFunctions : prelude
  }

  /// Products on tensor cores, as one module: compiling all of them would take a minute.
  package static func tensorModule(_ kernels: Set<TensorKernel>) -> String {
    let gradients = kernels.filter { $0.product == .weightGradient }
    return prelude + tensorWords
      + (gradients.count == kernels.count && !kernels.isEmpty ? "" : convolution + tensorConvolution)
      + (gradients.isEmpty ? "" : weightGradientArguments + tensorWeightGradient)
      + kernels.sorted().map(\.text).joined()
  }
}
