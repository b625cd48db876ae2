/// What this machine can do at most with a number of threads, as measured: the limits that the steps of a plan are
/// held against.
package struct MachineLimits: Sendable, Equatable {
  /// A measured rate: GFLOP/s or GB/s (10⁹).
  package struct Rate: Sendable, Equatable {
    package var median: Double
    package var low: Double
    package var high: Double

    package init(median: Double, low: Double, high: Double) {
      (self.median, self.low, self.high) = (median, low, high)
    }

    /// Of the rounds of one measurement; nil without any.
    package init?(rounds: [Double]) {
      let sorted = rounds.sorted()
      guard let low = sorted.first, let high = sorted.last else { return nil }
      let middle = sorted.count / 2
      let median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
      self.init(median: median, low: low, high: high)
    }

    /// Finite, positive and in order: what a file claims may be anything.
    package var isPlausible: Bool { low > 0 && low <= median && median <= high && high.isFinite }
  }

  /// What is measured.
  package enum Quantity: String, Sendable, CaseIterable {
    /// fp32 multiply-adds between registers.
    case fma
    /// The register tile of convolutions, data in level 1.
    case tile
    /// Multiply-adds of bf16 pairs between registers, where the CPU has instructions for them.
    case bf16
    /// The same of tiles of AMX, where the CPU and its system grant them.
    case tiles
    /// Reading from a level of the memory.
    case l2, l3, dram

    package var isArithmetic: Bool { [.fma, .tile, .bf16, .tiles].contains(self) }
  }

  /// How many threads worked at once.
  package var threads: Int
  package var rates: [Quantity: Rate]

  package init(threads: Int, rates: [Quantity: Rate]) { (self.threads, self.rates) = (threads, rates) }

  package subscript(quantity: Quantity) -> Rate? { rates[quantity] }

  // Whatever else runs on a machine makes a round slower, never faster: the best round is the limit.

  /// GFLOP/s that no step can exceed whose arithmetic is counted as it is done.
  package var peak: Double { rates[.fma]?.high ?? 0 }

  /// The same of a kernel that multiplies with the CPU's bf16 instructions.
  package var bf16Peak: Double { rates[.bf16]?.high ?? peak }

  /// The same of a kernel that multiplies bf16 numbers in tiles.
  package var tilePeak: Double { rates[.tiles]?.high ?? bf16Peak }

  /// GB/s from that level; from the next one out where the machine has no such level.
  package func bandwidth(_ level: MemoryLevel) -> Double {
    let order: [Quantity] =
      switch level {
      case .l2: [.l2, .l3, .dram]
      case .l3: [.l3, .dram]
      case .dram: [.dram]
      }
    return order.lazy.compactMap { rates[$0]?.high }.first ?? 0
  }

  /// How many times the arithmetic of `single`, measured with one thread, these threads do; nil where one is missing.
  package func speedup(over single: MachineLimits) -> Double? {
    peak > 0 && single.peak > 0 ? peak / single.peak : nil
  }
}

/// Where bytes come from.
package enum MemoryLevel: String, Sendable, CaseIterable {
  case l2 = "L2"
  case l3 = "L3"
  case dram = "DRAM"

  /// The innermost level that holds that many bytes.
  ///
  /// - Parameter cache: bytes of level 1 and 2 per core and of level 3 in all; 0 where unknown.
  package init(holding bytes: Int, threads: Int, cache: [Int]) {
    let (second, third) = (cache.count > 1 ? cache[1] : 0, cache.count > 2 ? cache[2] : 0)
    self = bytes <= second * threads ? .l2 : bytes <= third ? .l3 : .dram
  }
}
