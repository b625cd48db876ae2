import NetIR

// What moves elements.
extension ONNXImport {
  mutating func reshape(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    let wanted: [Int]
    switch node.type {
    case "Flatten":
      guard node.integer("axis") ?? 1 == 1 else { throw ImportFault("netc flattens everything behind the batch") }
      wanted = [shape[0], shape.dropFirst().reduce(1, *)]
    case "Reshape":
      guard let sizes = try integers(node, 1, or: "shape") else { throw ImportFault("it has no shape") }
      wanted = try ConstantFolding(opset: opset).resolved(sizes, of: shape)
    default:
      let axes = try integers(node, 1, or: "axes")
      wanted = ConstantFolding.squeezed(shape, axes, adds: node.type == "Unsqueeze")
    }
    let result = try Self.completed(wanted, from: shape)
    // One pixel that was pooled is a vector already, and a dense layer flattens by itself.
    let isVector = network.layers[network.place(of: layer) ?? 0].type == "GlobalPool" && result.count == 2
    let isForDense =
      result.count == 2 && !isOutput(node.outputs[0])
      && readers(of: node.outputs[0]).allSatisfy { ["Gemm", "MatMul"].contains($0.type) }
    if result == shape || isVector || isForDense { return set(node.outputs[0], .layer(layer, shape: result)) }
    if result.count == 2 {
      addLayer("Flatten", of: node, from: [layer], shape: result, [])
    } else {
      let sizes = ["[0]"] + result.dropFirst().map(String.init)
      addLayer("Reshape", of: node, from: [layer], shape: result, [("shape", "[\(sizes.joined(separator: ", "))]")])
    }
  }

  /// A shape with the batch in front, whatever a model that was made for batches of one says.
  private static func completed(_ wanted: [Int], from shape: [Int]) throws(ImportFault) -> [Int] {
    let inner = shape.dropFirst().reduce(1, *)
    guard let first = wanted.first, first == shape[0] || first == -1 || first == 1 else {
      throw ImportFault("\(shape.crossed) becomes \(wanted): the batch has to stay the first axis")
    }
    var rest = Array(wanted.dropFirst())
    if let open = rest.firstIndex(of: -1), rest.count(where: { $0 == -1 }) == 1 {
      guard let known = elementCount(rest.filter { $0 != -1 }), known > 0, inner % known == 0 else {
        throw ImportFault("\(shape.crossed) cannot become \(wanted)")
      }
      rest[open] = inner / known
    }
    guard rest.allSatisfy({ $0 > 0 }), elementCount(rest) == inner else {
      throw ImportFault("\(shape.crossed) cannot become \(wanted)")
    }
    return [shape[0]] + rest
  }

  mutating func transpose(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    let order = node.integers("perm") ?? Array((0..<shape.count).reversed())
    guard order.sorted() == Array(0..<shape.count), order.first == 0 else {
      throw ImportFault("`perm` is \(order): the batch has to stay the first axis")
    }
    addLayer(
      "Dimshuffle", of: node, from: [layer], shape: order.map { shape[$0] },
      [("pattern", "[\(order.map(String.init).joined(separator: ", "))]")])
  }

