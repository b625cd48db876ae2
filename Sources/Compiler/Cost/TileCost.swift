import NetIR

/// The cost of kernels that are made of a register tile: `tileRows` pixels (or rows) × `tileColumns` filters (or
/// units), summed up in registers over all taps and channels.
struct TileCost {
  private let kernel: KernelDescriptor
  private let target: TargetDescription
  /// Numbers of a vector.
  private let lanes: Int

  /// Cycles for bias, activation and store of a vector of sums.
  private static let storeCycles = 5.0
  /// The same for a filter per channel, where less can hide behind the sums.
  private static let depthwise = (tile: 25.0, store: 4.0)
  /// Winograd's cost of one layer after the other is that of a layer alone times this.
  private static let winogradInPlans = 1.09

  init(_ kernel: KernelDescriptor, _ target: TargetDescription) {
    (self.kernel, self.target) = (kernel, target)
    lanes = kernel.block > 1 ? kernel.block : kernel.instructionSet.lanes
  }

  /// Cycles of a tile of `pixels` × `vectors` over `steps` of the reduction.
  ///
  /// - Parameter held: bytes of weights that are used again for the next tile of pixels.
  private func tile(pixels: Double, vectors: Double, steps: Double, held: Double) -> Double {
    let speed = target.speed
    let steps = steps / productsAtOnce
    let multiplyAdds = kernel.instructionSet == .generic ? speed.multiplyAdds / 2 : speed.multiplyAdds
    let step =
      [
        pixels * vectors / multiplyAdds, (pixels + vectors) / speed.loads, speed.latency,
        vectors * Double(lanes) * 4 * weightCycles(held: held),
      ].max() ?? 0
    return steps * step + Self.storeCycles * pixels * vectors
  }

  /// Products that an instruction adds to a sum.
  private var productsAtOnce: Double { kernel.multipliesBF16 ? kernel.instructionSet == .amx ? 16 : 2 : 1 }

  /// Cycles for each byte of weights that has to come again from where they all fit; the first level costs loads only.
  private func weightCycles(held: Double) -> Double {
    if held <= target.bytes(ofCache: 1) { return 0 }
    return target.speed.clock / target.rate(ofCache: held <= target.bytes(ofCache: 2) ? 2 : 3)
  }

  // MARK: Convolutions

  func direct(_ attributes: ConvolutionAttributes, _ instance: OpInstance) -> KernelCost {
    let (input, result) = (instance.operands[0], instance.result)
    let taps = attributes.kernel.height * attributes.kernel.width
    let tiles = (result[1] + kernel.tileColumns - 1) / kernel.tileColumns
    // A tile reads the channels of all groups that it touches.
    let (inputs, outputs) = (input[1] / attributes.groups, max(1, result[1] / attributes.groups))
    let touched = min(attributes.groups, (kernel.tileColumns + outputs - 1) / outputs)
    let steps = Double(touched * inputs * taps)
    let held = steps * Double(kernel.tileColumns) * 4
    let (height, width) = (result[2], result[3])
    let pieces = (width + kernel.tileRows - 1) / kernel.tileRows
    let pixels = Double(width) / Double(pieces)
    // Narrow rows of blocked images go by two.
    let pairs = input[1] >= kernel.block && attributes.stride.width <= 2 && 2 * width <= kernel.tileRows
    let groups = pairs ? (double: height / 2, single: height % 2) : (double: 0, single: height)
    // A stride beyond the filter skips pixels.
    let read = bytes(input) * min(1, Double(taps) / Double(attributes.stride.height * attributes.stride.width))
    var vectorsLeft = (result[1] + lanes - 1) / lanes
    var cycles = 0.0
    for _ in 0..<tiles {
      let vectors = Double(min(kernel.tileColumns / lanes, vectorsLeft))
      vectorsLeft -= kernel.tileColumns / lanes
      cycles +=
        Double(groups.single) * tile(pixels: pixels, vectors: vectors, steps: steps, held: held)
        + Double(groups.double) * tile(pixels: 2 * pixels, vectors: vectors, steps: steps, held: held)
    }
    return KernelCost(
      cycles: cycles * Double(result[0] * pieces), units: tiles * result[0] * height,
      weightBytes: Double(tiles) * held, tensorBytes: read + KernelCost.written * bytes(result) + residual(instance),
      repeated: (read, Double(tiles - 1)))
  }

