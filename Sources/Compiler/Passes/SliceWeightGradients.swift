import NetIR

/// The gradient of a convolution's filters sums over the whole batch. Where filters and channels alone give too few
/// pieces of work for the target's threads, or images that pass through the caches again for each piece, slices of the
/// batch are summed up on their own, and then together, in their order: the plan decides how many, not the threads.
enum SliceWeightGradients {
  static let pass = Pass(
    name: "slice-weight-gradients", summary: "cut the batch where a gradient of filters has too few pieces of work"
  ) { compilation in
    let options = compilation.options
    compilation.graph = try compilation.graph.rewritten { graph, _, node in
      guard case .gradient(.convolutionWeights(let attributes, 1)) = node.op else { return graph.append(node) }
      let (x, g) = (graph[node.operands[0]].shape, graph[node.operands[1]].shape)
      let slices = slices(x, g, weights: node.shape, attributes, options)
      guard slices > 1 else { return graph.append(node) }
      func add(_ op: GraphOp, _ operands: [ValueID]) throws(GraphProblem) -> ValueID {
        try graph.add(op, operands, name: node.name)
      }
      let parts = try add(.gradient(.convolutionWeights(attributes, slices: slices)), node.operands)
      let rows = try add(.reshape(shape: [slices, node.shape.elements]), [parts])
      return try add(.reshape(shape: node.shape), [add(.gradient(.batchSum), [rows])])
    }
  }

  /// Units of work that a thread should have, so that the last one to finish is not waited for.
  private static let unitsPerCore = 8
  /// What the sums of slices may take, as a part of what they are sums of: they are written and read once more.
  private static let worth = 8

  private static func slices(
    _ x: [Int], _ g: [Int], weights: [Int], _ attributes: ConvolutionAttributes, _ options: CompileOptions
  ) -> Int {
    if options.target.isDevice { return DeviceSlices.ofWeights(x, g, weights: weights, attributes, options) }
    let kernels = options.catalogue.kernels.filter {
      $0.op == .convolutionWeights && options.target.instructionSets.contains($0.instructionSet)
    }
    let block = kernels.map(\.block).max() ?? 1
    let bytes = 4 * (x.elements + g.elements)
    // A piece is a block of channels by two or three vectors of filters.
    let channels = x[1] < block ? x[1] : (x[1] + block - 1) / block
    let units = channels * ((g[1] + 3 * block - 1) / (3 * block))
    let forThreads = (unitsPerCore * max(1, options.target.cores) + units - 1) / units
    // Only where the images are read more than once.
    let forCaches = units == 1 ? 1 : Int((2 * Double(bytes) / options.target.bytes(ofCache: 2)).rounded(.up))
    return min(max(forThreads, forCaches), most(x, g, weights: weights), x[0])
  }

  /// Slices whose sums are worth their bytes.
  static func most(_ x: [Int], _ g: [Int], weights: [Int]) -> Int {
    max(1, (x.elements + g.elements) / (worth * weights.elements))
  }
}
