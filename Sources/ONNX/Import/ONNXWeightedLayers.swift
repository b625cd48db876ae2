import NetIR

// Layers with parameters: convolutions, dense layers, normalisations.
extension ONNXImport {
  // MARK: Convolutions

  mutating func convolution(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    let axes = shape.count - 2
    guard (1...3).contains(axes) else {
      throw ImportFault("netc imports convolutions over one to three axes, this one is of \(shape.crossed)")
    }
    guard let weights = try floats(node, 1, "weight"), weights.shape.count == shape.count else {
      throw ImportFault("it has no filters")
    }
    let size = Array(weights.shape[2...])
    let ones = [Int](repeating: 1, count: axes)
    let (stride, dilation) = (node.integers("strides") ?? ones, node.integers("dilations") ?? ones)
    let groups = node.integer("group") ?? 1
    guard stride.count == axes, dilation.count == axes, (stride + dilation).allSatisfy({ $0 > 0 }) else {
      throw ImportFault("its steps are \(stride), its dilations \(dilation)")
    }
    guard groups > 0, shape[1] % groups == 0, weights.shape[1] == shape[1] / groups else {
      throw ImportFault("filters of \(weights.shape.crossed) in \(groups) groups do not fit \(shape.crossed)")
    }
    let extent = zip(size, dilation).map { ($0 - 1) * $1 + 1 }
    let pads = try Self.pads(node, Array(shape[2...]), extent, stride)
    let result = zip(shape[2...], zip(extent, stride)).enumerated().map { axis, sizes in
      (sizes.0 + pads[axis] + pads[axis + axes] - sizes.1.0) / sizes.1.1 + 1
    }
    var options = [("num_filters", "\(weights.shape[0])"), ("filter_size", size.brief)]
    if stride != ones { options.append(("stride", stride.brief)) }
    if let pad = Self.pad(pads) { options.append(("pad", pad)) }
    if dilation != ones { options.append(("dilation", dilation.brief)) }
    if groups != 1 { options.append(("num_groups", "\(groups)")) }
    let bias = try floats(node, 2, "bias")
    if bias == nil { options.append(("b", "null")) }
    let name = addLayer(
      "Conv\(axes)D", of: node, from: [layer], shape: [shape[0], weights.shape[0]] + result,
      wanted: layerOfWeight(node), options + [("nonlinearity", "linear")])
    addWeight(name, "W", weights.shape, weights.values)
    if let bias { addWeight(name, "b", [weights.shape[0]], bias.values) }
  }

  mutating func transposedConvolution(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    guard shape.count == 4, let weights = try floats(node, 1, "weight"), weights.shape.count == 4 else {
      throw ImportFault("netc imports transposed convolutions of images")
    }
    guard node.integer("group") ?? 1 == 1, node.integers("dilations") ?? [1, 1] == [1, 1],
      node.integers("output_shape") == nil, node.string("auto_pad") ?? "NOTSET" == "NOTSET"
    else { throw ImportFault("netc's has one group, no dilation and sizes by its cuts") }
    let stride = node.integers("strides") ?? [1, 1]
    let (pads, more) = (node.integers("pads") ?? [0, 0, 0, 0], node.integers("output_padding") ?? [0, 0])
    guard stride.count == 2, pads.count == 4, more.count == 2, (stride + pads + more).allSatisfy({ $0 >= 0 }) else {
      throw ImportFault("its steps are \(stride), its cuts \(pads)")
    }
    let result = (0..<2).map { axis -> Int in
      let full = stride[axis] * (shape[2 + axis] - 1) + weights.shape[2 + axis]
      return full - pads[axis] - pads[axis + 2] + more[axis]
    }
    var options = [("num_filters", "\(weights.shape[1])"), ("filter_size", Array(weights.shape[2...]).brief)]
    if stride != [1, 1] { options.append(("stride", stride.brief)) }
    if let crop = Self.pad(pads) { options.append(("crop", crop)) }
    if more != [0, 0] { options.append(("output_size", result.brief)) }
    let bias = try floats(node, 2, "bias")
    if bias == nil { options.append(("b", "null")) }
    let name = addLayer(
      "TransposedConv2D", of: node, from: [layer], shape: [shape[0], weights.shape[1]] + result,
      wanted: layerOfWeight(node), options + [("nonlinearity", "linear")])
    addWeight(name, "W", weights.shape, weights.values)
    if let bias { addWeight(name, "b", [weights.shape[1]], bias.values) }
  }

