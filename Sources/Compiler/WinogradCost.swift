import NetIR

/// What Winograd's convolution costs beside the direct one, and how many tiles it takes at once.
///
/// The unit is a thousandth of the cycles that one vector's worth of lanes takes. The figures are medians of layers
/// of ResNet and VGG on Zen 5 with AVX-512; with AVX2, which has half the products per cycle and the same caches,
/// Winograd gains more than they say.
struct WinogradCost {
  /// One product of every pixel, channel and filter: two a cycle, nine taps, 97 % of the peak.
  private static let direct = 4640.0
  /// One product of every tile, channel and filter at each of the 36 points, 93 % of the peak.
  private static let product = 19_350.0
  /// A tile and channel, or a tile and filter, brought to the 36 points or back.
  private static let transform = 120_000.0
  /// A channel and filter brought to the 36 points, once for every block of tiles.
  private static let filter = 95_000.0
  /// A change of algorithm has to promise that much: the figures are from one machine.
  private static let gain = 1.15

  /// More tiles at once save no time that could be measured.
  private static let mostTiles = 56
  /// Fewer do not pay as long as all cores have work.
  private static let fewestTiles = 28

  private let winograd: Winograd
  private let cores: Int
  /// How many tiles a thread transforms at once.
  let tilesAtOnce: Int
  private let cost: Double

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
    var best = (blocks: fewest, cost: Double.infinity)
    for blocks in candidates {
      let cost = Self.cost(winograd, blocks: blocks, cores: self.cores)
      if cost < best.cost { best = (blocks, cost) }
    }
    tilesAtOnce = (winograd.tiles + best.blocks - 1) / best.blocks
    cost = best.cost
  }

  /// - Parameter directRate: products that direct convolution does in the time of one of Winograd's, which are of floats.
  func isWorthwhile(for result: [Int], directRate: Double = 1) -> Bool {
    let rows = result[0] * result[2]
    let products = Double(rows * result[3]) * Double(winograd.channels) * Double(winograd.filters)
    let direct = products * Self.direct / directRate * Self.imbalance(rows * winograd.filterTiles, cores)
    return direct >= Self.gain * cost
  }

  private static func cost(_ winograd: Winograd, blocks: Int, cores: Int) -> Double {
    let (tiles, channels) = (Double(winograd.tiles), Double(winograd.channels))
    let filters = Double(winograd.filters)
    let work =
      tiles * channels * filters * product + tiles * (channels + filters) * transform
      + Double(blocks) * channels * filters * filter
    // A block's input is transformed by every core that works on it.
    let repeated = Double(max(0, cores - blocks)) * tiles / Double(blocks) * channels * transform
    return (work + repeated) * imbalance(blocks * winograd.filterTiles, cores)
  }

  /// How much longer it takes than if the units could be shared evenly.
  private static func imbalance(_ units: Int, _ cores: Int) -> Double {
    Double((units + cores - 1) / cores * cores) / Double(units)
  }
}
