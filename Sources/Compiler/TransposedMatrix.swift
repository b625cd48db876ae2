import NetIR

extension Graph {
  /// The matrix that a value is the transposition of; nil where it is none.
  func transposedMatrix(_ value: ValueID) -> ValueID? {
    guard case .rearrange(let rearrangement) = self[value].op else { return nil }
    let source = self[value].operands[0]
    let shape = self[source].shape
    return shape.count == 2 && rearrangement == .transpose(shape, [1, 0]) ? source : nil
  }
}
