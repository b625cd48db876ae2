import NetIR

/// Rewrites a network as it works in training: parameters are inputs, batch normalisation takes the batch's own
/// statistics, and what is random is random.
struct TrainingForm {
  private(set) var parameters: [(name: String, value: ValueID)] = []
  private(set) var statistics: [(statistics: TrainingGraph.Statistics, moments: ValueID)] = []
  private(set) var keyInput: Int?
  let firstParameter: Int
  private var key: ValueID?
  private var streams = 0
  private let trainable: Set<String>

  /// - Parameter firstFreeInput: the number of the first input that the form adds.
  init(_ network: Graph, trainable: [String], firstFreeInput: Int) {
    self.trainable = Set(trainable)
    let isRandom = network.nodes.contains { Self.isRandom($0.op) }
    keyInput = isRandom ? firstFreeInput : nil
    firstParameter = firstFreeInput + (isRandom ? 1 : 0)
  }

  private static func isRandom(_ op: GraphOp) -> Bool {
    switch op {
    case .dropout(let probability, _): probability > 0
    case .gaussianNoise(let sigma): sigma > 0
    case .randomizedRectify: true
    default: false
    }
  }

  mutating func rewritten(_ network: Graph) throws -> Graph {
    try network.rewritten { graph, _, node in
      switch node.op {
      case .constant(let name, let shape) where trainable.contains(name):
        let input = GraphOp.input(index: firstParameter + parameters.count, shape: shape)
        let value = try graph.add(input, name: name)
        parameters.append((name, value))
        return value
      case .batchNorm(let epsilon): return try normalize(epsilon, node, &graph)
      // Without an effect they would leave a key that nothing reads.
      case .dropout(0, _), .gaussianNoise(0): return node.operands[0]
      case .dropout(let probability, let shared):
        return try random(node.operands, node.name, &graph) {
          .drop(probability: probability, sharedAxes: shared, stream: $0)
        }
      case .gaussianNoise(let sigma):
        return try random(node.operands, node.name, &graph) { .noise(sigma: sigma, stream: $0) }
      case .randomizedRectify(let lower, let upper):
        let x = node.operands[0]
        return try random([x, x], node.name, &graph) { .randomSlopes(lower: lower, upper: upper, stream: $0) }
      default: return graph.append(node)
      }
    }
  }

  private mutating func normalize(_ epsilon: Float, _ node: Graph.Node, _ graph: inout Graph) throws -> ValueID {
    let x = node.operands[0]
    let names = node.operands[3...].compactMap { parameterName($0, graph) }
    guard names.count == 2 else { throw GraphProblem("the statistics of `\(node.name)` are no parameters") }
    let moments = try graph.add(.training(.moments()), [x], name: node.name)
    let count = graph[x].shape.elements / graph[x].shape[1]
    statistics.append(
      (TrainingGraph.Statistics(layer: node.name, mean: names[0], variance: names[1], count: count), moments))
    return try graph.add(
      .training(.normalize(epsilon: epsilon)), [x, node.operands[1], node.operands[2], moments], name: node.name)
  }

  /// The name of a parameter that is seen under any shape.
  private func parameterName(_ value: ValueID, _ graph: Graph) -> String? {
    switch graph[value].op {
    case .constant(let name, _): name
    case .reshape: parameterName(graph[value].operands[0], graph)
    default: nil
    }
  }

  /// A random op with a stream of its own.
  private mutating func random(
    _ operands: [ValueID], _ name: String, _ graph: inout Graph, _ op: (Int) -> TrainingOp
  ) throws -> ValueID {
    if key == nil, let keyInput {
      key = try graph.add(.input(index: keyInput, shape: [TrainingOp.keyWords]), name: "key")
    }
    streams += 1
    return try graph.add(.training(op(streams - 1)), operands + (key.map { [$0] } ?? []), name: name)
  }
}
