import NetIR

/// How the units of a step are divided among threads: so that every share costs the same, as far as units are whole.
///
/// The units of most kernels cost alike. Those of a direct convolution go tile by tile of output channels, the tile
/// outermost, and the last tile may be narrower than the others.
struct StepShares: Sendable, Equatable {
  let units: Int
  /// How many of them come first and cost `fullCost` each; the others cost `lastCost`.
  private let full: Int
  private let (fullCost, lastCost): (Int, Int)

  /// - Parameter channels: of the result, where tiles of that many are the outermost loop; costs are counted in
  ///   vectors of `vector` channels.
  init(units: Int, channels: Int = 1, tile: Int = 1, vector: Int = 1) {
    let tiles = (channels + tile - 1) / tile
    let last = (channels - (tiles - 1) * tile + vector - 1) / vector
    self.units = units
    guard tiles > 1, units % tiles == 0, last * vector < tile else {
      (full, fullCost, lastCost) = (units, 1, 1)
      return
    }
    (full, fullCost, lastCost) = (units / tiles * (tiles - 1), tile / vector, last)
  }

  init(units: Int, of step: Plan.Step, result: Plan.Tensor, by kernel: KernelDescriptor?) {
    guard case .conv2D = step.op, let kernel, kernel.algorithm == "direct", kernel.block > 0 else {
      self.init(units: units)
      return
    }
    self.init(units: units, channels: result.shape[1], tile: kernel.tileColumns, vector: kernel.block)
  }

  /// The units of one thread of `count`.
  func range(_ thread: Int, of count: Int) -> Range<Int> {
    boundary(thread, count)..<boundary(thread + 1, count)
  }

  /// The unit that begins where `part` of `count` equal parts of the cost end.
  private func boundary(_ part: Int, _ count: Int) -> Int {
    let cost = (full * fullCost + (units - full) * lastCost) * part / count
    let beyond = cost - full * fullCost
    return beyond <= 0 ? cost / fullCost : full + beyond / lastCost
  }
}
