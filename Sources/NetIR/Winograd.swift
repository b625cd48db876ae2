/// How Winograd's convolution cuts a layer: what the kernels of the algorithm, which cut it in the same way
/// (`winograd_shape.h`), the plan and its verification agree on.
///
/// The output is covered by tiles of pixels. A unit of work is a block of tiles times a tile of filters; a thread's
/// workspace holds, for such a unit, the transformed input of all channels, the transformed filters of a chunk of
/// channels, and the sums.
package struct Winograd: Hashable, Sendable {
  /// F(m×m, r×r): tiles of m × m pixels, filters of r × r. The raw value is the name of the kernels' algorithm.
  package enum Form: String, CaseIterable, Sendable {
    case f4x3 = "winograd_f4x3"
    case f4x5 = "winograd_f4x5"

    /// Output pixels of a tile, either way.
    package var tileSize: Int { 4 }
    /// Taps of a filter, either way.
    package var filterSize: Int {
      switch self {
      case .f4x3: 3
      case .f4x5: 5
      }
    }
    /// Whether a convolution is one that the form computes: filters of its size at stride 1, undilated, in one group.
    package func fits(_ attributes: ConvolutionAttributes) -> Bool {
      attributes.kernel == Size2D(filterSize) && attributes.stride == Size2D(1)
        && attributes.dilation == Size2D(1) && attributes.groups == 1
    }
    /// What it wants, where it does not.
    package var wanted: String { "\(filterSize)×\(filterSize) filters at stride 1, undilated, in one group" }

    /// Products for each tile, channel and filter; direct convolution has tileSize² · filterSize².
    package var points: Int { (tileSize + filterSize - 1) * (tileSize + filterSize - 1) }

    /// Tiles that cover the images of a result.
    package func tiles(of result: [Int]) -> Int {
      func across(_ size: Int) -> Int { (size + tileSize - 1) / tileSize }
      return result[0] * across(result[2]) * across(result[3])
    }

    /// The root mean square of the errors over that of the results, for random operands in fp32: one part from the
    /// transforms, one from the sums within a chunk of channels, one from the sum of chunks. Measured against double
    /// precision for 1 to 4096 channels, uniform operands around zero. Direct convolution has 1.7·10⁻⁸ ·
    /// filterSize · √channels.
    package func expectedError(channels: Int) -> Double {
      let (transforms, within, across): (Double, Double, Double) =
        switch self {
        case .f4x3: (1.3e-13, 7.5e-15, 2.3e-16)
        case .f4x5: (2.0e-12, 1.5e-13, 4.4e-15)
        }
      return (transforms + within * Double(min(channels, Winograd.chunk)) + across * Double(channels)).squareRoot()
    }
  }

  /// Channels whose filters are transformed, and whose products are added up, at a time.
  private static let chunk = 32

  package let form: Form
  /// Tiles of the whole batch.
  package let tiles: Int
  /// Channels that filters have.
  package let realChannels: Int
  /// Channels and filters, in whole blocks.
  package let channels, filters: Int
  /// Filters of a unit.
  package let filtersAtOnce: Int

  /// - Returns: nil where the kernel's algorithm does not apply: a form takes filters of its size at stride 1,
  ///   undilated, in one group.
  package init?(
    _ attributes: ConvolutionAttributes, input: [Int], result: [Int], by kernel: KernelDescriptor
  ) {
    guard let form = Form(rawValue: kernel.algorithm), form.fits(attributes), kernel.block > 0, kernel.tileColumns > 0
    else { return nil }
    self.form = form
    tiles = form.tiles(of: result)
    realChannels = input[1]
    func inBlocks(_ count: Int) -> Int { (count + kernel.block - 1) / kernel.block * kernel.block }
    (channels, filters) = (inBlocks(input[1]), inBlocks(result[1]))
    filtersAtOnce = kernel.tileColumns
  }

  package var filterTiles: Int { (filters + filtersAtOnce - 1) / filtersAtOnce }

  /// Bytes that a thread needs for blocks of so many tiles; a multiple of 64.
  package func workspaceBytes(tilesAtOnce: Int) -> Int {
    form.points
      * (Self.planeBytes(tilesAtOnce * channels) + Self.planeBytes(min(channels, Self.chunk) * filtersAtOnce)
        + Self.planeBytes(tilesAtOnce * filtersAtOnce))
  }

  /// Bytes of so many numbers at one point: whole cache lines, an odd number of them.
  static func planeBytes(_ floats: Int) -> Int { ((floats + 15) / 16 | 1) * 64 }
}
