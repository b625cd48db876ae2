/// An op with the shapes that it works on: what a kernel is chosen for.
package struct OpInstance: Hashable, Sendable {
  package var op: GraphOp
  package var operands: [[Int]]
  package var result: [Int]
  /// Whether the first operand will lie in C order anyway.
  package var hasPlainInput: Bool
  /// Whether its weights change from run to run: what packs them does so in each.
  package var hasChangingWeights = false
  /// Whether sums of its result are taken behind it, by steps that a device's kernel can have a part in.
  package var isSummed = false
  /// Of moments, and of sums of a normalisation's gradients: what is behind them that a device's kernel can compute
  /// with them.
  package var normalization: WholeNormalization?
  /// How the tensors that it reads are stored.
  package var storage = StorageType.float32

  package init(op: GraphOp, operands: [[Int]], result: [Int], hasPlainInput: Bool = false) {
    self.op = op
    self.operands = operands
    self.result = result
    self.hasPlainInput = hasPlainInput
  }

  /// The same for the same work, whichever layers ask for it:
  /// `conv2d 3×3 pad 1 + bias (1×64×56×56, 64×64×3×3, 64) → 1×64×56×56`.
  package var signature: String {
    "\(op.described) (\(operands.map(\.crossed).joined(separator: ", "))) → \(result.crossed)"
      + (isSummed ? sums : "") + (normalization.map { " and \($0.described)" } ?? "")
      + (storage == .float32 ? "" : " in \(storage.rawValue)")
  }

  private var sums: String { if case .conv2D = op { " and its moments" } else { " and its sums" } }

  package var work: Work { op.work(operands, result: result) }
}

extension Graph {
  package func instance(of id: ValueID) -> OpInstance {
    OpInstance(op: self[id].op, operands: self[id].operands.map { self[$0].shape }, result: self[id].shape)
  }

  /// Of all ops.
  package var work: Work { ids.reduce(Work()) { $0 + instance(of: $1).work } }
}

extension Plan {
  /// What the step's kernel was chosen for: a pooling behind a convolution joins it later.
  package func instance(of step: Step) -> OpInstance {
    var (op, result) = (step.op, tensors[step.result].shape)
    if case .conv2D(let attributes, var epilogue) = op, epilogue.pool != nil {
      result = epilogue.unpooled(result)
      epilogue.pool = nil
      op = .conv2D(attributes, epilogue)
    }
    var instance = OpInstance(op: op, operands: step.operands.map { shape(of: $0) }, result: result)
    let read = step.operands.compactMap { operand in
      if case .tensor(let index) = operand { tensors[index].layout.storage } else { nil }
    }
    instance.storage = (read + [tensors[step.result].layout.storage]).first { $0 != .float32 } ?? .float32
    instance.isSummed = !stepsOfSums(of: step).isEmpty
    instance.normalization = wholeNormalization(of: step)
    return instance
  }
}
