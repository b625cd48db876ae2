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
  }

  package var form: Form
  /// Filters, units or channels that lie side by side.
  package var columns: Int
  /// Of `direct`: input channels that belong together, as the input has them.
  package var block: Int
  package var groups: Int

  package init(form: Form, columns: Int, block: Int = 1, groups: Int = 1) {
    self.form = form
    self.columns = columns
    self.block = block
    self.groups = groups
  }

  /// Floats of weights (filters, channels / groups, kh, kw) or (units, inputs) in this order.
  package func elements(of shape: [Int]) -> Int {
    let tiles = (shape[0] + columns - 1) / columns
    return switch form {
    case .direct: tiles * columns * span(of: shape) * shape.dropFirst(2).reduce(1, *)
    case .depthwise, .gemm: tiles * columns * shape.dropFirst().reduce(1, *)
    }
  }

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
  var description: String { "packed \(form.rawValue) \(columns)" + (block > 1 ? " of c\(block)" : "") }

  /// Whether weights of that shape can lie like this.
  func fits(_ shape: [Int]) -> Bool {
    guard (1...1024).contains(columns), (1...64).contains(block), shape.count == (form == .gemm ? 2 : 4),
      groups >= 1, shape[0] % groups == 0
    else { return false }
    return form == .direct || form == .depthwise && shape[1] == 1 || form == .gemm && groups == 1
  }
}

extension KernelDescriptor {
  /// How the kernel reads its weights, where a step packs them; nil where it reads them as they are.
  ///
  /// - Parameter inputBlock: of the layout of what it convolves.
  package func weightOrder(_ op: GraphOp, inputBlock: Int) -> WeightOrder? {
    switch op {
    case .conv2D(let attributes, _):
      switch algorithm {
      case RowConvolution.algorithm: nil
      case "depthwise": WeightOrder(form: .depthwise, columns: block)
      default: WeightOrder(form: .direct, columns: tileColumns, block: inputBlock, groups: attributes.groups)
      }
    case .dense: WeightOrder(form: .gemm, columns: tileColumns)
    default: nil
    }
  }

  /// Whether a step can pack its weights; those of other storages and of split products are packed when a plan is
  /// loaded.
  package var takesPackedWeights: Bool { storage == .float32 && algorithm != SplitProducts.algorithm }
}
