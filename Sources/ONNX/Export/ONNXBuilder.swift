/// Collects the nodes and constants of an ONNX graph, and gives every value a name of its own.
struct ONNXBuilder {
  private(set) var nodes: [ONNXNode] = []
  private(set) var initializers: [ONNXTensor] = []
  private var taken: Set<String> = []
  private var shared: [String: String] = [:]

  /// The wanted name, or the first free one of `name_2`, `name_3`, …
  mutating func free(_ name: String) -> String {
    let wanted = name.isEmpty ? "value" : name
    var (found, number) = (wanted, 1)
    while !taken.insert(found).inserted {
      number += 1
      found = "\(wanted)_\(number)"
    }
    return found
  }

  /// Adds a node with one result.
  ///
  /// - Returns: the result's name: `name`, where it is still free.
  mutating func add(
    _ type: String, _ inputs: [String], name: String, _ attributes: [ONNXAttribute] = []
  ) -> String {
    let result = free(name)
    var node = ONNXNode()
    (node.type, node.inputs, node.outputs, node.name) = (type, inputs, [result], result)
    node.attributes = attributes
    nodes.append(node)
    return result
  }

  /// Adds floats; they are stored as they are.
  mutating func constant(_ values: [Float], _ shape: [Int], name: String) -> String {
    let result = free(name)
    initializers.append(ONNXTensor(name: result, shape: shape, .floats(values)))
    return result
  }

  /// Sizes and indices. Equal ones are stored once.
  mutating func integers(_ values: [Int], _ shape: [Int]? = nil, name: String) -> String {
    let shape = shape ?? [values.count]
    let key = "\(shape)\(values)"
    if let found = shared[key] { return found }
    let result = free(name)
    shared[key] = result
    initializers.append(ONNXTensor(name: result, shape: shape, .integers(values.map(Int64.init))))
    return result
  }

  /// A number that every element meets. Equal ones are stored once.
  mutating func scalar(_ value: Float) -> String {
    let key = "\(value.bitPattern)"
    if let found = shared[key] { return found }
    let result = constant([value], [], name: "constant_\(value)")
    shared[key] = result
    return result
  }
}