  /// `tileRows` pixels are vectors, `tileColumns` filters are single numbers.
  func rows(_ attributes: ConvolutionAttributes, _ instance: OpInstance) -> KernelCost {
    let (input, result) = (instance.operands[0], instance.result)
    let steps = Double(input[1] * attributes.kernel.height * attributes.kernel.width)
    let perRow = (result[3] + lanes - 1) / lanes
    let vectors = max(1, kernel.tileRows / lanes)
    let band = (vectors + perRow - 1) / perRow
    let bands = result[0] * ((result[2] + band - 1) / band)
    let tiles = (result[1] + kernel.tileColumns - 1) / kernel.tileColumns
    let pieces = (min(band, result[2]) * perRow + vectors - 1) / vectors
    let one = tile(
      pixels: Double(min(band, result[2]) * perRow) / Double(pieces), vectors: Double(result[1]) / Double(tiles),
      steps: steps, held: 0)
    return KernelCost(
      cycles: one * Double(bands * tiles * pieces), units: bands * tiles, weightBytes: 4 * steps * Double(result[1]),
      tensorBytes: Double(4 * input.elements) + KernelCost.written * Double(4 * result.elements),
      repeated: (Double(4 * input.elements), Double(tiles - 1)))
  }

  /// The gradient of filters: vectors of filters by channels or taps, or, by rows, vectors of pixels by filters and taps.
  func weightsGradient(_ instance: OpInstance) -> KernelCost {
    if let winograd = instance.op.winogradWeights(result: instance.result, by: kernel) {
      return self.winograd(winograd, instance)
    }
    let (x, g) = (instance.operands[0], instance.operands[1])
    if let split = instance.op.splitWeights(input: x, result: instance.result, by: kernel) {
      return KernelCost(
        cycles: SplitWeightsCost(split, target).cycles(images: x[0]),
        units: max(1, instance.result[0] / g[1]) * split.channelGroups * split.filterGroups,
        tensorBytes: bytes(x) + bytes(g) + 4 * Double(instance.result.elements))
    }
    let byRows = kernel.algorithm == RowConvolution.algorithm
    func whole(_ count: Int) -> Double { Double((count + lanes - 1) / lanes * lanes) / Double(count) }
    // Plain images have no lanes that are unused; sums over rows end with lanes that are added up.
    let waste = byRows ? 1.3 * whole(g[3]) : whole(g[1]) * (x[1] < lanes ? 1.2 : whole(x[1]))
    let cycles = Double(instance.work.macs) / Double(lanes) * waste / target.speed.multiplyAdds
    // What lies plain is brought into blocks first.
    let converted = instance.hasPlainInput && !byRows ? 3 * bytes(g) : 0
    return KernelCost(
      cycles: 1.15 * cycles, units: max(1, instance.result[0] / 32) * max(1, x[1] / lanes),
      tensorBytes: bytes(x) + bytes(g) + converted + 4 * Double(instance.result.elements))
  }

  /// Cycles that bring a vector of channels or filters of a tile to all points.
  private static let gradientTransform = 300.0

  private func winograd(_ winograd: WinogradWeights, _ instance: OpInstance) -> KernelCost {
    let (x, g) = (instance.operands[0], instance.operands[1])
    let tiles = Double(winograd.form.tiles(of: g))
    func blocks(_ count: Int) -> Int { (count + lanes - 1) / lanes }
    let (channels, filters) = (blocks(x[1]), blocks(g[1]))
    let products = Double(winograd.form.points * channels * lanes * filters) / target.speed.multiplyAdds
    let transforms = Double(channels * winograd.filterGroups + filters * winograd.channelGroups)
    return KernelCost(
      cycles: tiles * (1.1 * products + Self.gradientTransform * transforms),
      units: max(1, instance.result[0] / g[1]) * winograd.channelGroups * winograd.filterGroups,
      tensorBytes: bytes(x) + bytes(g) + 4 * Double(instance.result.elements))
  }

