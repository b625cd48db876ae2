import NetIR

/// A network as an ONNX model: operators of opset 17, parameters under their names, values under those of their layers.
/// What only training knows (dropout, noise) is left out.
///
/// Operators: https://onnx.ai/onnx/operators/.
package struct ONNXExport {
  package static let opset: Int64 = 17
  /// Of the format, for that opset.
  private static let irVersion: Int64 = 8

  let graph: Graph
  let isConstant: [Bool]
  /// The batch of the graph, where the model takes any; else nil.
  let freeBatch: Int?
  var builder = ONNXBuilder()
  private let numbers: (ValueID) throws -> [Float]
  /// Names of the values that have been written.
  private var names: [String?]
  /// Layers of several nodes: the last one has the layer's name.
  private let lastOfLayer: [String: ValueID]

  /// - Parameters:
  ///   - graph: as it is lowered, before any pass.
  ///   - freeBatch: the batch that it was lowered with, if the model shall take any; `keepsBatch` has to be true then.
  ///   - numbers: the numbers of a value that depends on parameters alone.
  package init(_ graph: Graph, freeBatch: Int?, numbers: @escaping (ValueID) throws -> [Float]) {
    self.graph = graph
    self.freeBatch = freeBatch
    self.numbers = numbers
    let isConstant = graph.constants()
    self.isConstant = isConstant
    let variables = graph.ids.filter { !isConstant[$0.index] }
    names = Array(repeating: nil, count: graph.nodes.count)
    lastOfLayer = Dictionary(
      variables.filter { !graph[$0].op.isIdentityAtInference }.map { (graph[$0].name, $0) },
      uniquingKeysWith: { $1 })
  }

  /// Whether the batch is the first axis of every value: only then a model can leave it free.
  package static func keepsBatch(_ graph: Graph, _ batch: Int) -> Bool {
    let isConstant = graph.constants()
    return graph.ids.allSatisfy { isConstant[$0.index] || graph[$0].shape.first == batch }
  }

  /// - Throws: `GraphProblem` for what ONNX cannot say, and what `numbers` throws.
  package mutating func model(producerVersion: String) throws -> ONNXModel {
    for id in graph.ids where !isConstant[id.index] {
      names[id.index] = graph[id].op.isIdentityAtInference ? try name(graph[id].operands[0]) : try node(id)
    }
    var results: [String] = []
    for id in graph.outputs {
      let value = try name(id)
      // A result needs a name of its own: neither an input's nor another result's.
      let isOwn = !isConstant[id.index] && !graph[id].op.isIdentityAtInference && !graph[id].op.isInput
      results.append(
        isOwn && !results.contains(value) ? value : builder.add("Identity", [value], name: graph[id].name))
    }
    var model = ONNXModel()
    (model.irVersion, model.opset) = (Self.irVersion, Self.opset)
    (model.producerName, model.producerVersion) = ("netc", producerVersion)
    model.graph.name = graph.name
    (model.graph.nodes, model.graph.initializers) = (builder.nodes, builder.initializers)
    model.graph.inputs = graph.inputs.map { described(names[$0.index] ?? "", graph[$0].shape) }
    model.graph.outputs = zip(results, graph.outputs).map { described($0, graph[$1].shape) }
    return model
  }

  /// The name of a value; constants are stored when they are first asked for.
  mutating func name(_ id: ValueID) throws -> String {
    if let name = names[id.index] { return name }
    precondition(isConstant[id.index], "operands come before their node")
    let name = builder.constant(try numbers(id), graph[id].shape, name: parameterName(id))
    names[id.index] = name
    return name
  }

  /// What a node's result is to be called.
  func label(_ id: ValueID) -> String {
    let node = graph[id]
    return lastOfLayer[node.name] == id ? node.name : "\(node.name)/\(node.op.name)"
  }

  func parameterName(_ id: ValueID) -> String {
    switch graph[id].op {
    case .constant(let name, _): name
    case .reshape, .rearrange: parameterName(graph[id].operands[0])
    default: graph[id].name
    }
  }

  /// A constant's numbers.
  func values(_ id: ValueID) throws -> [Float] { try numbers(id) }

  private func described(_ name: String, _ shape: [Int]) -> ONNXValue {
    let dimensions = shape.enumerated().map { axis, size in
      axis == 0 && freeBatch != nil ? ONNXValue.Dimension.named("N") : .size(Int64(size))
    }
    return ONNXValue(name: name, elementType: .float, shape: dimensions)
  }
}

extension GraphOp {
  /// Whether it only acts in training, or only on memory.
  var isIdentityAtInference: Bool {
    switch self {
    case .dropout, .gaussianNoise, .copy: true
    default: false
    }
  }

  var isInput: Bool { if case .input = self { true } else { false } }
}
