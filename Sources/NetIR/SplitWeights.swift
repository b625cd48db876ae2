/// How the gradient of a convolution's filters is cut where its products are split: what the kernels
/// (`split/weights_shape.h`), the plan and its verification agree on.
///
/// For each tap it is a product (channels × pixels)·(pixels × filters). A unit of work is a slice of the batch, a group of
/// channels and one of filters. A thread's workspace holds the unit's sums, and a band of pixels of both operands: some
/// whole images, or rows of one.
package struct SplitWeights: Hashable, Sendable {
  /// Most channels and filters of a unit; for one tap alone, whose sums are few.
  private static let (unit, unitOfOne) = (64, 128)
  private static let step = SplitProducts.inputsAtOnce

  /// Images of the largest slice, rows of the result.
  package let images, height: Int
  /// Of the largest unit, in whole steps.
  package let channels, filters: Int
  package let channelGroups, filterGroups: Int
  package let taps: Int
  /// Parts that the stride makes of the image's pixels.
  package let phases: Int
  /// Rows and places of a phase beyond those of the result.
  private let reach: Size2D
  /// Places of a row: pixels of the result, and what taps reach beyond.
  private let pitch: Int

  /// - Parameter slices: of the batch.
  /// - Returns: nil where the kernel's algorithm does not apply: it takes one group.
  package init?(
    _ attributes: ConvolutionAttributes, slices: Int, input: [Int], filters: Int, by kernel: KernelDescriptor
  ) {
    guard kernel.algorithm == SplitProducts.algorithm, attributes.groups == 1, input.count == 4, slices > 0 else {
      return nil
    }
    let (window, stride, pad) = (attributes.kernel, attributes.stride, attributes.padding)
    let far = Size2D(
      (window.height - 1) * attributes.dilation.height, (window.width - 1) * attributes.dilation.width)
    height = (input[2] + pad.top + pad.bottom - far.height - 1) / stride.height + 1
    let width = (input[3] + pad.left + pad.right - far.width - 1) / stride.width + 1
    guard height > 0, width > 0 else { return nil }
    images = (input[0] + slices - 1) / slices
    taps = window.height * window.width
    phases = min(far.height + 1, stride.height) * min(far.width + 1, stride.width)
    reach = Size2D(far.height / stride.height, far.width / stride.width)
    pitch = width + reach.width
    let most = taps == 1 ? Self.unitOfOne : Self.unit
    func cut(_ count: Int) -> (groups: Int, largest: Int) {
      let groups = (count + most - 1) / most
      return (groups, Self.up((count + groups - 1) / groups))
    }
    (channelGroups, channels) = cut(input[1])
    (filterGroups, self.filters) = cut(filters)
  }

  private static func up(_ count: Int) -> Int { (count + step - 1) / step * step }

  /// Places of so many rows of the result, in whole steps of the sums.
  package func places(_ rows: Int) -> Int { Self.up((rows - 1) * pitch + pitch - reach.width) }

  /// Numbers of a channel's line: an odd number of cache lines.
  package func line(_ rows: Int) -> Int {
    (Self.up(places(rows) + reach.height * pitch + reach.width) / Self.step | 1) * Self.step
  }

  /// Bytes that a thread needs for so many rows of each of some images; a multiple of 64. More than one image go with
  /// all of their rows.
  package func workspaceBytes(images: Int, rows: Int) -> Int {
    let image = SplitProducts.product(phases * channels, line(rows)) + filters * places(rows)
    return 4 * (taps * channels * filters + SplitProducts.product(images, image))
  }
}

extension GraphOp {
  /// How a kernel of split products cuts the gradient of a convolution's filters; nil for other ops and kernels of other
  /// algorithms.
  ///
  /// - Parameters:
  ///   - input: of the image.
  ///   - result: filters × channels × height × width, once for each slice.
  package func splitWeights(input: [Int], result: [Int], by kernel: KernelDescriptor) -> SplitWeights? {
    guard case .gradient(.convolutionWeights(let attributes, let slices)) = self, result.count == 4, slices > 0 else {
      return nil
    }
    return SplitWeights(attributes, slices: slices, input: input, filters: result[0] / slices, by: kernel)
  }
}
