import Importing
import NetIR

// What combines values, with each other or with numbers.
extension ONNXImport {
  mutating func elementwise(_ node: ONNXNode) throws(ImportFault) {
    let isConstant = node.inputs.map { if case .constant? = values[$0] { true } else { false } }
    if let place = isConstant.firstIndex(of: true) { return try withNumbers(node, place) }
    var layers: [(layer: String, shape: [Int])] = []
    for index in node.inputs.indices { layers.append(try source(node, index)) }
    if node.type == "Mul", let swish = try swished(node) { return try activate(node, "swish", input: swish) }
    guard let shape = layers.first?.shape, layers.allSatisfy({ $0.shape == shape }) else {
      throw ImportFault(
        "its inputs are \(layers.map(\.shape.crossed).joined(separator: " and ")); netc takes equal ones")
    }
    if layers.count == 1 { return try alias(node) }
    let names = layers.map(\.layer)
    switch node.type {
    case "Add", "Sum": addLayer("ElemwiseSum", of: node, from: names, shape: shape, [])
    case "Sub": addLayer("ElemwiseSum", of: node, from: names, shape: shape, [("coeffs", "[1, -1]")])
    case "Mul", "Max", "Min", "Mean":
      addLayer("ElemwiseMerge", of: node, from: names, shape: shape, [("operation", node.type.lowercased())])
    default: throw ImportFault("netc does not divide layers by each other")
    }
  }

  /// Which input of x·sigmoid(x) is x, if that is what it is; the sigmoid's layer is taken back.
  private mutating func swished(_ node: ONNXNode) throws(ImportFault) -> Int? {
    for (place, other) in [(0, 1), (1, 0)] where node.inputs.count == 2 {
      let (x, sigmoid) = (try source(node, place).layer, try source(node, other).layer)
      guard let last = network.layers.last, last.name == sigmoid, last.type == "Nonlinearity",
        last["nonlinearity"] == "sigmoid", last.incomings == [x], isReadOnce(node.inputs[other])
      else { continue }
      network.layers.removeLast()
      return place
    }
    return nil
  }

  /// Biases and scales: numbers that are added or multiplied.
  private mutating func withNumbers(_ node: ONNXNode, _ place: Int) throws(ImportFault) {
    guard node.inputs.count == 2, ["Add", "Sum", "Sub", "Mul", "Div"].contains(node.type),
      place == 1 || !["Sub", "Div"].contains(node.type), var found = try floats(node, place, "operand")
    else { throw ImportFault("netc adds and multiplies with numbers") }
    let (layer, shape) = try source(node, 1 - place)
    if found.values.count == 1, shape.count > 1 {
      found.values = [Float](repeating: found.values[0], count: shape[1])
      found.shape = [shape[1]] + shape.dropFirst(2).map { _ in 1 }
    }
    if node.type == "Sub" { found.values = found.values.map { -$0 } }
    if node.type == "Div" { found.values = found.values.map { 1 / $0 } }
    let numbers = try SpreadNumbers(found, over: shape)
    if node.type == "Mul" || node.type == "Div" {
      let name = addLayer("Scale", of: node, from: [layer], shape: shape, numbers.options)
      return addWeight(name, "scales", numbers.shape, numbers.values)
    }
    if numbers.options.isEmpty, try addBias(node, input: 1 - place, numbers.values) { return }
    let name = addLayer("Bias", of: node, from: [layer], shape: shape, numbers.options)
    addWeight(name, "b", numbers.shape, numbers.values)
  }

  mutating func concat(_ node: ONNXNode) throws(ImportFault) {
    var layers: [(layer: String, shape: [Int])] = []
    for index in node.inputs.indices { layers.append(try source(node, index)) }
    guard var shape = layers.first?.shape else { throw ImportFault("it joins nothing") }
    let axis = node.integer("axis") ?? 1
    let place = axis < 0 ? axis + shape.count : axis
    guard place > 0, place < shape.count, layers.allSatisfy({ $0.shape.count == shape.count }) else {
      throw ImportFault("it joins axis \(axis) of \(layers.map(\.shape.crossed).joined(separator: " and "))")
    }
    shape[place] = layers.reduce(0) { $0 + $1.shape[place] }
    addLayer("Concat", of: node, from: layers.map(\.layer), shape: shape, place == 1 ? [] : [("axis", "\(place)")])
  }
}
