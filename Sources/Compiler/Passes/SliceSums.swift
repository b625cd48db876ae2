import NetIR

/// Sums over a batch of few channels are cut into slices of the batch, which threads share, and joined in their order.
/// How many follows from the sizes alone: the result has the same bits for any number of threads.
enum SliceSums {
  static let pass = Pass(
    name: "slice-sums", summary: "cut sums over large batches of few channels into parts that threads share"
  ) { compilation in
    let target = compilation.options.target
    compilation.graph = try compilation.graph.rewritten { graph, _, node in
      guard let x = node.operands.first, let slices = slices(of: graph[x].shape, target) else {
        return graph.append(node)
      }
      func add(_ op: GraphOp, _ operands: [ValueID]) throws -> ValueID {
        try graph.add(op, operands, name: node.name)
      }
      func summed(_ op: GradientOp) throws -> ValueID {
        let one = try add(.gradient(.batchSum), [add(.gradient(op), node.operands)])
        return try add(.reshape(shape: node.shape), [one])
      }
      switch node.op {
      case .training(.moments(slices: 1)):
        let parts = try add(.training(.moments(slices: slices)), node.operands)
        return try add(.training(.joinMoments(examples: graph[x].shape[0])), [parts])
      case .gradient(.channelSum(slices: 1)): return try summed(.channelSum(slices: slices))
      case .gradient(.normalizeSums(let epsilon, slices: 1, let isRectified)):
        return try summed(.normalizeSums(epsilon: epsilon, slices: slices, isRectified: isRectified))
      default: return graph.append(node)
      }
    }
  }

  /// Pieces of work that leave threads enough to share, a block of channels each.
  private static let wantedParts = 16
  private static let block = 16
  /// Elements below which nothing is shared.
  private static let leastElements = 1 << 17

  private static func slices(of shape: [Int], _ target: TargetDescription) -> Int? {
    if target.isDevice { return DeviceSlices.ofSums(shape, target) }
    guard shape.count >= 2, shape.elements >= leastElements else { return nil }
    let blocks = (shape[1] + block - 1) / block
    let slices = min(shape[0], (wantedParts + blocks - 1) / blocks)
    return slices > 1 ? slices : nil
  }
}
