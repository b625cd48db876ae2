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

  /// Biases and scales: numbers that are added or multiplied, one for each channel.
  private mutating func withNumbers(_ node: ONNXNode, _ place: Int) throws(ImportFault) {
    guard node.inputs.count == 2, ["Add", "Sum", "Sub", "Mul", "Div"].contains(node.type),
      place == 1 || !["Sub", "Div"].contains(node.type), let found = try floats(node, place, "operand")
    else { throw ImportFault("netc adds and multiplies with numbers for each channel") }
    let (layer, shape) = try source(node, 1 - place)
    let channels = shape.count > 1 ? shape[1] : 1
    guard found.values.count == 1 || found.shape.isChannels(of: shape)
    else {
      throw ImportFault("numbers of \(found.shape.crossed) for \(shape.crossed); netc takes one for each channel")
    }
    var numbers = found.values.count == channels ? found.values : [Float](repeating: found.values[0], count: channels)
    if node.type == "Sub" { numbers = numbers.map { -$0 } }
    if node.type == "Div" { numbers = numbers.map { 1 / $0 } }
    if node.type == "Mul" || node.type == "Div" {
      let name = addLayer("Scale", of: node, from: [layer], shape: shape, [])
      return addWeight(name, "scales", [channels], numbers)
    }
    if try addBias(node, input: 1 - place, numbers) { return }
    let name = addLayer("Bias", of: node, from: [layer], shape: shape, [])
    addWeight(name, "b", [channels], numbers)
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

extension [Int] {
  /// Whether numbers of this shape are one for each channel of a value of that shape: numbers meet the last axes.
  fileprivate func isChannels(of shape: [Int]) -> Bool {
    let aligned = [Int](repeating: 1, count: Swift.max(0, shape.count - count)) + self
    return aligned.count == shape.count && aligned.indices.allSatisfy { aligned[$0] == ($0 == 1 ? shape[1] : 1) }
  }
}
