/// How Winograd's convolution F(4×4, 3×3) cuts a layer: what the kernels of the algorithm, which cut it in the same
/// way (`winograd_shape.h`), the plan and its verification agree on.
///
/// The output is covered by tiles of 4 × 4 pixels. A unit of work is a block of tiles times a tile of filters; a
/// thread's workspace holds, for such a unit, the transformed input of all channels, the transformed filters of a
/// chunk of channels, and the sums.
package struct Winograd: Hashable, Sendable {
  package static let algorithm = "winograd"

  /// Output pixels of a tile, either way.
  private static let tileSize = 4
  /// Products for each tile, channel and filter; direct convolution has 144.
  package static let points = 36
  private static let chunk = 64

  /// Tiles of the whole batch.
  package let tiles: Int
  /// Channels and filters, in whole blocks.
  package let channels, filters: Int
  /// Filters of a unit.
  package let filtersAtOnce: Int

  /// - Returns: nil where the algorithm does not apply: it takes 3×3 filters at stride 1, undilated, in one group.
  package init?(
    _ attributes: ConvolutionAttributes, input: [Int], result: [Int], by kernel: KernelDescriptor
  ) {
    guard attributes.kernel == Size2D(3), attributes.stride == Size2D(1), attributes.dilation == Size2D(1),
      attributes.groups == 1, kernel.algorithm == Self.algorithm, kernel.block > 0, kernel.tileColumns > 0
    else { return nil }
    tiles = Self.tileCount(of: result)
    func inBlocks(_ count: Int) -> Int { (count + kernel.block - 1) / kernel.block * kernel.block }
    (channels, filters) = (inBlocks(input[1]), inBlocks(result[1]))
    filtersAtOnce = kernel.tileColumns
  }

  /// Tiles that cover the images of a result.
  package static func tileCount(of result: [Int]) -> Int {
    func across(_ size: Int) -> Int { (size + tileSize - 1) / tileSize }
    return result[0] * across(result[2]) * across(result[3])
  }

  package var filterTiles: Int { (filters + filtersAtOnce - 1) / filtersAtOnce }

  /// Bytes that a thread needs for blocks of so many tiles; a multiple of 64.
  package func workspaceBytes(tilesAtOnce: Int) -> Int {
    // Whole cache lines, an odd number of them.
    func plane(_ floats: Int) -> Int { ((floats + 15) / 16 | 1) * 64 }
    return Self.points
      * (plane(tilesAtOnce * channels) + plane(min(channels, Self.chunk) * filtersAtOnce)
        + plane(tilesAtOnce * filtersAtOnce))
  }

  /// The root mean square of the errors over that of the results, for random operands in fp32: 9·10⁻⁸·√channels
  /// from the sums, 3.5·10⁻⁷ from the transforms. Measured against double precision for 16 to 1024 channels, uniform
  /// operands around zero; inputs behind a rectifier give a fifth less. Direct convolution has 5.2·10⁻⁸·√channels.
  package static func expectedError(channels: Int) -> Double {
    (1.2e-13 + 8.1e-15 * Double(channels)).squareRoot()
  }
}

extension Plan {
  /// The arithmetic that the step's algorithm does, its transforms left out: less than `work(of:)`, which counts what
  /// the layer means, where the algorithm is Winograd's.
  package func executedFlops(of step: Step) -> Int {
    let flops = work(of: step).flops
    let result = tensors[step.result].shape
    guard step.algorithm == Winograd.algorithm, case .conv2D(_, let epilogue) = step.op, result.count == 4,
      let input = step.operands.first
    else { return flops }
    let tiles = Winograd.tileCount(of: epilogue.unpooled(result))
    return min(flops, 2 * Winograd.points * tiles * shape(of: input)[1] * result[1])
  }
}

extension KernelDescriptor {
  /// The bytes of workspace per thread that the kernel can use for an op, from the least to the most; nil when it
  /// needs none.
  package func workspace(op: GraphOp, input: [Int], result: [Int]) -> ClosedRange<Int>? {
    guard case .conv2D(let attributes, let epilogue) = op,
      let winograd = Winograd(attributes, input: input, result: epilogue.unpooled(result), by: self)
    else { return nil }
    return winograd.workspaceBytes(tilesAtOnce: 1)...winograd.workspaceBytes(tilesAtOnce: winograd.tiles)
  }
}

extension OpInstance {
  /// What an algorithm costs in accuracy; nil for plain sums of products.
  package func expectedError(by algorithm: String) -> Double? {
    guard algorithm == Winograd.algorithm, let input = operands.first, input.count > 1 else { return nil }
    return Winograd.expectedError(channels: input[1])
  }
}

extension Plan {
  /// What the algorithm of a step costs in accuracy; nil for plain sums of products.
  package func expectedError(of step: Step) -> Double? { instance(of: step).expectedError(by: step.algorithm) }
}
