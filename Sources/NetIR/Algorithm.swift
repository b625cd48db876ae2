/// What sets an algorithm apart from plain sums of products: its arithmetic, its scratch memory, its accuracy.
extension Plan {
  /// The arithmetic that the step's algorithm does, its transforms left out. `work(of:)` counts what the layer means:
  /// more than this where the algorithm is Winograd's, less where products are split.
  package func executedFlops(of step: Step) -> Int {
    let flops = work(of: step).flops
    if step.algorithm == SplitProducts.algorithm { return SplitProducts.productsForOne * flops }
    let result = tensors[step.result].shape
    guard let form = Winograd.Form(rawValue: step.algorithm), result.count == 4, let input = step.operands.first else {
      return flops
    }
    let products: Int
    switch step.op {
    case .conv2D(_, let epilogue):
      products = form.tiles(of: epilogue.unpooled(result)) * shape(of: input)[1] * result[1]
    case .gradient(.convolutionWeights):
      let g = shape(of: step.operands[1])
      products = form.tiles(of: g) * shape(of: input)[1] * g[1]
    default: return flops
    }
    return min(flops, 2 * form.points * products)
  }

  /// What the algorithm of a step costs in accuracy; nil for plain sums of products.
  package func expectedError(of step: Step) -> Double? { instance(of: step).expectedError(by: step.algorithm) }
}

extension KernelDescriptor {
  /// The bytes of workspace per thread that the kernel can use for an op, from the least to the most; nil when it
  /// needs none.
  ///
  /// - Parameter isPlain: whether the input lies in C order.
  package func workspace(op: GraphOp, input: [Int], result: [Int], isPlain: Bool) -> ClosedRange<Int>? {
    if let split = SplitProducts(op, input: input, result: result, isPlain: isPlain, by: self) {
      let most = split.workspaceBytes(images: split.images, rows: split.height)
      return split.workspaceBytes(images: 1, rows: 1)...most
    }
    if let split = op.splitWeights(input: input, result: result, by: self) {
      let most = split.workspaceBytes(images: split.images, rows: split.height)
      return split.workspaceBytes(images: 1, rows: 1)...most
    }
    if let bytes = op.winogradWeights(result: result, by: self)?.workspaceBytes { return bytes...bytes }
    guard case .conv2D(let attributes, let epilogue) = op,
      let winograd = Winograd(attributes, input: input, result: epilogue.unpooled(result), by: self)
    else { return nil }
    return winograd.workspaceBytes(tilesAtOnce: 1)...winograd.workspaceBytes(tilesAtOnce: winograd.tiles)
  }
}

extension OpInstance {
  /// What an algorithm costs in accuracy; nil for plain sums of products.
  package func expectedError(by algorithm: String) -> Double? {
    if algorithm == SplitProducts.algorithm { return SplitProducts.expectedError }
    guard let form = Winograd.Form(rawValue: algorithm), let input = operands.first, input.count > 1 else { return nil }
    if case .gradient = op { return form.expectedErrorOfWeights }
    return form.expectedError(channels: input[1])
  }
}
