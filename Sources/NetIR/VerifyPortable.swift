extension Plan {
  /// Checks that a graph can stand for the plan on another machine: it takes and gives the same, holds every
  /// constant, has only ops that plans are made of, and is small enough for the arithmetic of passes. Both were
  /// read from a file and verified on their own.
  package func verify(portable graph: Graph) throws(GraphProblem) {
    let isConstant = graph.constants()
    for constant in constants {
      let source = constant.source
      guard graph.nodes.indices.contains(source.index), isConstant[source.index],
        graph[source].shape == constant.shape
      else { throw GraphProblem("constant `\(constant.name)` comes from nowhere") }
    }
    guard graph.inputs.map({ graph[$0].shape }) == inputs.map(\.shape),
      graph.outputs.map({ graph[$0].shape }) == outputs.map(\.shape)
    else { throw GraphProblem("the plan and its graph take or give different things") }
    // Sums over the whole graph have to fit, too: they are counted in floating point.
    var elements = 0.0
    var work = 0.0
    for node in graph.nodes {
      guard node.op.isPortable, node.layout == .plain, node.kernel == nil else {
        throw GraphProblem("`\(node.name)` belongs into no graph that was optimised and kept")
      }
      guard let count = Plan.largestCount(of: node.shape) else {
        throw GraphProblem("`\(node.name)` is too large")
      }
      elements += Double(count)
      work += Double(count) * node.op.valuesPerResult(node.operands.map { graph[$0].shape })
    }
    guard elements < 0x1p56, work < 0x1p58 else { throw GraphProblem("the graph is too large") }
  }
}

extension GraphOp {
  /// Whether it may stand in a graph behind the passes that know no target.
  fileprivate var isPortable: Bool {
    switch self {
    case .batchNorm, .transposedConv2D, .dropout, .gaussianNoise, .randomizedRectify, .training, .gradient: false
    case .conv2D(let attributes, let epilogue):
      // Not every kernel pools.
      epilogue.pool == nil
        && max(
          attributes.padding.top, attributes.padding.bottom, attributes.padding.left, attributes.padding.right)
          <= Plan.maximumHalo
    default: true
    }
  }

  /// About how many values go into one of the result.
  fileprivate func valuesPerResult(_ operands: [[Int]]) -> Double {
    switch self {
    case .conv2D, .dense: operands[1].dropFirst().reduce(4) { $0 * Double($1) }
    case .pool2D(let attributes): Double(attributes.window.height) * Double(attributes.window.width)
    case .globalPool: operands[0].dropFirst(2).reduce(1) { $0 * Double($1) }
    case .lrn(let attributes): 2 * Double(attributes.size) + 4
    default: Double(operands.count) + 5
    }
  }
}
