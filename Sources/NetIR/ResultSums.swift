// Sums over a result, channel by channel, that a library's kernel can take while it has the numbers: the moments of a
// convolution's, and of the gradient of an image those that the gradient of a rectified normalisation begins with.

extension Plan {
  /// The steps behind a convolution, or the gradient of an image, that take such sums: of the whole batch at once, or
  /// of slices that are joined. The last one's result is what others read. Empty where there are none, and on CPUs.
  package func stepsOfSums(of step: Step) -> [Int] {
    guard target.isDevice, step.op.mayBeSummed, let index = steps.firstIndex(where: { $0.result == step.result })
    else { return [] }
    let value = Operand.tensor(step.result)
    func node(_ step: Step) -> SumNode<Operand> { SumNode(step.op, step.operands, .tensor(step.result)) }
    let places: [Int]
    if case .conv2D = step.op {
      places = placesOfMoments(steps.dropFirst(index + 1).prefix(2).map(node), of: value)
    } else {
      guard case .arena = tensors[step.result].place, tensors[step.result].viewOf == nil,
        tensors.allSatisfy({ $0.viewOf != step.result })
      else { return [] }
      let behind = steps.dropFirst(index + 1)
      let later = Set(behind.map { part($0.result).root })
      places = placesOfGradientSums(behind.map(node), of: value) { operand in
        if case .tensor(let tensor) = operand { later.contains(part(tensor).root) } else { false }
      }
    }
    return places.map { index + 1 + $0 }
  }
}

extension Graph {
  /// Whether the steps behind a convolution, or the gradient of an image, take such sums of it.
  package func isSummed(_ id: ValueID) -> Bool {
    func node(_ id: ValueID) -> SumNode<ValueID> { SumNode(self[id].op, self[id].operands, id) }
    let behind = (id.index + 1..<nodes.count).lazy.map(ValueID.init)
    switch self[id].op {
    case .conv2D:
      let next = behind.filter { self[$0].op.kernelOp != nil && !isConstant($0) }.prefix(2)
      return !placesOfMoments(next.map(node), of: id).isEmpty
    case .gradient(.convolutionData):
      return !outputs.contains(id) && !placesOfGradientSums(behind.map(node), of: id) { $0 > id }.isEmpty
    default: return false
    }
  }
}

extension GraphOp {
  fileprivate var mayBeSummed: Bool {
    switch self {
    case .conv2D, .gradient(.convolutionData): true
    default: false
    }
  }
}

/// What takes sums, or what a normalisation consists of, in a graph or in a plan.
struct SumNode<Value: Equatable> {
  let op: GraphOp
  let operands: [Value]
  let result: Value

  init(_ op: GraphOp, _ operands: [Value], _ result: Value) {
    (self.op, self.operands, self.result) = (op, operands, result)
  }
}

/// - Parameter next: the two nodes behind the value.
private func placesOfMoments<Value>(_ next: [SumNode<Value>], of value: Value) -> [Int] {
  guard let first = next.first, first.operands == [value], case .training(.moments(let slices)) = first.op else {
    return []
  }
  if slices == 1 { return [0] }
  guard let second = next.last, second.operands == [first.result], case .training(.joinMoments) = second.op else {
    return []
  }
  return [0, 1]
}

/// Nobody else may read the gradient: a library stores it rectified. What was normalised has to be there before it.
///
/// - Parameters:
///   - behind: all nodes behind the value.
///   - isLater: whether one of them makes a value.
private func placesOfGradientSums<Value>(
  _ behind: [SumNode<Value>], of value: Value, isLater: (Value) -> Bool
) -> [Int] {
  let readers = behind.indices.filter { behind[$0].operands.contains(value) }
  guard let first = readers.first, behind[first].operands.first == value,
    case .gradient(.normalizeSums(let epsilon, let slices, isRectified: true)) = behind[first].op
  else { return [] }
  let (sums, operands) = (behind[first].result, behind[first].operands)
  let (x, moments, gamma, beta) = (operands[1], operands[2], operands[3], operands[4])
  guard ![x, moments, gamma, beta].contains(where: { $0 == value || isLater($0) }),
    readers.dropFirst().allSatisfy({ reader in
      guard case .gradient(.normalizeData(epsilon, isRectified: true)) = behind[reader].op else { return false }
      let others = behind[reader].operands
      return others.prefix(4) == [value, x, gamma, moments] && others[5] == beta && others[4] != value
    })
  else { return [] }
  if slices == 1 { return [first] }
  let joins = behind.indices.filter { behind[$0].operands.contains(sums) }
  guard joins.count == 1, case .gradient(.batchSum) = behind[joins[0]].op else { return [] }
  return [first, joins[0]]
}
