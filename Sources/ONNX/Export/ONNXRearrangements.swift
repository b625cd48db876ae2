import NetIR

// Slices, transpositions and everything else that only moves elements.
extension ONNXExport {
  mutating func rearranged(
    _ x: String, _ rearrangement: Rearrangement, _ operand: [Int], _ node: Graph.Node, _ label: String
  ) -> String {
    if let order = rearrangement.order(of: operand) {
      return builder.add("Transpose", [x], name: label, [.ints("perm", order)])
    }
    if let slice = rearrangement.slice(of: operand) {
      let parts = [slice.starts, slice.ends, slice.axes, slice.steps].map { builder.integers($0, name: "slice") }
      return builder.add("Slice", [x] + parts, name: label)
    }
    // Anything else is a choice of elements; of each example, where the batch is free.
    let keepsBatch = freeBatch != nil && rearrangement.keepsBatch(of: operand)
    let inner = keepsBatch ? Array(operand.dropFirst()) : operand
    let shape = keepsBatch ? Array(node.shape.dropFirst()) : node.shape
    let places = keepsBatch ? rearrangement.withoutBatch : rearrangement
    let flat = reshaped(
      x, keepsBatch ? [operand[0], inner.elements] : [inner.elements], name: "\(node.name)/elements")
    let indices = builder.integers(
      places.apply(Array(0..<inner.elements), of: inner), [shape.elements], name: "\(node.name)/indices")
    let chosen = builder.add(
      "Gather", [flat, indices], name: "\(node.name)/chosen", [.int("axis", keepsBatch ? 1 : 0)])
    return reshaped(chosen, node.shape, name: label)
  }
}

extension Rearrangement {
  /// The order of axes, where nothing else changes.
  fileprivate func order(of operand: [Int]) -> [Int]? {
    let order = axes.compactMap(\.source)
    guard order.count == operand.count, Set(order).count == order.count,
      self == .transpose(operand, order)
    else { return nil }
    return order
  }

  /// Ranges of axes that keep their order.
  fileprivate func slice(of operand: [Int]) -> (starts: [Int], ends: [Int], axes: [Int], steps: [Int])? {
    guard axes.count == operand.count, axes.enumerated().allSatisfy({ $0.offset == $0.element.source }),
      axes.allSatisfy({ $0.step > 0 })
    else { return nil }
    let cut = axes.indices.filter { axes[$0] != Axis($0, count: operand[$0]) || starts[$0] != 0 }
    let ends = cut.map { starts[$0] + (axes[$0].count - 1) * axes[$0].step + 1 }
    return (cut.map { starts[$0] }, ends, cut, cut.map { axes[$0].step })
  }

  /// Whether every example is rearranged in the same way, by itself.
  fileprivate func keepsBatch(of operand: [Int]) -> Bool {
    starts.first == 0 && axes.first == operand.first.map { Axis(0, count: $0) }
      && axes.dropFirst().allSatisfy { $0.source != 0 }
  }

  /// What happens to one example.
  fileprivate var withoutBatch: Rearrangement {
    Rearrangement(
      starts: Array(starts.dropFirst()),
      axes: axes.dropFirst().map { Axis($0.source.map { $0 - 1 }, count: $0.count, step: $0.step) })
  }
}
