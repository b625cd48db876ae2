import NetIR

/// Into how many parts sums over a batch are cut on a GPU, so that all its multiprocessors have something to do: by
/// sizes alone.
enum DeviceSlices {
  /// Blocks that each multiprocessor should have.
  private static let blocksPerProcessor = 2
  /// Elements below which one block for some channels is quicker than two launches.
  private static let leastElements = 1 << 14
  /// Channels of a block.
  private static let channels = 32
  /// Filters and columns of a tile.
  private static let tile = 64

  /// - Returns: nil where the sums stay whole.
  static func ofSums(_ shape: [Int], _ target: TargetDescription) -> Int? {
    guard shape.count >= 2, shape.elements >= leastElements else { return nil }
    let slices = min(shape[0], parts((shape[1] + channels - 1) / channels, target))
    return slices > 1 ? slices : nil
  }

  /// - Parameters:
  ///   - x: N×C×H×W
  ///   - g: N×F×oh×ow
  ///   - weights: (F, C / groups, kh, kw)
  static func ofWeights(
    _ x: [Int], _ g: [Int], weights: [Int], _ attributes: ConvolutionAttributes, _ options: CompileOptions
  ) -> Int {
    let groups = x[1] / weights[1]
    let (filters, columns) = (weights[0] / groups, weights.dropFirst().reduce(1, *))
    let blocks =
      weights[1] == 1
      ? (weights[0] + channels - 1) / channels * columns
      : groups * ((filters + tile - 1) / tile) * ((columns + tile - 1) / tile)
    let slices = min(parts(blocks, options.target), SliceWeightGradients.most(x, g, weights: weights), x[0])
    guard slices > 1 else { return slices }
    func instance(_ slices: Int) -> OpInstance {
      OpInstance(
        op: .gradient(.convolutionWeights(attributes, slices: slices)), operands: [x, g],
        result: [slices * weights[0]] + weights.dropFirst())
    }
    return DeviceChoice.takesWhole(instance(1), sliced: instance(slices), options) ? 1 : slices
  }

  private static func parts(_ blocks: Int, _ target: TargetDescription) -> Int {
    (blocksPerProcessor * max(1, target.cores) + blocks - 1) / blocks
  }
}
