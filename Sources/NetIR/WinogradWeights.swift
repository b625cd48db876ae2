/// How the gradient of a Winograd convolution's filters is cut: what the kernels (`winograd_shape.h`), the plan and its
/// verification agree on.
///
/// Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A is linear in the filters g, so that ∂g = Gᵀ[Σ (Bᵀ d B) ⊙ (A ∂Y Aᵀ)]G with one sum
/// over all tiles of the batch. A unit of work is a slice of the batch, a group of channels and a group of filters; a
/// thread's workspace holds some tiles of both operands at all points, and the sums.
package struct WinogradWeights: Hashable, Sendable {
  /// The root mean square of the errors over that of the results, for random operands in fp32: measured against double
  /// precision for 16 to 512 channels and 200 to 8,192 tiles, where it was 5.0 to 8.4 · 10⁻⁷; plain sums had 1.9 to
  /// 3.2 · 10⁻⁷.
  package static let expectedError = 1e-6

  /// Most channels and filters of a unit.
  private static let (unitChannels, unitFilters) = (32, 64)
  /// Tiles that are transformed at once: fewer read and write the sums more often, more leave the second cache.
  private static let tilesAtOnce = 32

  package let form: Winograd.Form
  /// Of the largest unit, in whole blocks.
  package let channels, filters: Int
  package let channelGroups, filterGroups: Int

  /// - Parameter weights: channels and filters, whatever the slices.
  /// - Returns: nil where the kernel's algorithm does not apply.
  package init?(_ attributes: ConvolutionAttributes, channels: Int, filters: Int, by kernel: KernelDescriptor) {
    guard let form = Winograd.Form(rawValue: kernel.algorithm), form.fits(attributes), kernel.block > 0 else {
      return nil
    }
    self.form = form
    func cut(_ count: Int, most: Int) -> (groups: Int, largest: Int) {
      let (groups, blocks) = ((count + most - 1) / most, (count + kernel.block - 1) / kernel.block)
      return (groups, (blocks + groups - 1) / groups * kernel.block)
    }
    let (c, f) = (cut(channels, most: Self.unitChannels), cut(filters, most: Self.unitFilters))
    (self.channels, self.filters) = (c.largest, f.largest)
    (channelGroups, filterGroups) = (c.groups, f.groups)
  }

  /// Bytes that a thread needs; a multiple of 64.
  package var workspaceBytes: Int {
    form.points
      * (Winograd.planeBytes(Self.tilesAtOnce * channels) + Winograd.planeBytes(Self.tilesAtOnce * filters)
        + Winograd.planeBytes(channels * filters))
  }
}

extension GraphOp {
  /// How a kernel cuts the gradient of a convolution's filters; nil for other ops and kernels of other algorithms.
  ///
  /// - Parameter result: filters × channels × height × width, once for each slice.
  package func winogradWeights(result: [Int], by kernel: KernelDescriptor) -> WinogradWeights? {
    guard case .gradient(.convolutionWeights(let attributes, let slices)) = self, result.count == 4, slices > 0 else {
      return nil
    }
    return WinogradWeights(attributes, channels: result[1], filters: result[0] / slices, by: kernel)
  }
}
