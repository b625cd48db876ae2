import NetIR

/// What a layer costs as split bf16 in tiles of AMX, and how much of it a thread takes at once.
///
/// Cycles of a core whose vectors do two fp32 multiply-adds of 16 numbers in each. What tiles take was not measured with
/// netc: no machine with AMX was at hand. In a prototype on a Sapphire Rapids core, products between tiles did 2,364
/// GFLOP/s, 2,096 with loads from level 1, an fp32 register tile 124; three products over whole matrices did 320 to 465
/// of the 700 that this leaves for split ones. The constants follow the middle, 3.2 times fp32.
struct SplitCost {
  /// A row of a tile, multiplied and what it waits for; a product of tiles alone takes 1 cycle for each.
  fileprivate static let row = 1.7
  /// The latency of three products that add to the same sums, one after the other.
  private static let chain = 156.0
  /// For splitting a vector of 16 channels, or of 16 numbers of a patch, which lie apart: measured on Zen 5.
  fileprivate static let (split, gather) = (4.5, 13.0)
  /// Bias, activation and store of a vector of sums.
  private static let store = 5.0
  /// Packed weights of 32 inputs and 32 filters.
  static let stepBytes = 4096.0

  /// Of one core that does everything.
  let cycles: Double
  /// A band by a tile of filters each.
  let units: Int
  /// Of each thread.
  let workspaceBytes: Int

  private struct Band {
    var images, rows: Int
    /// How many there are.
    var count: Int
  }

  init(_ split: SplitProducts, _ target: TargetDescription, cores: Int) {
    let cores = max(1, cores)
    let fewest = Self.fewestBands(split, bytes: Int(target.bytes(ofCache: 2)) / 2)
    var best = (band: Self.band(split, fewest), cycles: 0.0, time: Double.infinity)
    // Smaller bands give more units to share, and repeat what they have in common.
    for count in fewest..<fewest + 2 * cores {
      let band = Self.band(split, count)
      let (cycles, units) = (Self.work(split, band, target, cores: cores), band.count * split.filterTiles)
      let time = cycles * Double((units + cores - 1) / cores * cores) / Double(units)
      if time < best.time { best = (band, cycles, time) }
    }
    (cycles, units) = (best.cycles, best.band.count * split.filterTiles)
    workspaceBytes = split.workspaceBytes(images: best.band.images, rows: best.band.rows)
  }

  /// So many bands, or a few less where they are equal then.
  private static func band(_ split: SplitProducts, _ count: Int) -> Band {
    guard count > split.images else {
      let images = (split.images + count - 1) / count
      return Band(images: images, rows: split.height, count: (split.images + images - 1) / images)
    }
    let pieces = (count + split.images - 1) / split.images
    let rows = (split.height + pieces - 1) / pieces
    return Band(images: 1, rows: rows, count: split.images * ((split.height + rows - 1) / rows))
  }

  /// The least number of bands whose workspace has no more than so many bytes, as far as one row has not.
  private static func fewestBands(_ split: SplitProducts, bytes: Int) -> Int {
    var (least, most) = (1, split.images * split.height)
    while least < most {
      let middle = (least + most) / 2
      let band = band(split, middle)
      let fits = split.workspaceBytes(images: band.images, rows: band.rows) <= bytes
      if fits { most = middle } else { least = middle + 1 }
    }
    return least
  }

  private static func work(_ split: SplitProducts, _ band: Band, _ target: TargetDescription, cores: Int) -> Double {
    let strips = split.strips(images: band.images, rows: band.rows)
    let steps = Double(split.steps)
    // Weights that do not stay in level 1 come again for every two strips.
    let held = steps * stepBytes
    let near = held <= target.bytes(ofCache: 1) ? 0 : held <= target.bytes(ofCache: 2) ? 2 : 3
    let fetch = near == 0 ? 0 : stepBytes * target.speed.clock / target.rate(ofCache: near)
    // Three products by two vectors of filters for each strip.
    func step(of strips: Int, pixels: Int) -> Double { max(Double(6 * strips * pixels) * row, chain, fetch) }
    let pairs = Double(strips.count / 2) * step(of: 2, pixels: strips.pixels)
    let products = steps * (pairs + Double(strips.count % 2) * step(of: 1, pixels: strips.pixels))
    let vectors = Double(band.images * split.storedRows(band.rows) * split.pitch * split.chunks * 2)
    let splitting = vectors * (split.hasPatches ? gather : Self.split)
    let stored = Double(band.images * band.rows * split.width * ((split.filters + 15) / 16)) * store
    // A band is split by every core that works on it.
    let repeats = Double(band.count) + Double(max(0, cores - band.count))
    return Double(band.count) * (Double(split.filterTiles) * products + stored) + repeats * splitting
  }
}

/// The same of the gradient of a convolution's filters.
struct SplitWeightsCost {
  /// For splitting a vector of 16 channels and bringing it into their lines; by the instructions that it takes.
  private static let transposed = 8.0
  /// A tile of sums, loaded and stored.
  private static let sums = 2.0 * 16 * SplitCost.row

  private let split: SplitWeights
  /// Of a band.
  private let images, rows: Int

  /// The largest band that leaves half of the second cache, and what sums do not take of the other.
  init(_ split: SplitWeights, _ target: TargetDescription) {
    self.split = split
    let sums = split.workspaceBytes(images: 0, rows: 1)
    let room = max(Int(target.bytes(ofCache: 2)) / 2, sums + Int(target.bytes(ofCache: 2)) / 4)
    func fits(_ images: Int, _ rows: Int) -> Bool { split.workspaceBytes(images: images, rows: rows) <= room }
    images = (1...split.images).last { fits($0, split.height) } ?? 1
    rows = images > 1 ? split.height : (1...split.height).last { fits(1, $0) } ?? 1
  }

  /// Bytes of each thread.
  var workspaceBytes: Int { split.workspaceBytes(images: images, rows: rows) }

  /// Of one core that does everything, for the whole batch.
  func cycles(images batch: Int) -> Double {
    let pieces = Double(batch * ((split.height + rows - 1) / rows))
    let (places, line) = (Double(split.places(rows)), Double(split.line(rows)))
    let (channels, filters) = (
      Double(split.channels * split.channelGroups), Double(split.filters * split.filterGroups)
    )
    // 32 channels by 32 filters.
    let tiles = Double(split.taps) * channels / 32 * filters / 32
    let products = places / 32 * 12 * 16 * SplitCost.row + 4 * Self.sums / Double(images)
    let image = Double(split.phases) * line * channels / 16 * Double(split.filterGroups) * Self.transposed
    let gradient = places * filters / 16 * Double(split.channelGroups) * SplitCost.split
    return pieces * (tiles * products + image + gradient)
  }
}
