/// How the gradient of a Winograd convolution's filters is cut: what the kernels (`winograd_shape.h`), the plan and its
/// verification agree on.
///
/// Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A is linear in the filters g, so that ∂g = Gᵀ[Σ (Bᵀ d B) ⊙ (A ∂Y Aᵀ)]G with one sum
/// over all tiles of the batch. A unit of work is a slice of the batch, a group of channels and a group of filters; a
/// thread's workspace holds some tiles of both operands at all points, and the sums.
package struct WinogradWeights: Hashable, Sendable {
  /// Most channels and filters of a unit.
  private static let (unitChannels, unitFilters) = (32, 64)
  /// Tiles that are transformed at once: fewer read and write the sums more often, more leave the second cache.
  package var tilesAtOnce: Int {
    switch form {
    case .f4x3: 32
    case .f4x5: 16
    }
  }

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
      * (Winograd.planeBytes(tilesAtOnce * channels) + Winograd.planeBytes(tilesAtOnce * filters)
        + Winograd.planeBytes(channels * filters))
  }
}

extension Winograd.Form {
  /// The root mean square of the errors of a gradient of filters over that of the gradient, for random operands in fp32:
  /// measured against double precision for 16 to 512 channels and 64 to 8,192 tiles, where it was 5.0 to 8.4 · 10⁻⁷ with
  /// 3×3 filters and 2.1 to 3.3 · 10⁻⁶ with 5×5; plain sums had 1.9 to 3.2 · 10⁻⁷.
  package var expectedErrorOfWeights: Double {
    switch self {
    case .f4x3: 1e-6
    case .f4x5: 4e-6
    }
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
