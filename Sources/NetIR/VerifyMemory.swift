extension Plan {
  /// Replays the plan: whose numbers lie in memory, step by step.
  func verifyMemory() throws(GraphProblem) {
    // Of tensors that own bytes: the channels that were written and not overwritten since.
    var alive: [Int: RangeSet<Int>] = [:]
    for (index, tensor) in tensors.enumerated() where tensor.viewOf == nil {
      if case .input = tensor.place { alive[index] = RangeSet(part(index).channels) }
    }
    func isAlive(_ part: Part) -> Bool { alive[part.root]?.isSuperset(of: RangeSet(part.channels)) == true }
    for step in steps {
      let target = part(step.result)
      for case .tensor(let index) in step.operands {
        let operand = part(index)
        try require(isAlive(operand), "step `\(step.name)` reads `\(tensors[index].name)`, which is gone")
        try require(
          isApart(operand, target) || isInPlace(step, over: index), "step `\(step.name)` overwrites its own operand")
      }
      try verifyWorkspaceIsApart(of: step)
      alive = alive.filter { root, _ in
        !step.overwrites(tensors[root]) && (root == target.root || !overlaps(tensors[root], tensors[target.root]))
      }
      alive[target.root, default: RangeSet()].insert(contentsOf: target.channels)
    }
    for (index, tensor) in tensors.enumerated() {
      if case .output = tensor.place { try require(isAlive(part(index)), "output `\(tensor.name)` is never written") }
    }
  }

  private func isApart(_ a: Part, _ b: Part) -> Bool {
    a.root == b.root ? !a.overlaps(b) : !overlaps(tensors[a.root], tensors[b.root])
  }

  /// Whether the result lies exactly where the operand lay, for an op that allows it.
  private func isInPlace(_ step: Step, over operand: Int) -> Bool {
    let (a, b) = (tensors[operand], tensors[step.result])
    guard step.op.worksInPlace, !step.readsAsVector(operand) else { return false }
    return part(operand).root != part(step.result).root && a.place == b.place && a.layout == b.layout
      && a.shape == b.shape && a.firstChannel == nil && b.firstChannel == nil
  }

  private func overlaps(_ a: Tensor, _ b: Tensor) -> Bool {
    switch (a.place, b.place) {
    case (.arena(let x), .arena(let y)): x < y + b.bytes && y < x + a.bytes
    case (.output(let x), .output(let y)): x == y
    default: false
    }
  }
}

extension Plan.Step {
  /// Whether a tensor is among its weights and vectors.
  package func readsAsVector(_ tensor: Int) -> Bool {
    operands.enumerated().contains { $1 == .tensor(tensor) && op.isVector($0, of: operands.count) }
  }
}
