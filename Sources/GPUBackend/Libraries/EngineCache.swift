import CGPU

/// cuDNN's execution plans in the user's cache folder, in the form that cuDNN gives them: where it compiles kernels for
/// one, making it takes up to some seconds.
///
/// A file is for one product and proposal, one version of cuDNN, one device and driver. What is damaged, or what cuDNN
/// does not take back, is made again and replaced; a folder that cannot be written to costs time and nothing else.
package struct EngineCache: Sendable {
  let files: KernelCache
  /// What plans depend on beside the product, in lines.
  let circumstances: String

  private static let kind = "engine"

  /// The plan as cuDNN once gave it.
  func text(of product: LibraryProduct, proposal: Int) -> [UInt8]? {
    files.kept(Self.kind, identity(product, proposal))
  }

  func keep(_ text: [UInt8], of product: LibraryProduct, proposal: Int) {
    files.keep(text, Self.kind, identity(product, proposal))
  }

  private func identity(_ product: LibraryProduct, _ proposal: Int) -> String {
    "\(circumstances)\nproposal \(proposal)\n\(String(reflecting: product))"
  }
}
