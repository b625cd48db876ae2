import NetIR

/// What Winograd's convolution costs, and how many tiles it takes at once.
///
/// The unit is a thousandth of the cycles that one vector's worth of lanes takes. The figures are those of layers of
/// ResNet, VGG, AlexNet, GoogLeNet and small networks, each alone, on Zen 5 with AVX-512, two multiply-adds a cycle;
/// with AVX2, which has half the products per cycle and the same caches, Winograd takes less than they say.
struct WinogradCost {
  /// More tiles at once save little, and their transforms leave the nearer caches.
  private static let mostTiles = 64

  /// What a form costs.
  private struct Figures {
    /// One product of every tile, channel and filter at each of the points.
    var product: Double
    /// A tile and channel brought to the points, or a tile and filter brought back.
    var transform: Double
    /// A channel and filter brought to the points, once for every block of tiles.
    var filter: Double

    init(_ form: Winograd.Form) {
      (product, transform, filter) =
        switch form {
        case .f4x3: (19_350, 120_000, 95_000)
        case .f4x5: (39_000, 148_000, 243_000)
        }
    }
  }

  private let winograd: Winograd
  private let cores: Int
  /// How many tiles a thread transforms at once.
  let tilesAtOnce: Int
  /// Cycles of one core that does all units, times the numbers of a vector.
  let cycles: Double
  /// A block of tiles by a tile of filters each.
  let units: Int

  init(_ winograd: Winograd, cores: Int) {
    self.winograd = winograd
    self.cores = max(1, cores)
    let fewest = (winograd.tiles + Self.mostTiles - 1) / Self.mostTiles
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
    let (real, filters, each) = (Double(winograd.realChannels), Double(winograd.filters), Figures(winograd.form))
    let work =
      tiles * real * filters * each.product + tiles * (channels + filters) * each.transform
      + Double(blocks) * real * filters * each.filter
    // A block's input is transformed by every core that works on it.
    let repeated = Double(max(0, cores - blocks)) * tiles / Double(blocks) * channels * each.transform
    return work + repeated
  }

  /// How much longer it takes than if the units could be shared evenly.
  private static func imbalance(_ units: Int, _ cores: Int) -> Double {
    Double((units + cores - 1) / cores * cores) / Double(units)
  }
}
