/// What follows the moments of a batch at once: the normalisation that they are for, perhaps a residual that is added,
/// perhaps a rectifier. A library can compute all of it, moments included, in one kernel.
package struct WholeNormalization: Hashable, Sendable {
  /// How many steps behind that of the moments it consists of.
  package var length: Int
  /// The place of the normalisation among them, the first 0.
  package var normalization: Int
  package var hasResidual: Bool
  package var isRectified: Bool

  /// `normalisation + add + rectify`, as part of a signature.
  var described: String { "normalisation" + (hasResidual ? " + add" : "") + (isRectified ? " + rectify" : "") }
}

extension Plan {
  /// - Returns: nil where the step takes no moments, or their normalisation is not right behind it; on CPUs. What follows
  ///   the normalisation is not part of it where others read what is handed on.
  package func wholeNormalization(of step: Step) -> WholeNormalization? {
    guard target.isDevice, case .training(.moments) = step.op,
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
      }, shape: shape)
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
    guard case .training(.moments) = self[id].op else { return nil }
    func node(_ id: ValueID) -> SumNode<ValueID> { SumNode(self[id].op, self[id].operands, id) }
    let behind = (id.index + 1..<nodes.count).lazy.map(ValueID.init)
    let next = behind.filter { self[$0].op.kernelOp != nil && !isConstant($0) }.prefix(3)
    return pattern(
      of: node(id), next.map(node),
      readers: { value in outputs.contains(value) ? .max : ids.count { self[$0].operands.contains(value) } },
      shape: { self[$0].shape })
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

/// - Parameters:
///   - next: the nodes behind the moments.
///   - readers: how many read a value; very many where a caller does.
private func pattern<Value>(
  of moments: SumNode<Value>, _ next: [SumNode<Value>], readers: (Value) -> Int, shape: (Value) -> [Int]
) -> WholeNormalization? {
  guard case .training(.moments(let slices)) = moments.op else { return nil }
  var (place, joined) = (0, moments.result)
  if slices > 1 {
    guard let join = next.first, join.operands == [joined], case .training(.joinMoments) = join.op else { return nil }
    (place, joined) = (1, join.result)
  }
  guard next.indices.contains(place), case .training(.normalize(_, let activation)) = next[place].op,
    [.linear, .rectify].contains(activation), next[place].operands[0] == moments.operands[0],
    next[place].operands[3] == joined
  else { return nil }
  let normalised = next[place].result
  var found = WholeNormalization(
    length: place + 1, normalization: place, hasResidual: false, isRectified: activation == .rectify)
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
