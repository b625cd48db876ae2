import NetIR

/// NVIDIA's libraries as the compiler sees them: a kernel for each of the first proposals of a library, which compete
/// when a plan is tuned. Without tuning the first is taken.
package enum LibraryKernelTable {
  private static let proposals: [DeviceLibrary: Int] = [.cudnn: 4, .cublasLt: 3]
  /// Of cuDNN's, for convolutions and gradients of images that sum their results, and for whole normalisations and
  /// their gradients.
  private static let summing = 2

  package static func kernels(of libraries: Set<DeviceLibrary>) -> [KernelDescriptor] {
    var rows: [KernelDescriptor] = []
    // cuBLASLt stands first where both can: its products come compiled.
    for library in [DeviceLibrary.cublasLt, .cudnn] where libraries.contains(library) {
      for proposal in 0..<(proposals[library] ?? 1) {
        rows += ops(of: library).map { row(name(library, $0, proposal), $0, library.rawValue) }
      }
    }
    // Behind those that leave sums to others: the rule takes none of these.
    for op in [KernelOp.conv2D, .convolutionData] where libraries.contains(.cudnn) {
      rows += (0..<summing).map {
        row("cudnn_\(op.rawValue)_sums" + suffix($0), op, DeviceLibrary.summingAlgorithm)
      }
    }
    if libraries.contains(.cudnn) {
      for (name, op) in [("cudnn_normalization", KernelOp.moments), ("cudnn_normalization_gradient", .normalizeSums)] {
        rows += (0..<summing).map { row(name + suffix($0), op, DeviceLibrary.normalizingAlgorithm) }
      }
    }
    return rows
  }

  private static func ops(of library: DeviceLibrary) -> [KernelOp] {
    switch library {
    case .cublasLt: [.conv2D, .dense]
    case .cudnn: [.conv2D, .dense, .convolutionWeights, .convolutionData]
    }
  }

  /// Beside netc's own kernels.
  package static func catalogue(with libraries: Set<DeviceLibrary>) -> KernelCatalogue {
    KernelCatalogue(DeviceKernelTable.catalogue.kernels + kernels(of: libraries))
  }

  /// Which of its library's proposals a kernel is, the first 0.
  static func proposal(of kernel: String) -> Int {
    guard let dot = kernel.lastIndex(of: "."), let number = Int(kernel[kernel.index(after: dot)...]) else { return 0 }
    return number - 1
  }

  private static func name(_ library: DeviceLibrary, _ op: KernelOp, _ proposal: Int) -> String {
    "\(library.rawValue)_\(op.rawValue)" + suffix(proposal)
  }

  private static func suffix(_ proposal: Int) -> String { proposal == 0 ? "" : ".\(proposal + 1)" }

  private static func row(_ name: String, _ op: KernelOp, _ algorithm: String) -> KernelDescriptor {
    KernelDescriptor(
      name: name, op: op, algorithm: algorithm, instructionSet: .cuda, storage: .float32, block: 0, tileRows: 1,
      tileColumns: 1)
  }
}

extension Plan {
  /// Under which name the times of a step's kernels are kept: how its tensors are stored is the precision's matter.
  package func tuningSignature(of step: Step) -> String {
    var instance = instance(of: step)
    instance.storage = .float32
    return instance.signature
  }
}