  /// Zeros before each axis, then behind each.
  static func pads(_ node: ONNXNode, _ image: [Int], _ extent: [Int], _ stride: [Int]) throws(ImportFault) -> [Int] {
    let automatic = node.string("auto_pad") ?? "NOTSET"
    let none = [Int](repeating: 0, count: 2 * image.count)
    if automatic == "VALID" { return none }
    guard automatic.hasPrefix("SAME") else {
      let pads = node.integers("pads") ?? none
      guard pads.count == none.count, pads.allSatisfy({ $0 >= 0 }) else { throw ImportFault("its pads are \(pads)") }
      return pads
    }
    let whole = image.indices.map { axis in
      let count = (image[axis] + stride[axis] - 1) / stride[axis]
      return max(0, (count - 1) * stride[axis] + extent[axis] - image[axis])
    }
    let (less, more) = (whole.map { $0 / 2 }, whole.map { $0 - $0 / 2 })
    return automatic == "SAME_LOWER" ? more + less : less + more
  }

  /// As a spec has it; nil for none.
  static func pad(_ pads: [Int]) -> String? {
    let axes = pads.count / 2
    if pads.allSatisfy({ $0 == 0 }) { return nil }
    if pads[..<axes] == pads[axes...] { return Array(pads[..<axes]).brief }
    return "[\((0..<axes).map { "[\(pads[$0]), \(pads[$0 + axes])]" }.joined(separator: ", "))]"
  }

  // MARK: Dense layers

  mutating func gemm(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    guard shape.count == 2, node.integer("transA") ?? 0 == 0, var weights = try floats(node, 1, "weight"),
      weights.shape.count == 2
    else { throw ImportFault("netc takes x·W + b, of vectors that are not transposed") }
    let (alpha, beta) = (node.float("alpha") ?? 1, node.float("beta") ?? 1)
    if alpha != 1 { weights.values = weights.values.map { $0 * alpha } }
    let isTransposed = node.integer("transB") ?? 0 != 0
    let units = weights.shape[isTransposed ? 0 : 1]
    var bias = try floats(node, 2, "bias")
    if beta != 1, let given = bias { bias = (given.shape, given.values.map { $0 * beta }) }
    if let values = bias?.values, values.count == 1, units > 1 {
      bias = ([units], [Float](repeating: values[0], count: units))
    }
    guard weights.shape[isTransposed ? 1 : 0] == shape[1], bias?.values.count ?? units == units else {
      throw ImportFault("weights of \(weights.shape.crossed) do not fit \(shape.crossed)")
    }
    dense(node, layer, weights, isTransposed, bias?.values)
  }

  mutating func product(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    guard shape.count == 2, let weights = try floats(node, 1, "right side"), weights.shape.count == 2,
      weights.shape[0] == shape[1]
    else { throw ImportFault("netc multiplies vectors by a matrix of numbers") }
    dense(node, layer, weights, false, nil)
  }

  private mutating func dense(
    _ node: ONNXNode, _ layer: String, _ weights: (shape: [Int], values: [Float]), _ isTransposed: Bool,
    _ bias: [Float]?
  ) {
    let units = weights.shape[isTransposed ? 0 : 1]
    let name = addLayer(
      "Dense", of: node, from: [layer], shape: [values[node.inputs[0]]?.shape.first ?? 1, units],
      wanted: layerOfWeight(node),
      [("num_units", "\(units)")] + (bias == nil ? [("b", "null")] : []) + [("nonlinearity", "linear")])
    let order = Rearrangement.transpose(weights.shape, [1, 0])
    addWeight(
      name, "W", isTransposed ? weights.shape : order.shape,
      isTransposed ? weights.values : order.apply(weights.values, of: weights.shape))
    if let bias { addWeight(name, "b", [units], bias) }
  }

  /// Makes numbers that are added to a layer without biases its biases.
  ///
  /// - Returns: whether they could be.
  mutating func addBias(_ node: ONNXNode, input: Int, _ numbers: [Float]) throws(ImportFault) -> Bool {
    let (layer, shape) = try source(node, input)
    guard let place = network.place(of: layer), shape.count >= 2, numbers.count == shape[1],
      network.layers[place]["b"] == "null",
      network.layers[place]["nonlinearity"] == "linear", isReadOnce(node.inputs[input])
    else { return false }
    network.layers[place]["b"] = nil
    addWeight(layer, "b", [numbers.count], numbers)
    set(node.outputs[0], .layer(layer, shape: shape))
    return true
  }
}
