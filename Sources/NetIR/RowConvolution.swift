/// Convolution of a plain image into plain images, with neighbouring pixels of one channel in a vector (kernels
/// `conv2d_rows_*`): for few output channels, which would leave most lanes of a block empty.
package enum RowConvolution {
  package static let algorithm = "rows"

  /// What a kernel wants that this convolution has not, whatever the layouts; nil when it can compute it.
  package static func obstacle(
    _ attributes: ConvolutionAttributes, _ epilogue: Epilogue, result: [Int], by kernel: KernelDescriptor
  ) -> String? {
    guard attributes.stride.width == 1, attributes.groups == 1 else { return "one group at a horizontal stride of 1" }
    // Vectors overlap at the end of a row; a residual that lies where the result goes would be added twice.
    guard !epilogue.residual else { return "no residual" }
    return tooNarrow(result, for: kernel)
  }

  /// The same for the gradient of its filters, of which g is that of a convolution's result.
  package static func obstacle(_ attributes: ConvolutionAttributes, g: [Int], by kernel: KernelDescriptor) -> String? {
    guard attributes.stride.width == 1, attributes.groups == 1 else { return "one group at a horizontal stride of 1" }
    return tooNarrow(g, for: kernel)
  }

  private static func tooNarrow(_ image: [Int], for kernel: KernelDescriptor) -> String? {
    let lanes = kernel.instructionSet.lanes
    return image[3] >= lanes ? nil : "rows of \(lanes) pixels or more"
  }
}