  func depthwise(_ attributes: ConvolutionAttributes, _ instance: OpInstance) -> KernelCost {
    let result = instance.result
    let taps = Double(attributes.kernel.height * attributes.kernel.width)
    let blocks = (result[1] + lanes - 1) / lanes
    let pieces = (result[3] + kernel.tileRows - 1) / kernel.tileRows
    let pixels = Double(result[3]) / Double(pieces)
    // Every product loads its own pixel.
    let speed = target.speed
    let step = max((pixels + 1) / speed.loads, pixels / speed.multiplyAdds, speed.latency)
    let rows = blocks * result[0] * result[2]
    return KernelCost(
      cycles: Double(rows * pieces) * (taps * step + Self.depthwise.tile + Self.depthwise.store * pixels), units: rows,
      weightBytes: taps * Double(blocks * lanes) * 4,
      tensorBytes: bytes(instance.operands[0]) + KernelCost.written * bytes(result) + residual(instance))
  }

  func winograd(_ attributes: ConvolutionAttributes, _ instance: OpInstance) -> KernelCost {
    let (input, result) = (instance.operands[0], instance.result)
    guard let winograd = Winograd(attributes, input: input, result: result, by: kernel) else {
      return direct(attributes, instance)
    }
    let cost = WinogradCost(winograd, cores: target.cores)
    return KernelCost(
      cycles: Self.winogradInPlans * cost.cycles / Double(lanes) * 2 / target.speed.multiplyAdds, units: cost.units,
      weightBytes: Double(winograd.channels * winograd.filters * attributes.kernel.height * attributes.kernel.width)
        * 4,
      tensorBytes: bytes(input) + KernelCost.written * bytes(result) + residual(instance))
  }

  /// - Parameter cores: those that share the layer.
  func split(_ split: SplitProducts, _ instance: OpInstance, cores: Int) -> KernelCost {
    let cost = SplitCost(split, target, cores: cores)
    return KernelCost(
      cycles: cost.cycles, units: cost.units,
      weightBytes: SplitCost.stepBytes * Double(split.filterTiles * split.steps),
      tensorBytes: bytes(instance.operands[0]) + KernelCost.written * bytes(instance.result) + residual(instance))
  }

  /// Tiles are always whole, and weights come once from where the caller has them.
  private func unpackedDense(_ instance: OpInstance) -> KernelCost {
    let (input, result, weights) = (instance.operands[0], instance.result, instance.operands[1])
    let rows = (result[0] + kernel.tileRows - 1) / kernel.tileRows * kernel.tileRows
    let steps = Double(rows) / Double(kernel.tileRows) * Double(weights.elements) / Double(kernel.tileColumns * lanes)
    let step = max(
      Double(kernel.tileRows * kernel.tileColumns) / target.speed.multiplyAdds,
      Double(kernel.tileRows + kernel.tileColumns) / target.speed.loads)
    return KernelCost(
      cycles: steps * step, units: max(1, result[1] / (8 * kernel.tileColumns)),
      tensorBytes: Double(4 * (input.elements + weights.elements)) + KernelCost.written * Double(4 * result.elements))
  }

  func dense(_ instance: OpInstance) -> KernelCost {
    if kernel.readsUnpackedWeights(of: instance.op) { return unpackedDense(instance) }
    let (input, result) = (instance.operands[0], instance.result)
    let rowTiles = (result[0] + kernel.tileRows - 1) / kernel.tileRows
    let tiles = (result[1] + kernel.tileColumns - 1) / kernel.tileColumns
    let vectors = Double(result[1]) / Double(tiles * lanes)
    let held = Double(input[1] * kernel.tileColumns * 4)
    let one = tile(
      pixels: Double(result[0]) / Double(rowTiles), vectors: vectors, steps: Double(input[1]),
      held: rowTiles > 1 ? held : 0)
    return KernelCost(
      cycles: one * Double(rowTiles * tiles), units: rowTiles * tiles, weightBytes: held * Double(tiles),
      tensorBytes: Double(4 * (input.elements + result.elements)),
      repeated: (Double(4 * input.elements), Double(tiles - 1)))
  }

  /// A blocked image has unused lanes.
  private func bytes(_ shape: [Int]) -> Double {
    Double(TensorLayout(block: max(1, kernel.block)).bytes(of: shape))
  }

  private func residual(_ instance: OpInstance) -> Double { instance.op.hasResidual ? bytes(instance.result) : 0 }
}