  /// Channels to pixels of b×b, and back.
  mutating func shuffle(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    guard shape.count == 4, let b = node.integer("blocksize"), b > 0 else { throw ImportFault("netc shuffles images") }
    let (channels, height, width) = (shape[1], shape[2], shape[3])
    let (apart, order, result): ([Int], [Int], [Int])
    if node.type == "SpaceToDepth" {
      guard height % b == 0, width % b == 0 else { throw ImportFault("blocks of \(b) do not fill \(shape.crossed)") }
      let isDepthFirst = node.string("mode") ?? "DCR" == "DCR"
      apart = [channels, height / b, b, width / b, b]
      order = isDepthFirst ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4]
      result = [channels * b * b, height / b, width / b]
    } else {
      guard channels % (b * b) == 0 else { throw ImportFault("blocks of \(b) do not divide \(channels) channels") }
      let isDepthFirst = node.string("mode") ?? "DCR" == "DCR"
      apart = isDepthFirst ? [b, b, channels / (b * b), height, width] : [channels / (b * b), b, b, height, width]
      order = isDepthFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]
      result = [channels / (b * b), height * b, width * b]
    }
    func reshape(_ sizes: [Int]) -> [(key: String, value: String)] {
      [("shape", "[[0], \(sizes.map(String.init).joined(separator: ", "))]")]
    }
    let first = addLayer("Reshape", of: node, from: [layer], shape: [shape[0]] + apart, reshape(apart))
    let whole = [shape[0]] + apart
    let turned = addLayer(
      "Dimshuffle", of: node, from: [first], shape: order.map { whole[$0] },
      [("pattern", "[\(order.map(String.init).joined(separator: ", "))]")])
    addLayer("Reshape", of: node, from: [turned], shape: [shape[0]] + result, reshape(result))
  }

  mutating func pad(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    guard node.string("mode") ?? "constant" == "constant", node.inputs.count < 4 || node.inputs[3].isEmpty else {
      throw ImportFault("netc pads with one number, all axes at once")
    }
    guard let pads = try integers(node, 1, or: "pads"), pads.count == 2 * shape.count, pads[0] == 0,
      pads[shape.count] == 0, pads.allSatisfy({ $0 >= 0 })
    else { throw ImportFault("its pads have to be positive, and none for the batch") }
    let given = try floats(node, 2, "value")?.values.first
    let value = node.float("value") ?? given ?? 0
    let axes = (1..<shape.count).map { (pads[$0], pads[$0 + shape.count]) }
    let widths = axes.map { $0.0 == $0.1 ? "\($0.0)" : "[\($0.0), \($0.1)]" }
    let result = [shape[0]] + zip(shape.dropFirst(), axes).map { $0 + $1.0 + $1.1 }
    addLayer(
      "Pad", of: node, from: [layer], shape: result,
      [("width", "[\(widths.joined(separator: ", "))]"), ("batch_ndim", "1")]
        + (value == 0 ? [] : [("value", "\(value)")]))
  }

  mutating func slice(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    guard let starts = try integers(node, 1, or: "starts"), let ends = try integers(node, 2, or: "ends"),
      starts.count == ends.count
    else { throw ImportFault("it has no starts and ends") }
    let (places, distances) = (try integers(node, 3, or: "axes"), try integers(node, 4, or: "steps"))
    let (axes, steps) = (places ?? Array(starts.indices), distances ?? starts.map { _ in 1 })
    guard axes.count == starts.count, steps.count == starts.count else {
      throw ImportFault("its lists differ in length")
    }
    var (from, result) = (layer, shape)
    for (index, given) in axes.enumerated() {
      let axis = given < 0 ? given + shape.count : given
      guard axis > 0, axis < shape.count, steps[index] > 0 else {
        throw ImportFault(
          "it cuts axis \(given) in steps of \(steps[index]); netc cuts others than the batch, forwards")
      }
      let size = result[axis]
      func place(_ value: Int) -> Int { min(max(value < 0 ? value + size : value, 0), size) }
      let (start, end) = (place(starts[index]), place(ends[index]))
      guard start < end else { throw ImportFault("nothing is left of axis \(axis)") }
      result[axis] = (end - start + steps[index] - 1) / steps[index]
      let range = "\"\(start):\(end)" + (steps[index] == 1 ? "\"" : ":\(steps[index])\"")
      from = addLayer("Slice", of: node, from: [from], shape: result, [("indices", range), ("axis", "\(axis)")])
    }
    set(node.outputs[0], .layer(from, shape: result))
  }

  mutating func split(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    let place = node.integer("axis") ?? 0
    let axis = place < 0 ? place + shape.count : place
    guard axis > 0, axis < shape.count else { throw ImportFault("it splits the batch") }
    let count = node.outputs.count
    let equal = [Int](repeating: (shape[axis] + count - 1) / count, count: count)
    let given = try integers(node, 1, or: "split")
    let sizes = given ?? equal
    var start = 0
    for (output, size) in zip(node.outputs, sizes) {
      let end = min(start + size, shape[axis])
      guard start < end else { throw ImportFault("its parts are larger than the whole") }
      var (part, result) = (node, shape)
      result[axis] = end - start
      (part.outputs, part.name) = ([output], output)
      addLayer(
        "Slice", of: part, from: [layer], shape: result, [("indices", "\"\(start):\(end)\""), ("axis", "\(axis)")])
      start = end
    }
  }

  mutating func resize(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    guard shape.count == 4 else { throw ImportFault("netc enlarges images") }
    let scaleInput = node.type == "Upsample" ? 1 : opset < 11 ? 1 : 2
    var factors = try floats(node, scaleInput, "scales")?.values ?? []
    if case .floats(let scales)? = node["scales"] { factors = scales }
    if factors.isEmpty, let sizes = try integers(node, 3, or: "sizes"), sizes.count == 4 {
      factors = zip(sizes, shape).map { $1 == Self.anyBatch ? 1 : Float($0) / Float($1) }
    }
    guard factors.count == 4, factors[0] == 1, factors[1] == 1,
      factors.allSatisfy({ $0 >= 1 && $0 <= 1024 && $0 == $0.rounded() })
    else {
      throw ImportFault("netc enlarges by whole factors, not \(factors)")
    }
    let transformation = node.string("coordinate_transformation_mode") ?? "half_pixel"
    let mode = node.string("mode") ?? "nearest"
    var options = [("scale_factor", factors[2...].map { Int($0) }.brief)]
    if mode == "linear", node.type == "Resize", ["half_pixel", "pytorch_half_pixel"].contains(transformation),
      opset >= 11
    {
      options.append(("mode", "bilinear"))
    } else {
      // Before version 11 the nearest pixel was always the one in front.
      let isOlder = node.type == "Upsample" || opset < 11
      let rounding = isOlder ? "floor" : node.string("nearest_mode") ?? "round_prefer_floor"
      let places = isOlder ? "asymmetric" : transformation
      guard mode == "nearest",
        zip(shape[2...], factors[2...]).allSatisfy({ Self.repeats($0, Int($1), places, rounding) })
      else {
        throw ImportFault(
          "netc repeats pixels or interpolates between their centres, not `\(mode)` with `\(transformation)`"
            + (mode == "nearest" ? " and `\(rounding)`" : ""))
      }
    }
    let result = Array(shape[..<2]) + zip(shape[2...], factors[2...]).map { $0 * Int($1) }
    addLayer("Upscale2D", of: node, from: [layer], shape: result, options)
  }

  /// Whether each pixel of an axis is repeated that often, by the operator's own formulas.
  static func repeats(_ size: Int, _ factor: Int, _ transformation: String, _ rounding: String) -> Bool {
    guard size <= 1 << 16, factor <= 1 << 10 else { return false }
    return (0..<size * factor).allSatisfy { index in
      let place: Double
      switch transformation {
      case "half_pixel", "pytorch_half_pixel": place = (Double(index) + 0.5) / Double(factor) - 0.5
      case "asymmetric": place = Double(index) / Double(factor)
      case "tf_half_pixel_for_nn": place = (Double(index) + 0.5) / Double(factor)
      default: return false
      }
      let nearest: Double
      switch rounding {
      case "floor": nearest = place.rounded(.down)
      case "ceil": nearest = place.rounded(.up)
      case "round_prefer_floor": nearest = (place - 0.5).rounded(.up)
      default: nearest = (place + 0.5).rounded(.down)
      }
      return min(max(Int(nearest), 0), size - 1) == index / factor
    }
  }
}
