/// The order in which a kernel reads weights: what the packing of its row makes (`conv/pack.h`, `dense/pack.c`), for
/// steps that pack weights which change from run to run.
package struct WeightOrder: Hashable, Sendable, Codable {
  package enum Form: String, Sendable, Codable, CaseIterable {
    /// [tile of filters][block of inputs][ky][kx][input][filter]
    case direct
    /// [block of channels][ky][kx][channel]
    case depthwise
    /// [tile of units][input][unit]
    case gemm
    /// [input][unit]: nothing was packed, what these are the transposition of lies like this
    case byInput
    /// Of bf16, in words: [tile of filters][block of inputs][ky][kx][pair of inputs][filter]. An input without a partner
    /// is alone in its word.
    case pairs
    /// The same of plain images, whose pairs are neighbouring taps: [tile of filters][input][ky][pair of kx][filter]
    case pixelPairs
    /// [tile of units][pair of inputs][unit]
    case gemmPairs
    /// Two bf16 numbers for each, the high and the low part: [tile of filters][chunk of 32 channels][ky][kx][part]
    /// [vector of filters][pair of channels][filter]
    case split
    /// The same of plain images, whose chunks are of the numbers of a patch: [tile of filters][chunk][part]…
    case splitPatches
    /// [tile of units][chunk of 32 inputs][part]…
    case splitUnits
    /// As the kernel of a GPU that reads them has it.
    case device

    var isOfUnits: Bool { [.gemm, .byInput, .gemmPairs, .splitUnits].contains(self) }
  }

  package var form: Form
  /// Filters, units or channels that lie side by side.
  package var columns: Int
  /// Of `direct` and `pairs`: input channels that belong together, as the input has them.
  package var block: Int
  package var groups: Int

  package init(form: Form, columns: Int, block: Int = 1, groups: Int = 1) {
    self.form = form
    self.columns = columns
    self.block = block
    self.groups = groups
  }

  /// Numbers of weights (filters, channels / groups, kh, kw) or (units, inputs) in this order.
  package func elements(of shape: [Int]) -> Int {
    let tiles = (shape[0] + columns - 1) / columns
    return switch form {
    case .direct: tiles * columns * span(of: shape) * shape.dropFirst(2).reduce(1, *)
    case .depthwise, .gemm: tiles * columns * shape.dropFirst().reduce(1, *)
    case .pairs: tiles * columns * (block > 1 ? even(span(of: shape)) : 2 * span(of: shape)) * shape[2] * shape[3]
    case .pixelPairs: tiles * columns * span(of: shape) * shape[2] * even(shape[3])
    case .gemmPairs: tiles * columns * even(shape[1])
    case .split: tiles * columns * chunked(shape[1]) * shape[2] * shape[3]
    case .splitPatches: tiles * columns * chunked(shape.dropFirst().reduce(1, *))
    case .splitUnits: tiles * columns * chunked(shape[1])
    case .byInput, .device: shape.elements
    }
  }

  private func chunked(_ count: Int) -> Int {
    (count + SplitProducts.inputsAtOnce - 1) / SplitProducts.inputsAtOnce * SplitProducts.inputsAtOnce
  }

  private func even(_ count: Int) -> Int { (count + 1) / 2 * 2 }

  /// The most input channels that a tile of filters reads: those of all groups that it touches, from a whole block on.
  private func span(of shape: [Int]) -> Int {
    guard groups > 1 else { return shape[1] }
    let (inputs, outputs) = (shape[1], max(1, shape[0] / groups))
    return stride(from: 0, to: shape[0], by: columns).reduce(0) { most, first in
      let last = min(first + columns, shape[0]) - 1
      let low = first / outputs * inputs
      return max(most, (last / outputs + 1) * inputs - (low - low % block))
    }
  }

  /// As plans print it: `packed direct 32`.
  var description: String {
    form == .byInput ? "transposed" : "packed \(form.rawValue) \(columns)" + (block > 1 ? " of c\(block)" : "")
  }

  /// Whether weights of that shape can lie like this.
  func fits(_ shape: [Int]) -> Bool {
    guard (1...1024).contains(columns), (1...64).contains(block), hasRank(shape.count),
      groups >= 1, shape[0] % groups == 0
    else { return false }
    return switch form {
    case .direct, .pairs: true
    case .pixelPairs: block == 1
    case .split: groups == 1 && block > 1
    case .splitPatches: groups == 1 && block == 1
    case .depthwise: shape[1] == 1
    case .gemm, .byInput, .gemmPairs, .splitUnits: groups == 1
    case .device: true
    }
  }

  private func hasRank(_ rank: Int) -> Bool {
    form == .device ? rank == 2 || rank == 4 : rank == (form.isOfUnits ? 2 : 4)
  }
}

extension KernelDescriptor {
  /// How its weights lie, where a step packs them; nil where it reads them as they are.
  ///
  /// - Parameter inputBlock: of the layout of what it convolves.
  package func weightLayout(_ op: GraphOp, inputBlock: Int) -> TensorLayout? {
    if instructionSet == .cuda { return deviceWeightLayout(op) }
    guard let order = weightOrder(op, inputBlock: inputBlock) else { return nil }
    return TensorLayout(storage: order.form == .depthwise ? .float32 : storage, weights: order)
  }

  private func weightOrder(_ op: GraphOp, inputBlock: Int) -> WeightOrder? {
    let hasPairs = storage == .bfloat16
    switch op {
    case .conv2D(let attributes, _):
      func order(_ form: WeightOrder.Form) -> WeightOrder {
        WeightOrder(form: form, columns: tileColumns, block: inputBlock, groups: attributes.groups)
      }
      switch algorithm {
      case RowConvolution.algorithm: return nil
      case "depthwise": return WeightOrder(form: .depthwise, columns: block)
      case SplitProducts.algorithm: return order(inputBlock == 1 ? .splitPatches : .split)
      case _ where !hasPairs || Winograd.Form(rawValue: algorithm) != nil: return order(.direct)
      default: return order(inputBlock == 1 && attributes.dilation.width == 1 ? .pixelPairs : .pairs)
      }
    case .dense:
      if algorithm == UnpackedDense.algorithm { return nil }
      let isSplit = algorithm == SplitProducts.algorithm
      return WeightOrder(form: isSplit ? .splitUnits : hasPairs ? .gemmPairs : .gemm, columns: tileColumns)
    default: return nil
    }
  }
}
