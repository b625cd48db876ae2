extension Plan {
  private static let maximumThreads = 1 << 12

  /// - Parameter range: the bytes per thread that the kernel can use; nil when it needs none.
  func verifyWorkspace(of step: Step, _ range: ClosedRange<Int>?) throws(GraphProblem) {
    guard let workspace = step.workspace, let range else {
      return try require(
        step.workspace == nil && range == nil,
        "step `\(step.name)` \(range == nil ? "has a workspace that nobody uses" : "lacks a workspace")")
    }
    try require(
      range.contains(workspace.bytesPerThread) && workspace.bytesPerThread % 64 == 0
        && (1...Self.maximumThreads).contains(workspace.threads),
      "the workspace of step `\(step.name)` has \(workspace.bytesPerThread) bytes for \(workspace.threads) threads")
    try require(
      workspace.offset >= 0 && workspace.offset % 64 == 0 && workspace.offset <= arenaBytes
        && workspace.bytes <= arenaBytes - workspace.offset,
      "the workspace of step `\(step.name)` lies outside of the arena")
  }

  func verifyWorkspaceIsApart(of step: Step) throws(GraphProblem) {
    for case .tensor(let index) in step.operands + [.tensor(step.result)] {
      try require(
        !step.overwrites(tensors[part(index).root]),
        "the workspace of step `\(step.name)` lies over `\(tensors[index].name)`")
    }
  }
}

extension Plan.Step {
  /// Whether the step's workspace lies where the tensor does.
  func overwrites(_ tensor: Plan.Tensor) -> Bool {
    guard let workspace, case .arena(let offset) = tensor.place else { return false }
    return offset < workspace.offset + workspace.bytes && workspace.offset < offset + tensor.bytes
  }
}
