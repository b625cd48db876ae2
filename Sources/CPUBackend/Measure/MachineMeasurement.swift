import CKernels
import NetIR
import Runtime
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Measures what this machine can do at most, with loops in C for the best instructions that it has.
///
/// All quantities take turns in several rounds, so that a machine that slows down or has a neighbour for a while hurts
/// all of them alike; the median of the rounds counts, the range says how far to trust it.
package struct MachineMeasurement {
  /// How much time one sample takes, and how many there are of each quantity.
  package struct Effort: Sendable {
    package var rounds: Int
    package var sampleSeconds: Double

    package init(rounds: Int, sampleSeconds: Double) { (self.rounds, self.sampleSeconds) = (rounds, sampleSeconds) }

    /// Some seconds.
    package static let thorough = Effort(rounds: 9, sampleSeconds: 0.03)
    /// Half a second, for those who are waiting for something else.
    package static let quick = Effort(rounds: 3, sampleSeconds: 0.01)
  }

  private let loops: Loops
  private let cache: [Int]
  private let effort: Effort

  /// `tiles` is nil where this CPU has none.
  private struct Loops {
    var vectors: ck_measure
    var tiles: ck_measure_tiles?
  }

  /// - Returns: nil where this build has no loops for the CPU.
  package init?(host: HostCPU, effort: Effort) {
    let best = host.instructionSets.sorted().reversed().lazy.compactMap { set in
      ck_measure_for(Int32(set.bit.trailingZeroBitCount))
    }.first
    guard let best else { return nil }
    let tiles = host.instructionSets.contains(.amx) ? ck_measure_tiles_amx()?.pointee : nil
    loops = Loops(vectors: best.pointee, tiles: tiles)
    (cache, self.effort) = (host.cache, effort)
  }

  /// - Parameters:
  ///   - threads: how many work at once; one result for each.
  ///   - progress: is told how many of all samples are done.
  package func measure(threads: [Int], progress: (Int, Int) -> Void = { _, _ in }) -> [MachineLimits] {
    let samples = threads.flatMap { count in
      let pool = ThreadPool(threads: count)
      return MachineLimits.Quantity.allCases.compactMap { Sample($0, loops, cache, pool) }
    }
    var rates = [[Double]](repeating: [], count: samples.count)
    // The first runs bring the clock to its speed and show how much work fills a sample.
    let repeats = samples.map { $0.repeats(filling: effort.sampleSeconds) }
    let total = effort.rounds * samples.count
    for round in 0..<effort.rounds {
      for (index, sample) in samples.enumerated() {
        progress(round * samples.count + index, total)
        rates[index].append(sample.rate(repeats: repeats[index]))
      }
    }
    return threads.map { count in
      var result: [MachineLimits.Quantity: MachineLimits.Rate] = [:]
      for (sample, rounds) in zip(samples, rates) where sample.pool.threadCount == count {
        result[sample.quantity] = MachineLimits.Rate(rounds: rounds)
      }
      return MachineLimits(threads: count, rates: result)
    }
  }
}

extension MachineMeasurement {
  /// One quantity with one number of threads, and the memory that it needs.
  private struct Sample {
    let quantity: MachineLimits.Quantity
    let pool: ThreadPool
    private let loops: Loops
    /// Bytes that each thread reads in a round; 0 for arithmetic.
    private let bytes: Int
    private let memory: [OwnedMemory]
    private let pieces: [UnsafeRawBufferPointer]

    /// - Returns: nil for a cache that the machine has not, or whose size it does not tell, and for instructions that it
    ///   has not.
    init?(_ quantity: MachineLimits.Quantity, _ loops: Loops, _ cache: [Int], _ pool: ThreadPool) {
      (self.quantity, self.loops, self.pool) = (quantity, loops, pool)
      guard let bytes = Self.bytes(quantity, cache, threads: pool.threadCount),
        quantity != .bf16 || loops.vectors.bf16 != nil, quantity != .tiles || loops.tiles != nil
      else { return nil }
      self.bytes = bytes
      let vectors = loops.vectors
      let tileFloats = CK_TILE_DEPTH * Int(vectors.tile_m + vectors.tile_n)
      let size = max(bytes, 4 * max(tileFloats, Int(vectors.fma_seeds)), Int(loops.tiles?.operand_bytes ?? 0))
      var (memory, pieces): ([OwnedMemory], [UnsafeRawBufferPointer]) = ([], [])
      for _ in 0..<pool.threadCount {
        let owner = OwnedMemory()
        pieces.append(
          // Floats of 0.747: chains of products and sums neither vanish nor overflow.
          owner.add(byteCount: size) { bytes in _ = bytes.baseAddress.map { memset($0, 0x3F, bytes.count) } })
        memory.append(owner)
      }
      (self.memory, self.pieces) = (memory, pieces)
    }

