import NetIR

/// What Winograd's convolution costs beside the direct one, and how many tiles it takes at once.
///
/// The unit is a thousandth of the cycles that one vector's worth of lanes takes. The figures are fitted to layers of
/// ResNet, VGG, AlexNet, GoogLeNet and small networks on Zen 5 with AVX-512, which they meet within a tenth; with
/// AVX2, which has half the products per cycle and the same caches, Winograd gains more than they say.
struct WinogradCost {
  /// One product of every pixel, channel and filter with one tap: two a cycle, 97 % of the peak.
  private static let direct = 515.6
  /// A change of algorithm has to promise that much: the figures are from one machine.
  private static let gain = 1.15
  /// More tiles at once save little, and their transforms leave the nearer caches.
  private static let mostTiles = 64

  /// What a form costs.
  private struct Figures {
    /// One product of every tile, channel and filter at each of the points, 75 to 85 % of the peak.
    var product: Double
    /// A tile and channel brought to the points, or a tile and filter brought back.
    var transform: Double
    /// A channel and filter brought to the points, once for every block of tiles.
    var filter: Double

    init(_ form: Winograd.Form) {
      (product, transform, filter) =
        switch form {
        case .f4x3: (21_500, 150_000, 105_000)
        case .f4x5: (43_400, 165_000, 270_000)
        }
    }
  }

  private let winograd: Winograd
  private let cores: Int
  /// How many tiles a thread transforms at once.
  let tilesAtOnce: Int
  private let cost: Double

  init(_ winograd: Winograd, cores: Int) {
    self.winograd = winograd
    self.cores = max(1, cores)
    let fewest = (winograd.tiles + Self.mostTiles - 1) / Self.mostTiles
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

  func isWorthwhile(for result: [Int]) -> Bool {
    let rows = result[0] * result[2]
    let taps = winograd.form.filterSize * winograd.form.filterSize
    let products = Double(rows * result[3] * taps) * Double(winograd.channels) * Double(winograd.filters)
    let direct = products * Self.direct * Self.imbalance(rows * winograd.filterTiles, cores)
    return direct >= Self.gain * cost
  }

  private static func cost(_ winograd: Winograd, blocks: Int, cores: Int) -> Double {
    let (tiles, channels) = (Double(winograd.tiles), Double(winograd.channels))
    let (filters, each) = (Double(winograd.filters), Figures(winograd.form))
    let work =
      tiles * channels * filters * each.product + tiles * (channels + filters) * each.transform
      + Double(blocks) * channels * filters * each.filter
    // A block's input is transformed by every core that works on it.
    let repeated = Double(max(0, cores - blocks)) * tiles / Double(blocks) * channels * each.transform
    return (work + repeated) * imbalance(blocks * winograd.filterTiles, cores)
  }

  /// How much longer it takes than if the units could be shared evenly.
  private static func imbalance(_ units: Int, _ cores: Int) -> Double {
    Double((units + cores - 1) / cores * cores) / Double(units)
  }
}
