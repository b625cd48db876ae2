/// Products of fp32 numbers that are split into a high and a low bf16 part each, in tiles of AMX: how a layer is cut into
/// bands, which the kernels of the algorithm do in the same way (`split/shape.h`), the plan and its verification.
///
/// A thread's workspace holds what a band of the result reads, split: of each pixel, chunks of 32 channels. Of a plain
/// image it holds for each pixel of the result the patch that its filters see; of a dense layer rows of inputs, as if
/// they were pixels of one column.
package struct SplitProducts: Hashable, Sendable {
  package static let algorithm = "split"

  /// The root mean square of the errors over that of the results. For uniform operands around zero, or activations of
  /// zero and more, it is 3.5 to 4.0·10⁻⁶ from 16 to 25,088 inputs, sums in the order of the tiles against double
  /// precision: the parts that nobody multiplies hide the rounding of the sums.
  package static let expectedError = 4e-6

  /// Inputs of a step of the sums.
  package static let inputsAtOnce = 32
  /// Of a sum, two bf16 products for each, and the third.
  package static let productsForOne = 3

  /// Images, and their rows and columns of results.
  package let images, height, width: Int
  /// Channels or units of the result.
  package let filters: Int
  /// Filters of a unit of work.
  package let filtersAtOnce: Int
  /// Of 32 channels, inputs or numbers of a patch.
  package let chunks: Int
  /// Whether the workspace holds patches.
  package let hasPatches: Bool
  /// Taps of the filters as the workspace has it, pixels and rows there from one result to the next, from one tap to
  /// the next.
  private let taps, step, apart: Size2D
  /// Pixels of a row of the workspace.
  package let pitch: Int

  /// - Parameter isPlain: whether the input of a convolution lies in C order.
  /// - Returns: nil where the kernel's algorithm does not apply: it takes one group.
  package init?(_ op: GraphOp, input: [Int], result: [Int], isPlain: Bool, by kernel: KernelDescriptor) {
    guard kernel.algorithm == Self.algorithm, kernel.tileColumns > 0, input.count > 1, result.count > 1 else {
      return nil
    }
    filtersAtOnce = kernel.tileColumns
    filters = result[1]
    let numbers: Int
    switch op {
    case .dense:
      (images, height, width) = (1, result[0], 1)
      (taps, step, apart) = (Size2D(1), Size2D(1), Size2D(1))
      (hasPatches, numbers) = (false, input[1])
    case .conv2D(let attributes, _):
      guard attributes.groups == 1, result.count == 4 else { return nil }
      (images, height, width) = (result[0], result[2], result[3])
      hasPatches = isPlain
      let kernel = attributes.kernel
      taps = isPlain ? Size2D(1) : kernel
      step = Size2D(taps.height == 1 ? 1 : attributes.stride.height, taps.width == 1 ? 1 : attributes.stride.width)
      apart = attributes.dilation
      numbers = isPlain ? Self.product(input[1], Self.product(kernel.height, kernel.width)) : input[1]
    default: return nil
    }
    chunks = (numbers - 1) / Self.inputsAtOnce + 1
    pitch = (width - 1) * step.width + (taps.width - 1) * apart.width + 1
  }

  /// Steps of a sum.
  package var steps: Int { Self.product(chunks, taps.height * taps.width) }

  package var filterTiles: Int { (filters + filtersAtOnce - 1) / filtersAtOnce }

  /// Rows of an image of the workspace for so many rows of the result.
  package func storedRows(_ rows: Int) -> Int { (rows - 1) * step.height + (taps.height - 1) * apart.height + 1 }

  /// Bytes that a thread needs for so many rows of each of some images; a multiple of 64. More than one image go with
  /// all of their rows.
  package func workspaceBytes(images: Int, rows: Int) -> Int {
    // An odd number of cache lines.
    let pixels = Self.product(images, Self.product(storedRows(rows), pitch)) | 1
    return Self.product(Self.product(chunks, pixels), 4 * Self.inputsAtOnce)
  }

  /// How many strips of up to 16 pixels a band is cut into, and how many pixels each has. A strip goes from one row to
  /// the next, over pixels beyond the right edge, where that makes fewer of them.
  package func strips(images: Int, rows: Int) -> (count: Int, pixels: Int) {
    let most = 16
    func cut(_ lines: Int, _ width: Int) -> (count: Int, pixels: Int) {
      let each = (width + most - 1) / most
      return (lines * each, (width + each - 1) / each)
    }
    if taps == Size2D(1) { return cut(1, images * rows * width) }
    let (byRow, byImage) = (cut(images * rows, width), cut(images, (rows - 1) * pitch + width))
    return step == Size2D(1) && byImage.count < byRow.count ? byImage : byRow
  }

  /// What is too large for any memory stays so: sizes may come from a file.
  static func product(_ a: Int, _ b: Int) -> Int {
    let (product, overflows) = a.multipliedReportingOverflow(by: b)
    return overflows ? .max / 256 : min(product, .max / 256)
  }
}
