import NetIR

/// One node while it is differentiated. What it adds to the graph carries the node's name: profiles say whose
/// gradient it is.
struct GradientStep {
  var graph: Graph
  /// The node that is differentiated.
  var result: ValueID
  /// The gradient of its result.
  var g: ValueID

  var node: Graph.Node { graph[result] }

  func operand(_ place: Int) -> ValueID { node.operands[place] }

  func shape(_ place: Int) -> [Int] { graph[node.operands[place]].shape }

  mutating func add(_ op: GraphOp, _ operands: [ValueID]) throws(GraphProblem) -> ValueID {
    try graph.add(op, operands, name: node.name)
  }

  mutating func addGradient(_ op: GradientOp, _ operands: [ValueID]) throws(GraphProblem) -> ValueID {
    try graph.add(.gradient(op), operands, name: node.name)
  }

  mutating func reshaped(_ value: ValueID, _ shape: [Int]) throws(GraphProblem) -> ValueID {
    graph[value].shape == shape ? value : try add(.reshape(shape: shape), [value])
  }

  mutating func fill(_ value: Float, _ shape: [Int]) throws(GraphProblem) -> ValueID {
    try add(.fill(value: value, shape: shape), [])
  }

  /// Axes in another order.
  mutating func transposed(_ value: ValueID, _ order: [Int]) throws(GraphProblem) -> ValueID {
    try add(.rearrange(.transpose(graph[value].shape, order)), [value])
  }

  mutating func scaled(_ value: ValueID, by factor: Float) throws(GraphProblem) -> ValueID {
    guard factor != 1 else { return value }
    return try add(.elementwise(ElementwiseAttributes(kind: .sum, coefficients: [factor]), .linear), [value])
  }

  mutating func product(_ values: [ValueID]) throws(GraphProblem) -> ValueID {
    try add(.elementwise(ElementwiseAttributes(kind: .mul), .linear), values)
  }

  /// The gradient of an operand of which one example may have served the whole batch.
  mutating func summed(_ gradient: ValueID, like place: Int) throws(GraphProblem) -> ValueID {
    shape(place) == graph[gradient].shape ? gradient : try addGradient(.batchSum, [gradient])
  }

  /// In the order in which they came: the same sum, whatever else is in the graph.
  mutating func sum(_ parts: [ValueID]) throws(GraphProblem) -> ValueID {
    parts.count == 1 ? parts[0] : try add(.elementwise(ElementwiseAttributes(kind: .sum), .linear), parts)
  }

  func problem(_ reason: String) -> GradientProblem {
    GradientProblem(layer: node.name, op: node.op.described, reason: reason)
  }
}
