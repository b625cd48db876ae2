/// What follows the moments of a batch at once: the normalisation that they are for, perhaps a residual that is added,
/// perhaps a rectifier. Or what follows the sums of a normalisation's gradients, where no rectifier is part of these:
/// the gradient of what was normalised. A library can compute all of it, moments or sums included, in one kernel.
package struct WholeNormalization: Hashable, Sendable {
  /// How many steps behind that of the moments it consists of.
  package var length: Int
  /// The place of the normalisation among them, or of the gradient; the first is 0.
  package var normalization: Int
  package var hasResidual = false
  package var isRectified = false
  package var isGradient = false

  /// `their normalisation + add + rectify`, as part of a signature.
  var described: String {
    isGradient
      ? "the gradient of what was normalised"
      : "their normalisation" + (hasResidual ? " + add" : "") + (isRectified ? " + rectify" : "")
  }
}

extension Plan {
  /// - Returns: nil where the step takes neither moments nor such sums, or what they are for is not right behind it; on
  ///   CPUs. What follows the normalisation is not part of it where others read what is handed on.
  package func wholeNormalization(of step: Step) -> WholeNormalization? {
    guard target.isDevice, step.op.slicesOfNormalization != nil,
      let index = steps.firstIndex(where: { $0.result == step.result })
    else { return nil }
    func node(_ step: Step) -> SumNode<Operand> { SumNode(step.op, step.operands, .tensor(step.result)) }
    return pattern(
      of: node(step), steps.dropFirst(index + 1).prefix(3).map(node),
      readers: { value in
        guard case .tensor(let tensor) = value else { return 0 }
        let own = part(tensor)
        if case .output = tensors[own.root].place { return .max }
        return steps.count { step in
          step.operands.contains { if case .tensor(let other) = $0 { part(other).overlaps(own) } else { false } }
        }
      }, shape: shape,
      root: { if case .tensor(let tensor) = $0 { .tensor(part(tensor).root) } else { $0 } })
  }

  /// The steps that it consists of, behind those moments; empty where there is none.
  package func stepsOfNormalization(behind index: Int) -> [Int] {
    wholeNormalization(of: steps[index]).map { Array(index + 1..<index + 1 + $0.length) } ?? []
  }

  /// What is added to what was normalised.
  package func residual(of whole: WholeNormalization, behind index: Int) -> Operand? {
    let normalised = Operand.tensor(steps[index + 1 + whole.normalization].result)
    return whole.hasResidual ? steps[index + whole.length].operands.first { $0 != normalised } : nil
  }
}

extension Graph {
  /// As `Plan.wholeNormalization(of:)`.
  package func wholeNormalization(of id: ValueID) -> WholeNormalization? {
    guard self[id].op.slicesOfNormalization != nil else { return nil }
    func node(_ id: ValueID) -> SumNode<ValueID> { SumNode(self[id].op, self[id].operands, id) }
    let behind = (id.index + 1..<nodes.count).lazy.map(ValueID.init)
    let next = behind.filter { self[$0].op.kernelOp != nil && !isConstant($0) }.prefix(3)
    return pattern(
      of: node(id), next.map(node),
      readers: { value in outputs.contains(value) ? .max : ids.count { self[$0].operands.contains(value) } },
      shape: { self[$0].shape },
      root: { value in
        var root = value
        while case .reshape = self[root].op { root = self[root].operands[0] }
        return root
      })
  }

  /// The moments that are taken right behind a convolution.
  package func moments(of id: ValueID) -> ValueID? {
    let behind = (id.index + 1..<nodes.count).lazy.map(ValueID.init)
    guard let next = behind.first(where: { self[$0].op.kernelOp != nil && !isConstant($0) }),
      case .training(.moments) = self[next].op, self[next].operands == [id]
    else { return nil }
    return next
  }
}

extension GraphOp {
  /// Of moments, and of sums of a normalisation's gradients without a rectifier: of how many slices of a batch.
  fileprivate var slicesOfNormalization: Int? {
    switch self {
    case .training(.moments(let slices)), .gradient(.normalizeSums(_, let slices, isRectified: false)): slices
    default: nil
    }
  }

  /// Whether it joins what such an op makes of slices.
  fileprivate func joins(_ parts: GraphOp) -> Bool {
    switch (parts, self) {
    case (.training(.moments), .training(.joinMoments)), (.gradient(.normalizeSums), .gradient(.batchSum)): true
    default: false
    }
  }
}

/// - Parameters:
///   - first: what takes moments or sums.
///   - next: the nodes behind it.
///   - readers: how many read a value; very many where a caller does.
///   - root: what a value shows in another shape, or the value.
private func pattern<Value>(
  of first: SumNode<Value>, _ next: [SumNode<Value>], readers: (Value) -> Int, shape: (Value) -> [Int],
  root: (Value) -> Value
) -> WholeNormalization? {
  guard let slices = first.op.slicesOfNormalization else { return nil }
  var (place, joined) = (0, first.result)
  if slices > 1 {
    guard let join = next.first, join.operands == [joined], join.op.joins(first.op) else { return nil }
    (place, joined) = (1, join.result)
  }
  guard next.indices.contains(place) else { return nil }
  var found = WholeNormalization(length: place + 1, normalization: place)
  if case .gradient(.normalizeSums(let epsilon, _, _)) = first.op {
    let operands = next[place].operands
    guard case .gradient(.normalizeData(epsilon, isRectified: false)) = next[place].op,
      Array(operands.prefix(2)) + [operands[3]] == first.operands, root(operands[4]) == root(joined)
    else { return nil }
    found.isGradient = true
    return found
  }
  guard case .training(.normalize(_, let activation)) = next[place].op, [.linear, .rectify].contains(activation),
    next[place].operands[0] == first.operands[0], next[place].operands[3] == joined
  else { return nil }
  let normalised = next[place].result
  found.isRectified = activation == .rectify
  guard activation == .linear, next.indices.contains(place + 1), readers(normalised) == 1 else { return found }
  let (op, operands) = (next[place + 1].op, next[place + 1].operands)
  switch op {
  case .activation(.rectify) where operands == [normalised]: found.isRectified = true
  case .elementwise(ElementwiseAttributes(kind: .sum), let activation)
  where [.linear, .rectify].contains(activation) && operands.count == 2 && operands.contains(normalised)
    && operands.allSatisfy { shape($0) == shape(normalised) } && Set(operands.map { $0 == normalised }).count == 2:
    (found.hasResidual, found.isRectified) = (true, activation == .rectify)
  default: return found
  }
  found.length += 1
  return found
}
