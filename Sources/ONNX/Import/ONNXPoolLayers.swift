import NetIR

// Pooling.
extension ONNXImport {
  mutating func pool(_ node: ONNXNode) throws(ImportFault) {
    let (layer, shape) = try source(node)
    let axes = shape.count - 2
    guard axes == 2 || (node.type == "MaxPool" && (1...3).contains(axes)), let size = node.integers("kernel_shape"),
      size.count == axes, node.outputs.count == 1
    else { throw ImportFault("netc averages images alone, takes maxima over one to three axes, and gives no indices") }
    let ones = [Int](repeating: 1, count: axes)
    guard node.integers("dilations") ?? ones == ones else { throw ImportFault("netc's windows have no dilation") }
    let stride = node.integers("strides") ?? ones
    guard stride.count == axes, (size + stride).allSatisfy({ $0 > 0 }) else {
      throw ImportFault("its windows are \(size), its steps \(stride)")
    }
    let pads = try Self.pads(node, Array(shape[2...]), size, stride)
    let isCeil = node.integer("ceil_mode") ?? 0 != 0
    let result = (0..<axes).map { axis in
      let padded = shape[2 + axis] + pads[axis] + pads[axis + axes]
      let count =
        isCeil ? (padded - size[axis] + stride[axis] - 1) / stride[axis] : (padded - size[axis]) / stride[axis]
      // No window begins behind the image.
      return isCeil && count * stride[axis] >= shape[2 + axis] + pads[axis] ? count : count + 1
    }
    var options = [("pool_size", size.brief)]
    if stride != size { options.append(("stride", stride.brief)) }
    if let pad = Self.pad(pads) { options.append(("pad", pad)) }
    if isCeil { options.append(("round", "ceil")) }
    switch node.type {
    case "MaxPool": break
    case "AveragePool":
      options.append(("mode", node.integer("count_include_pad") ?? 0 != 0 ? "average_inc_pad" : "average_exc_pad"))
    default:
      guard node.integer("p") ?? 2 == 2 else { throw ImportFault("netc has the norm of order 2 alone") }
      options.append(("mode", "l2"))
    }
    addLayer(
      node.type == "MaxPool" ? "MaxPool\(axes)D" : "Pool2D", of: node, from: [layer],
      shape: [shape[0], shape[1]] + result,
      options)
  }

  /// - Parameter keepsAxes: whether the result is an image of one pixel.
  mutating func globalPool(_ node: ONNXNode, keepsAxes: Bool) throws(ImportFault) {
    let (layer, shape) = try source(node)
    guard shape.count == 4 else { throw ImportFault("netc pools images, not \(shape.crossed)") }
    let mode =
      node.type.hasSuffix("MaxPool") || node.type == "ReduceMax" ? "max" : node.type.contains("Lp") ? "l2" : "mean"
    // One pixel that is flattened is a vector.
    let flattening: Set<String> = ["Flatten", "Reshape", "Squeeze"]
    if !keepsAxes || readers(of: node.outputs[0]).allSatisfy({ flattening.contains($0.type) }),
      !isOutput(node.outputs[0]) || !keepsAxes
    {
      addLayer(
        "GlobalPool", of: node, from: [layer], shape: [shape[0], shape[1]] + (keepsAxes ? [1, 1] : []),
        mode == "mean" ? [] : [("mode", mode)])
    } else {
      addLayer(
        "Pool2D", of: node, from: [layer], shape: [shape[0], shape[1], 1, 1],
        [
          ("pool_size", Array(shape[2...]).brief), ("mode", ["max": "max", "l2": "l2"][mode] ?? "average_exc_pad"),
        ])
    }
  }

  mutating func reduction(_ node: ONNXNode) throws(ImportFault) {
    let rank = try source(node).shape.count
    let axes = try integers(node, 1, or: "axes")?.map { $0 < 0 ? $0 + rank : $0 }.sorted()
    let keepsAxes = node.integer("keepdims") ?? 1 != 0
    if rank == 4, axes == [2, 3] { return try globalPool(node, keepsAxes: keepsAxes) }
    guard let axes, !axes.isEmpty, axes.allSatisfy({ (1..<rank).contains($0) }), Set(axes).count == axes.count else {
      throw ImportFault("it reduces over the batch, too")
    }
    try reduce(node, axes, keepsAxes: keepsAxes)
  }

  /// Over axes that become the pixels of an image.
  private mutating func reduce(_ node: ONNXNode, _ axes: [Int], keepsAxes: Bool) throws(ImportFault) {
    let (layer, shape) = try source(node)
    func reshaped(_ layer: String, _ sizes: [Int]) -> String {
      addLayer(
        "Reshape", of: node, from: [layer], shape: [shape[0]] + sizes,
        [("shape", "[[0], \(sizes.map(String.init).joined(separator: ", "))]")])
    }
    let kept = (1..<shape.count).filter { !axes.contains($0) }
    let order = [0] + kept + axes
    var last = layer
    if order != Array(shape.indices) {
      last = addLayer(
        "Dimshuffle", of: node, from: [last], shape: order.map { shape[$0] },
        [("pattern", "[\(order.map(String.init).joined(separator: ", "))]")])
    }
    let channels = kept.reduce(1) { $0 * shape[$1] }
    last = reshaped(last, [channels, axes.reduce(1) { $0 * shape[$1] }, 1])
    last = addLayer(
      "GlobalPool", of: node, from: [last], shape: [shape[0], channels],
      node.type == "ReduceMax" ? [("mode", "max")] : [])
    let result = keepsAxes ? (1..<shape.count).map { axes.contains($0) ? 1 : shape[$0] } : kept.map { shape[$0] }
    if result != [channels] { _ = reshaped(last, result) }
  }
}
