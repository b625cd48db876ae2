import NetIR

/// How long a kernel takes for an op on a target: the arithmetic of its register tile with what edges waste, shared
/// among the threads by whole units, against the bytes from the level of memory that holds them.
///
/// A pure function of the kernel's row, the op and the target. `docs/decisions.md` holds it against measurements.
struct CostModel {
  let target: TargetDescription
  /// Bytes of all weights of the network.
  let weightBytes: Int

  private var speed: CoreSpeed { target.speed }

  /// What a kernel call costs beside its work, in nanoseconds.
  private static let call = 60.0
  /// The part of the shorter of arithmetic and memory that the longer one does not hide.
  private static let exposed = 0.85
  /// The part of level 3 that a network may count on: the rest is other data, and other people's.
  private static let ownPart = 0.25

  func nanoseconds(_ kernel: KernelDescriptor, _ instance: OpInstance) -> Int {
    let cost = cost(kernel, instance)
    let threads = isWorthThreads(instance) ? max(1, target.cores) : 1
    let units = max(1, cost.units)
    // The threads with most units decide.
    let share = Double((units + threads - 1) / threads) / Double(units)
    let arithmetic = cost.cycles * share / speed.clock
    let memory = memoryTime(cost, threads)
    let time = max(arithmetic, memory) + Self.exposed * min(arithmetic, memory)
    return max(1, Int(time + Self.call + (threads > 1 ? speed.barrier : 0))) + packing(for: kernel, instance)
  }

  /// What a dense layer's kernel waits for the step that packs its weights, where they change from run to run and there is
  /// a kernel that reads them as they lie. (Of convolutions, all kernels but those by rows have them packed.)
  private func packing(for kernel: KernelDescriptor, _ instance: OpInstance) -> Int {
    guard case .dense = instance.op, instance.hasChangingWeights, !kernel.readsUnpackedWeights(of: instance.op)
    else { return 0 }
    let weights = instance.operands[1]
    let packer = KernelDescriptor(
      name: "", op: .packWeights, algorithm: "", instructionSet: .generic, storage: .float32, block: 0, tileRows: 0,
      tileColumns: 0)
    return nanoseconds(
      packer, OpInstance(op: .packWeights(.identity(weights)), operands: [weights], result: weights))
  }

  /// Nanoseconds.
  private func memoryTime(_ cost: KernelCost, _ threads: Int) -> Double {
    let (l2, l3) = (target.bytes(ofCache: 2), Self.ownPart * target.bytes(ofCache: 3))
    let (near, middle, far) = (target.rate(ofCache: 2), target.rate(ofCache: 3), target.rate(ofCache: 4))
    let team = Double(threads)
    let all = Double(weightBytes)
    let weights = cost.weightBytes / (all <= l2 * team ? near * team : all <= l3 ? middle * team : far)
    // The step before wrote them: some are in this core's cache, some in the other's, some behind both.
    let tensors = cost.tensorBytes / (cost.tensorBytes <= l3 ? (near * middle).squareRoot() * team : far)
    let again = cost.repeated.bytes / ((cost.repeated.bytes <= l2 ? near : middle) * team)
    return weights + tensors + again * cost.repeated.times
  }

  /// A fork and a barrier cost some microseconds: less work than that stays on one thread.
  private func isWorthThreads(_ instance: OpInstance) -> Bool {
    let bytes = 4 * (instance.result.elements + instance.operands.reduce(0) { $0 + $1.elements })
    return Plan.isWorthThreads(flops: instance.work.flops, bytes: bytes)
  }

  private func cost(_ kernel: KernelDescriptor, _ instance: OpInstance) -> KernelCost {
    let tile = TileCost(kernel, target)
    if let input = instance.operands.first, input.count > 1,
      let split = SplitProducts(
        instance.op, input: input, result: instance.result, isPlain: input[1] < kernel.block, by: kernel)
    {
      return tile.split(split, instance, cores: isWorthThreads(instance) ? max(1, target.cores) : 1)
    }
    switch instance.op {
    case .conv2D(let attributes, _):
      if Winograd.Form(rawValue: kernel.algorithm) != nil { return tile.winograd(attributes, instance) }
      switch kernel.algorithm {
      case "depthwise": return tile.depthwise(attributes, instance)
      case RowConvolution.algorithm: return tile.rows(attributes, instance)
      default: return tile.direct(attributes, instance)
      }
    case .dense: return tile.dense(instance)
    case .gradient(.convolutionWeights): return tile.weightsGradient(instance)
    default: return PointwiseCost(kernel).cost(instance)
    }
  }
}

extension TargetDescription {
  /// Bytes of a cache, level 1 to 3; a usual size where the target does not tell.
  func bytes(ofCache level: Int) -> Double {
    let known = cache.indices.contains(level - 1) ? cache[level - 1] : 0
    return Double(known > 0 ? known : [32 << 10, 1 << 20, 32 << 20][level - 1])
  }

  /// Bytes in a nanosecond that one core reads from level 2 or 3, or, as 4, from the memory behind them.
  func rate(ofCache level: Int) -> Double {
    let rates = speed.bandwidth
    return rates.indices.contains(level - 2) ? rates[level - 2] : CoreSpeed.usual.bandwidth[level - 2]
  }
}

extension Plan {
  /// Whether work is worth waking the other threads.
  static func isWorthThreads(flops: Int, bytes: Int) -> Bool { flops >= 1_000_000 || bytes >= 256 << 10 }
}
