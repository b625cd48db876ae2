extension Plan {
  /// The last of the steps behind a convolution that take the moments of its result: of the whole batch at once, or of
  /// slices that are joined. nil where the next steps are others, and on CPUs.
  package func lastOfMoments(of step: Step) -> Int? {
    guard target.isDevice, case .conv2D = step.op, let index = steps.firstIndex(where: { $0.result == step.result })
    else { return nil }
    let next = steps.dropFirst(index + 1).prefix(2)
    let count = stepsOfMoments(next.map { ($0.op, $0.operands, Operand.tensor($0.result)) }, of: .tensor(step.result))
    return count.map { index + $0 }
  }
}

extension Graph {
  /// Whether the next steps behind a convolution take the moments of its result.
  package func hasMoments(_ id: ValueID) -> Bool {
    guard case .conv2D = self[id].op else { return false }
    let next = (id.index + 1..<nodes.count).lazy.map(ValueID.init).filter {
      self[$0].op.kernelOp != nil && !isConstant($0)
    }.prefix(2)
    return stepsOfMoments(next.map { (self[$0].op, self[$0].operands, $0) }, of: id) != nil
  }
}

/// How many of the next steps take the moments of a value; nil where they do not.
private func stepsOfMoments<Value: Equatable>(
  _ next: [(op: GraphOp, operands: [Value], result: Value)], of value: Value
) -> Int? {
  guard let first = next.first, first.operands == [value], case .training(.moments(let slices)) = first.op else {
    return nil
  }
  if slices == 1 { return 1 }
  guard let second = next.last, second.operands == [first.result], case .training(.joinMoments) = second.op else {
    return nil
  }
  return 2
}
