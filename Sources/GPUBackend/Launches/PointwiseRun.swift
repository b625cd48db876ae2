import GPUKernels
import NetIR

/// Neighbouring steps that one kernel can compute, element by element. What is handed on in a register is fp32, also
/// where the tensor would have been bf16.
struct PointwiseRun: Sendable {
  private var members: [PointwiseStep]
  private var operations: [PointwiseGroup.Operation] = []
  private var operands: [TensorView] = []
  private var places: [ViewStrides] = []

  init(_ first: PointwiseStep) {
    members = [first]
    append(first)
  }

  /// Joins a step if it may.
  ///
  /// A thread sees what it made itself, in registers. It must not read what another thread may have written, nor write
  /// over what another may still have to read: a tensor that overlaps one of the others has to lie exactly on it.
  mutating func take(_ step: PointwiseStep) -> Bool {
    guard step.result.shape == members[0].result.shape else { return false }
    for operand in step.operands where source(of: operand) == nil {
      guard !members.contains(where: { $0.result.overlaps(operand) }) else { return false }
    }
    let result = step.result
    let others = operands + members.map(\.result) + step.operands
    guard others.allSatisfy({ !$0.overlaps(result) || $0.liesExactly(on: result) }) else { return false }
    members.append(step)
    append(step)
    return true
  }

  /// The last member that made exactly this tensor.
  private func source(of operand: TensorView) -> Int? {
    members.lastIndex { $0.result.liesExactly(on: operand) && $0.result.storage == operand.storage }
  }

  private mutating func append(_ step: PointwiseStep) {
    let known = members.count - 1
    var values: [PointwiseGroup.Value] = step.operands.map { operand in
      let maker = members[..<known].lastIndex {
        $0.result.liesExactly(on: operand) && $0.result.storage == operand.storage
      }
      if let maker { return .result(maker) }
      if let place = operands.firstIndex(of: operand) { return .operand(place) }
      operands.append(operand)
      return .operand(operands.count - 1)
    }
    if let place = step.place {
      if !places.contains(place) { places.append(place) }
      values.append(.place(places.firstIndex(of: place) ?? 0))
    }
    operations.append(PointwiseGroup.Operation(step.op, values))
  }

  /// The kernel, and its launch under a name.
  func finished(_ plan: Plan) -> (PointwiseGroup, (String) -> Launch) {
    let stored = members.indices.filter { isNeeded($0, plan) }
    let results = stored.map { members[$0].result }
    let first = members[0].result
    let group = PointwiseGroup(
      operations: operations, operandCount: operands.count, placeCount: places.count, stored: stored,
      channelsFirst: first.strides.channel == 1)
    var steps: [Int] = []
    for member in members where steps.last != member.step { steps.append(member.step) }
    let (operands, places, allSteps) = (operands, places, steps)
    return (
      group,
      { name in
        var launch = Launch(
          allSteps[0], name, grid: Launch.grid(elements: first.shape.elements), (operands + results).map(\.address))
        launch.steps = allSteps
        launch.numbers.add(first.shape[0], first.shape[1], first.shape[2], first.shape[3])
        for view in operands + results { launch.numbers.add(view.strides) }
        for view in operands + results { launch.numbers.add(view.storage) }
        for place in places { launch.numbers.add(place) }
        return launch
      }
    )
  }

  /// Whether somebody else reads what a member made: a later step, or the caller.
  private func isNeeded(_ member: Int, _ plan: Plan) -> Bool {
    let own = plan.part(members[member].tensor)
    if case .output = plan.tensors[own.root].place { return true }
    let inside = Set(members.map(\.step))
    return plan.steps.indices.contains { index in
      index > members[member].step && !inside.contains(index)
        && plan.steps[index].operands.contains { operand in
          if case .tensor(let tensor) = operand { plan.part(tensor).overlaps(own) } else { false }
        }
    }
  }
}

extension TensorView {
  /// Whether the elements of the same place have the same address.
  func liesExactly(on other: TensorView) -> Bool {
    address == other.address && strides == other.strides && shape == other.shape && storage == other.storage
  }
}
