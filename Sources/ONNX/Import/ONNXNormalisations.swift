import Importing
import NetIR

// What standardises values, with numbers that were learned for it.
extension ONNXImport {
  mutating func batchNorm(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    guard node.integer("training_mode") ?? 0 == 0, shape.count >= 2 else {
      throw ImportFault("it is written for training")
    }
    var parameters: [(String, [Float])] = []
    for (index, suffix) in ["gamma", "beta", "mean", "var"].enumerated() {
      guard let found = try floats(node, index + 1, suffix), found.values.count == shape[1] else {
        throw ImportFault("it needs \(shape[1]) numbers for `\(suffix)`")
      }
      parameters.append((suffix, found.values))
    }
    let name = addLayer(
      "BatchNorm", of: node, from: [layer], shape: shape, wanted: layerOfWeight(node),
      [("epsilon", epsilon(node))])
    for (suffix, values) in parameters { addWeight(name, suffix, [shape[1]], values) }
  }

  mutating func instanceNorm(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    guard let scale = try floats(node, 1, "scale"), let shift = try floats(node, 2, "shift"), shape.count == 4,
      scale.values.count == shape[1], shift.values.count == shape[1]
    else { throw ImportFault("it needs a number for each channel of an image") }
    let name = addLayer(
      "InstanceNorm", of: node, from: [layer], shape: shape, wanted: layerOfWeight(node),
      [("epsilon", epsilon(node))])
    addWeight(name, "gamma", [shape[1]], scale.values)
    addWeight(name, "beta", [shape[1]], shift.values)
  }

  mutating func responseNormalization(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    guard let size = node.integer("size"), size > 0, size % 2 == 1 else { throw ImportFault("its size has to be odd") }
    addLayer(
      "LRN", of: node, from: [layer], shape: shape,
      [
        ("n", "\(size)"), ("alpha", "\(node.float("alpha") ?? 1e-4)"), ("beta", "\(node.float("beta") ?? 0.75)"),
        ("k", "\(node.float("bias") ?? 1)"), ("alpha_over_n", "true"),
      ])
  }

  /// Over the last axes of each example; then a factor and a summand for each of their elements.
  mutating func layerNorm(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    let given = node.integer("axis") ?? -1
    let axis = given < 0 ? given + shape.count : given
    guard shape.indices.contains(axis), axis > 0 else {
      throw ImportFault("it normalises over axis \(given) of \(shape.crossed), where examples influence each other")
    }
    let standard = addLayer(
      "Standardization", of: node, from: [layer], shape: shape, wanted: layerOfWeight(node),
      [("axes", axis == 1 ? "features" : Array(axis..<shape.count).listed), ("epsilon", epsilon(node))])
    try scaleAndShift(node, standard, shape)
  }

  /// Over groups of channels of each example; then a factor and a summand for each channel.
  mutating func groupNorm(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    guard let groups = node.integer("num_groups"), groups > 0, shape.count >= 2, shape[1] % groups == 0 else {
      throw ImportFault("its groups do not divide the channels of \(shape.crossed)")
    }
    let apart = addLayer(
      "Reshape", of: node, from: [layer], shape: [shape[0], groups, shape.dropFirst().reduce(1, *) / groups],
      [("shape", "[[0], \(groups), -1]")])
    let standard = addLayer(
      "Standardization", of: node, from: [apart], shape: shape, wanted: layerOfWeight(node),
      [("axes", "[2]"), ("epsilon", epsilon(node))])
    let together = addLayer(
      "Reshape", of: node, from: [standard], shape: shape,
      [("shape", "[[0], \(shape.dropFirst().map(String.init).joined(separator: ", "))]")])
    try scaleAndShift(node, together, shape, repeated: opset < 21 ? shape[1] / groups : 1)
  }

  /// Inputs 1 and 2 of a normalisation as layers behind it.
  ///
  /// - Parameter repeated: how many channels each number is for; 1 where the numbers fit the last axes.
  private mutating func scaleAndShift(_ node: ONNXNode, _ layer: String, _ shape: [Int], repeated: Int? = nil)
    throws(ImportFault)
  {
    var last = layer
    for (index, type, parameter) in [(1, "Scale", "scales"), (2, "Bias", "b")] {
      guard var found = try floats(node, index, type.lowercased()) else { continue }
      if let repeated {
        found.values = found.values.flatMap { [Float](repeating: $0, count: repeated) }
        found.shape = [found.values.count] + shape.dropFirst(2).map { _ in 1 }
      }
      let numbers = try SpreadNumbers(found, over: shape)
      last = addLayer(
        type, of: node, from: [last], shape: shape, wanted: "\(layer)_\(type.lowercased())", numbers.options)
      addWeight(last, parameter, numbers.shape, numbers.values)
    }
  }

  private func epsilon(_ node: ONNXNode) -> String { "\(node.float("epsilon") ?? 1e-5)" }
}

/// Numbers that every example is combined with, and the axes along which one serves all.
struct SpreadNumbers {
  private var shared: [Int]
  private var rank: Int
  var shape: [Int]
  var values: [Float]

  /// As the format spreads them: axes are counted from the last one.
  init(_ numbers: (shape: [Int], values: [Float]), over shape: [Int]) throws(ImportFault) {
    let missing = shape.count - numbers.shape.count
    let sizes = [Int](repeating: 1, count: max(missing, 0)) + numbers.shape
    guard missing >= 0, sizes[0] == 1, zip(sizes, shape).allSatisfy({ $0 == 1 || $0 == $1 }) else {
      throw ImportFault("numbers of \(numbers.shape.crossed) do not fit \(shape.crossed), each example alike")
    }
    rank = shape.count
    shared = sizes.indices.filter { sizes[$0] == 1 }
    values = numbers.values
    self.shape = values.count == 1 ? [1] : sizes.filter { $0 > 1 }
  }

  /// `shared_axes`, unless there is a number for each channel.
  var options: [(key: String, value: String)] {
    let areChannels = rank > 1 && shared == [0] + Array(2..<rank)
    return areChannels ? [] : [("shared_axes", shared.listed)]
  }
}

extension [Int] {
  /// As a spec has a list.
  fileprivate var listed: String { "[\(map(String.init).joined(separator: ", "))]" }
}
