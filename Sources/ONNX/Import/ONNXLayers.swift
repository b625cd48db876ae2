import Importing
import NetIR

// Each operator as layers.
extension ONNXImport {
  mutating func addLayers(of node: ONNXNode) throws(ImportFault) {
    switch node.type {
    case "Conv": try convolution(node)
    case "ConvTranspose": try transposedConvolution(node)
    case "Gemm": try gemm(node)
    case "MatMul": try product(node)
    case "MaxPool", "AveragePool", "LpPool": try pool(node)
    case "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool": try globalPool(node, keepsAxes: true)
    case "ReduceMean", "ReduceMax": try reduction(node)
    case "BatchNormalization": try batchNorm(node)
    case "InstanceNormalization": try instanceNorm(node)
    case "LayerNormalization": try layerNorm(node)
    case "GroupNormalization": try groupNorm(node)
    case "LRN": try responseNormalization(node)
    case "Add", "Sum", "Sub", "Mul", "Div", "Max", "Min", "Mean": try elementwise(node)
    case "Concat": try concat(node)
    case "Dropout": try dropout(node)
    case "Identity", "Cast": try alias(node)
    case "Flatten", "Reshape", "Squeeze", "Unsqueeze": try reshape(node)
    case "Transpose": try transpose(node)
    case "Pad": try pad(node)
    case "Slice": try slice(node)
    case "Split": try split(node)
    case "Resize", "Upsample": try resize(node)
    case "PRelu": try parametricRectifier(node)
    case "DepthToSpace", "SpaceToDepth": try shuffle(node)
    case "Neg": try negative(node)
    case "Softmax": try softmax(node)
    default:
      guard let nonlinearity = try nonlinearity(node) else { throw ImportFault("netc has no such layer") }
      try activate(node, nonlinearity)
    }
  }

  // MARK: Operands

  /// The layer that an input comes from.
  func source(_ node: ONNXNode, _ index: Int = 0) throws(ImportFault) -> (layer: String, shape: [Int]) {
    guard node.inputs.indices.contains(index), case .layer(let layer, let shape)? = values[node.inputs[index]] else {
      throw ImportFault("input \(index) has to come from the network's input")
    }
    return (layer, shape)
  }

  /// The numbers of an input that is constant; nil where it is left out.
  func constant(_ node: ONNXNode, _ index: Int, _ what: String) throws(ImportFault) -> ONNXTensor? {
    guard node.inputs.indices.contains(index), !node.inputs[index].isEmpty else { return nil }
    guard case .constant(let tensor)? = values[node.inputs[index]] else {
      throw ImportFault("its \(what) is computed by the network; netc takes numbers")
    }
    return tensor
  }

  func floats(_ node: ONNXNode, _ index: Int, _ what: String) throws(ImportFault) -> (shape: [Int], values: [Float])? {
    guard let tensor = try constant(node, index, what) else { return nil }
    guard let values = tensor.floats else { throw ImportFault("its \(what) is of whole numbers") }
    return (tensor.shape, values)
  }

  /// Whole numbers of an input or, in older operator sets, an attribute.
  func integers(_ node: ONNXNode, _ index: Int, or attribute: String) throws(ImportFault) -> [Int]? {
    guard let tensor = try constant(node, index, attribute) else { return node.integers(attribute) }
    guard let numbers = tensor.wholeNumbers else { throw ImportFault("`\(attribute)` is not of whole numbers") }
    return numbers
  }

  // MARK: Layers

  /// Adds the layer of a node, whose result gets that shape.
  ///
  /// - Returns: its name.
  @discardableResult
  mutating func addLayer(
    _ type: String, of node: ONNXNode, from incomings: [String], shape: [Int], wanted: String? = nil,
    _ options: [(key: String, value: String)]
  ) -> String {
    let name = layerName(wanted ?? (node.name.isEmpty ? node.outputs[0] : node.name))
    network.layers.append(.init(type: type, name: name, incomings: incomings, options: options))
    set(node.outputs[0], .layer(name, shape: shape))
    return name
  }

  mutating func addWeight(_ layer: String, _ suffix: String, _ shape: [Int], _ values: [Float]) {
    network.weights.append(.init(name: "\(layer).\(suffix)", shape: shape, values: values))
  }

  /// What is before the last dot of a parameter's name: exporters call parameters after their layers.
  func layerOfWeight(_ node: ONNXNode, _ index: Int = 1) -> String? {
    guard node.inputs.indices.contains(index) else { return nil }
    for suffix in [".weight", ".W", "_W", "_w", ".w", "/weights", ".kernel"] where node.inputs[index].hasSuffix(suffix)
    {
      return String(node.inputs[index].dropLast(suffix.count))
    }
    return nil
  }

  /// The value under another name.
  mutating func alias(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    set(node.outputs[0], .layer(layer, shape: shape))
  }

  private mutating func dropout(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    let given = try floats(node, 1, "ratio")?.values.first
    let ratio = node.float("ratio") ?? given ?? 0.5
    guard ratio >= 0, ratio < 1 else { throw ImportFault("its ratio is \(ratio)") }
    addLayer("Dropout", of: node, from: [layer], shape: shape, [("p", "\(ratio)")])
  }

