import NetIR

/// What Winograd's convolution costs, and how many tiles it takes at once.
///
/// The unit is a thousandth of the cycles that one vector's worth of lanes takes. The figures are medians of layers
/// of ResNet and VGG on Zen 5 with AVX-512, two multiply-adds a cycle; with AVX2, which has half the products per
/// cycle and the same caches, Winograd takes less than they say.
struct WinogradCost {
  /// One product of every tile, channel and filter at each of the 36 points, 93 % of the peak.
  private static let product = 19_350.0
  /// A tile and channel, or a tile and filter, brought to the 36 points or back.
  private static let transform = 120_000.0
  /// A channel and filter brought to the 36 points, once for every block of tiles.
  private static let filter = 95_000.0
  /// More tiles at once save no time that could be measured.
  private static let mostTiles = 56
  /// Fewer do not pay as long as all cores have work.
  private static let fewestTiles = 28

  private let winograd: Winograd
  private let cores: Int
  /// How many tiles a thread transforms at once.
  let tilesAtOnce: Int
  /// Cycles of one core that does all units, times the numbers of a vector.
  let cycles: Double
  /// A block of tiles by a tile of filters each.
  let units: Int

  /// - Parameter cache: bytes of each level; blocks of tiles are cut to fit the second.
  init(_ winograd: Winograd, cores: Int, cache: [Int]) {
    self.winograd = winograd
    self.cores = max(1, cores)
    let room = cache.count > 1 && cache[1] > 0 ? cache[1] : 1 << 20
    var most = Self.mostTiles
    while most > Self.fewestTiles && winograd.workspaceBytes(tilesAtOnce: most) > room { most -= 1 }
    let fewest = (winograd.tiles + most - 1) / most
    // Smaller blocks repeat the transforms of the filters, and give more units to share.
    let candidates = (0..<self.cores * 2).map { fewest + $0 }.filter { $0 <= winograd.tiles }
    var best = (blocks: fewest, time: Double.infinity)
    for blocks in candidates {
      let time =
        Self.work(winograd, blocks: blocks, cores: self.cores)
        * Self.imbalance(blocks * winograd.filterTiles, self.cores)
      if time < best.time { best = (blocks, time) }
    }
    tilesAtOnce = (winograd.tiles + best.blocks - 1) / best.blocks
    cycles = Self.work(winograd, blocks: best.blocks, cores: self.cores) / 1000
    units = best.blocks * winograd.filterTiles
  }

  private static func work(_ winograd: Winograd, blocks: Int, cores: Int) -> Double {
    let (tiles, channels) = (Double(winograd.tiles), Double(winograd.channels))
    let filters = Double(winograd.filters)
    let work =
      tiles * channels * filters * product + tiles * (channels + filters) * transform
      + Double(blocks) * channels * filters * filter
    // A block's input is transformed by every core that works on it.
    let repeated = Double(max(0, cores - blocks)) * tiles / Double(blocks) * channels * transform
    return work + repeated
  }

  /// How much longer it takes than if the units could be shared evenly.
  private static func imbalance(_ units: Int, _ cores: Int) -> Double {
    Double((units + cores - 1) / cores * cores) / Double(units)
  }
}
