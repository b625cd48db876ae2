import NetIR

extension Plan {
  /// Bytes of the arena that hold something needed while each step runs: what it reads and writes, its workspace,
  /// and what waits for a later step.
  func liveArenaBytes() -> [Int] {
    func root(_ tensor: Int) -> Int { tensors[tensor].viewOf.map(root) ?? tensor }
    var lives: [Int: ClosedRange<Int>] = [:]
    for (index, step) in steps.enumerated() {
      for case .tensor(let tensor) in step.operands + [.tensor(step.result)] {
        let first = lives[root(tensor)]?.lowerBound ?? index
        lives[root(tensor)] = first...index
      }
    }
    return steps.indices.map { index in
      var spans = lives.compactMap { tensor, life -> Range<Int>? in
        guard life.contains(index), case .arena(let offset) = tensors[tensor].place else { return nil }
        return offset..<offset + tensors[tensor].bytes
      }
      if let workspace = steps[index].workspace {
        spans.append(workspace.offset..<workspace.offset + workspace.bytes)
      }
      // Steps that work in place have two tensors at one place: bytes count once.
      var (sum, end) = (0, 0)
      for span in spans.sorted(by: { $0.lowerBound < $1.lowerBound }) {
        sum += max(0, span.upperBound - max(end, span.lowerBound))
        end = max(end, span.upperBound)
      }
      return sum
    }
  }
}