  // MARK: Nonlinearities

  /// The nonlinearity of a node in the words of a spec; nil where the operator is none.
  private func nonlinearity(_ node: ONNXNode) throws(ImportFault) -> String? {
    func needs(_ attribute: String, _ wanted: Float, or fallback: Float) throws(ImportFault) {
      let value = node.float(attribute) ?? fallback
      guard abs(value - wanted) < 1e-5 else { throw ImportFault("`\(attribute)` is \(value), netc has \(wanted)") }
    }
    switch node.type {
    case "Relu": return "rectify"
    case "Sigmoid": return "sigmoid"
    case "Tanh": return "tanh"
    case "Softplus": return "softplus"
    case "HardSwish": return "hard_swish"
    case "Clip":
      let given = (try floats(node, 1, "least number"), try floats(node, 2, "largest number"))
      let (least, most) = (node.float("min") ?? given.0?.values.first, node.float("max") ?? given.1?.values.first)
      switch (least, most) {
      case (nil, nil): return "linear"
      case (0, nil): return "rectify"
      case (0, 6): return "relu6"
      default:
        let (low, high) = (least ?? -Float.greatestFiniteMagnitude, most ?? .greatestFiniteMagnitude)
        guard low < high else { throw ImportFault("it clips to between \(low) and \(high)") }
        return "{clip: {min: \(low), max: \(high)}}"
      }
    case "Swish":
      try needs("alpha", 1, or: 1)
      return "swish"
    case "LeakyRelu": return "{leaky_rectify: {leakiness: \(node.float("alpha") ?? 0.01)}}"
    case "Elu":
      try needs("alpha", 1, or: 1)
      return "elu"
    case "Selu":
      try needs("alpha", 1.6732632, or: 1.6732632)
      try needs("gamma", 1.050701, or: 1.050701)
      return "selu"
    case "Gelu":
      guard node.string("approximate") ?? "none" == "none" else { throw ImportFault("netc has the exact gelu alone") }
      return "gelu"
    default: return nil
    }
  }

  /// Over the channels, or along another axis that becomes theirs.
  private mutating func softmax(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    let rank = shape.count
    let given = node.integer("axis") ?? (opset < 13 ? 1 : -1)
    let axis = given < 0 ? given + rank : given
    guard axis > 0, axis < rank, opset >= 13 || rank == axis + 1 else {
      throw ImportFault("netc's softmax runs along one axis that is not the batch, this one over \(given) of \(rank)")
    }
    if axis == 1 { return try activate(node, "softmax") }
    var order = Array(0..<rank)
    order.swapAt(1, axis)
    let pattern = [("pattern", "[\(order.map(String.init).joined(separator: ", "))]")]
    let turned = addLayer(
      "Dimshuffle", of: node, from: [layer], shape: order.map { shape[$0] }, pattern)
    let done = addLayer(
      "Nonlinearity", of: node, from: [turned], shape: order.map { shape[$0] }, [("nonlinearity", "softmax")])
    addLayer("Dimshuffle", of: node, from: [done], shape: shape, pattern)
  }

  private mutating func negative(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    addLayer("ElemwiseSum", of: node, from: [layer], shape: shape, [("coeffs", "[-1]")])
  }

  /// Gives the layer before the node its nonlinearity, if nothing else sees it without; else adds one.
  mutating func activate(_ node: ONNXNode, _ nonlinearity: String, input: Int = 0) throws(ImportFault) {
    let (layer, shape) = try source(node, input)
    if isReadOnce(node.inputs[input]), network.activate(layer, nonlinearity) {
      set(node.outputs[0], .layer(layer, shape: shape))
    } else {
      addLayer("Nonlinearity", of: node, from: [layer], shape: shape, [("nonlinearity", nonlinearity)])
    }
  }

  private mutating func parametricRectifier(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    guard var slope = try floats(node, 1, "slope"), shape.count >= 2 else { throw ImportFault("it has no slope") }
    // As the format has it since version 7, numbers fit the last axes; a single list is taken for channels' as well.
    if slope.values.count == 1 || slope.shape == [shape[1]], slope.shape.count == 1, shape.last != shape[1] {
      slope.values = slope.values.count == 1 ? [Float](repeating: slope.values[0], count: shape[1]) : slope.values
      slope.shape = [shape[1]] + shape.dropFirst(2).map { _ in 1 }
    }
    let numbers = try SpreadNumbers(slope, over: shape)
    let name = addLayer("ParametricRectifier", of: node, from: [layer], shape: shape, numbers.options)
    addWeight(name, "alpha", numbers.shape, numbers.values)
  }
}

extension [Int] {
  var crossed: String { map { $0 == ONNXImport.anyBatch ? "N" : String($0) }.joined(separator: "×") }
  /// As a spec has it: one number where all are equal.
  var brief: String { Set(self).count == 1 ? String(self[0]) : "[\(map(String.init).joined(separator: ", "))]" }
}