    /// A cache is measured with half of it, so that it holds the data whatever else is in it; the next level with far
    /// more than that, and more than all caches for the memory behind them.
    private static func bytes(_ quantity: MachineLimits.Quantity, _ cache: [Int], threads: Int) -> Int? {
      let (second, third) = (cache.count > 1 ? cache[1] : 0, cache.count > 2 ? cache[2] : 0)
      let step = CK_READ_STEP
      func whole(_ bytes: Int) -> Int { max(step, bytes / step * step) }
      switch quantity {
      case .fma, .tile, .bf16, .tiles: return 0
      case .l2: return second > 0 ? whole(second / 2) : nil
      case .l3:
        let size = third / 2 / threads
        return size >= 2 * second && size > 0 ? whole(size) : nil
      case .dram:
        let least = (64 << 20, 1 << 30)
        return whole(min(max(4 * third, least.0), least.1) / threads)
      }
    }

    /// Work of all threads for one repeat, in 10⁹ operations or bytes.
    private var work: Double {
      let one =
        switch quantity {
        case .fma: Double(loops.vectors.fma_flops)
        case .bf16: Double(loops.vectors.bf16_flops)
        case .tiles: Double(loops.tiles?.flops ?? 0)
        case .tile: 2 * Double(loops.vectors.tile_m * loops.vectors.tile_n) * Double(CK_TILE_DEPTH)
        case .l2, .l3, .dram: Double(bytes)
        }
      return one * Double(pool.threadCount) / 1e9
    }

    /// How many repeats take that long.
    func repeats(filling seconds: Double) -> Int {
      var repeats = 1
      while true {
        let time = self.seconds(repeats: repeats)
        if time >= seconds / 4 { return max(1, Int(Double(repeats) * seconds / time)) }
        repeats *= 2
      }
    }

    /// 10⁹ operations or bytes a second.
    func rate(repeats: Int) -> Double { work * Double(repeats) / seconds(repeats: repeats) }

    /// From the moment the first thread begins until the last one ends.
    private func seconds(repeats: Int) -> Double {
      let span = Mutex((begin: UInt64.max, end: UInt64.zero))
      // Numbers that nobody needs, kept so that the work cannot be left out.
      let results = Atomic<Int>(0)
      let job = Job(loops: loops, quantity: quantity, bytes: bytes, pieces: pieces)
      pool.run { member in
        member.wait()
        let begin = StepRecording.now()
        let result = job.run(member.index, repeats)
        let end = StepRecording.now()
        results.add(result, ordering: .relaxed)
        span.withLock { $0 = (min($0.begin, begin), max($0.end, end)) }
      }
      let (begin, end) = span.withLock { $0 }
      return withExtendedLifetime(memory) { max(1, Double(end) - Double(begin)) / 1e9 }
    }
  }

  /// What a thread does in a sample.
  ///
  /// `@unchecked Sendable`: the memory is written before any thread starts, and only read by the loops.
  private struct Job: @unchecked Sendable {
    let loops: Loops
    let quantity: MachineLimits.Quantity
    let bytes: Int
    let pieces: [UnsafeRawBufferPointer]

    func run(_ thread: Int, _ repeats: Int) -> Int {
      guard let memory = pieces[thread].baseAddress else { return 0 }
      let floats = memory.assumingMemoryBound(to: Float.self)
      let vectors = loops.vectors
      switch quantity {
      case .fma: return vectors.fma(floats, Int64(repeats)).isNaN ? 1 : 0
      case .bf16: return vectors.bf16(floats, Int64(repeats)).isNaN ? 1 : 0
      case .tiles: return loops.tiles?.products(memory, Int64(repeats)).isNaN == true ? 1 : 0
      case .tile:
        // The input first: its size is a multiple of a cache line, whatever the tile.
        let weights = floats + Int(vectors.tile_m) * CK_TILE_DEPTH
        return vectors.tile(floats, weights, Int64(repeats)).isNaN ? 1 : 0
      case .l2, .l3, .dram: return Int(vectors.read(memory, Int64(bytes), Int64(repeats)))
      }
    }
  }
}
