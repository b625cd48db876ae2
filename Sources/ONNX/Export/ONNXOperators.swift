import NetIR

// Each op of a lowered graph as operators of ONNX.
extension ONNXExport {
  /// Writes the operators of a node.
  ///
  /// - Returns: the name of its result.
  mutating func node(_ id: ValueID) throws -> String {
    let (node, label) = (graph[id], label(id))
    // Steps of one op; what is written last gets the label.
    func part(_ word: String) -> String { "\(node.name)/\(word)" }
    if node.op.isInput { return builder.free(node.name) }
    let x = try name(node.operands[0])
    switch node.op {
    case .conv2D(let attributes, let epilogue):
      return try finished(node, epilogue, label) { builder, inputs, name in
        builder.add("Conv", [x] + inputs, name: name, Self.attributes(attributes))
      }
    case .transposedConv2D(let attributes, let epilogue):
      let filters = try transposedFilters(node.operands[1])
      let described = Self.attributes(attributes, image: graph[node.operands[0]].shape)
      return try finished(node, epilogue, label, weights: filters) { builder, inputs, name in
        builder.add("ConvTranspose", [x] + inputs, name: name, described)
      }
    case .dense(let epilogue):
      return try finished(node, epilogue, label) { builder, inputs, name in
        builder.add("Gemm", [x] + inputs, name: name, [.int("transB", 1)])
      }
    case .pool2D(let attributes): return pooled(x, attributes, node, label)
    case .globalPool(let mode):
      let type = [GlobalPoolMode.mean: "GlobalAveragePool", .max: "GlobalMaxPool", .l2: "GlobalLpPool"][mode] ?? ""
      let pooled = builder.add(type, [x], name: part(type), mode == .l2 ? [.int("p", 2)] : [])
      return builder.add("Flatten", [pooled], name: label)
    case .activation(let activation): return builder.add(activation, x, name: label)
    case .batchNorm(let epsilon):
      let parameters = try node.operands.dropFirst().map { try name($0) }
      return builder.add("BatchNormalization", [x] + parameters, name: label, [.float("epsilon", epsilon)])
    case .scaleShift(let activation):
      let scaled = builder.add("Mul", [x, try perChannel(node.operands[1], node.shape.count)], name: part("scale"))
      let last = activation == .linear ? label : part("shift")
      let shifted = builder.add("Add", [scaled, try perChannel(node.operands[2], node.shape.count)], name: last)
      return activation == .linear ? shifted : builder.add(activation, shifted, name: label)
    case .parametricRectify:
      return builder.add("PRelu", [x, try perChannel(node.operands[1], node.shape.count)], name: label)
    case .standardize(let axis, let epsilon):
      let shape = Array(node.shape[axis...])
      let ones = builder.constant([Float](repeating: 1, count: shape.elements), shape, name: part("ones"))
      return builder.add(
        "LayerNormalization", [x, ones], name: label, [.int("axis", axis), .float("epsilon", epsilon)])
    case .elementwise(let attributes, let activation):
      return try combined(node, attributes, activation, label)
    case .lrn(let a):
      // ONNX divides α by the size.
      let attributes: [ONNXAttribute] = [
        .int("size", a.size), .float("alpha", a.alpha * Float(a.size)), .float("beta", a.beta), .float("bias", a.k),
      ]
      return builder.add("LRN", [x], name: label, attributes)
    case .softmax(let axis): return builder.add("Softmax", [x], name: label, [.int("axis", axis)])
    case .reshape(let shape): return reshaped(x, shape, name: label)
    case .pad(let attributes):
      let sizes = builder.integers(attributes.before + attributes.after, name: "pads")
      return builder.add("Pad", [x, sizes, builder.scalar(attributes.value)], name: label)
    case .concat(let axis):
      return builder.add("Concat", try node.operands.map { try name($0) }, name: label, [.int("axis", axis)])
    case .rearrange(let rearrangement):
      return rearranged(x, rearrangement, graph[node.operands[0]].shape, node, label)
    case .upscaleBilinear(let scale):
      let scales = builder.constant([1, 1, Float(scale.height), Float(scale.width)], [4], name: part("scales"))
      let attributes: [ONNXAttribute] = [
        .string("mode", "linear"), .string("coordinate_transformation_mode", "half_pixel"),
      ]
      return builder.add("Resize", [x, "", scales], name: label, attributes)
    case .randomizedRectify(let lower, let upper):
      return builder.add("LeakyRelu", [x], name: label, [.float("alpha", 2 / (lower + upper))])
    default: throw GraphProblem("ONNX has no \(node.op.name), of `\(node.name)`")
    }
  }

  // MARK: Convolutions and dense layers

  /// A linear op with what its epilogue adds.
  ///
  /// - Parameters:
  ///   - weights: the name of the filters, if they are not the node's second operand as it is.
  ///   - linear: writes the op itself; its inputs are the weights and perhaps a bias.
  private mutating func finished(
    _ node: Graph.Node, _ epilogue: Epilogue, _ label: String, weights: String? = nil,
    _ linear: (inout ONNXBuilder, [String], String) -> String
  ) throws -> String {
    guard epilogue.pool == nil else { throw GraphProblem("`\(node.name)` was optimised before it was exported") }
    var inputs = [try weights ?? name(node.operands[1])]
    if epilogue.bias { inputs.append(try name(node.operands[2])) }
    let isLast = !epilogue.residual && epilogue.activation == .linear
    var result = linear(&builder, inputs, isLast ? label : "\(node.name)/\(node.op.name)")
    if epilogue.residual, let other = node.operands.last {
      let isLast = epilogue.activation == .linear
      result = builder.add("Add", [result, try name(other)], name: isLast ? label : "\(node.name)/sum")
    }
    return epilogue.activation == .linear ? result : builder.add(epilogue.activation, result, name: label)
  }

  private static func attributes(_ a: ConvolutionAttributes) -> [ONNXAttribute] {
    [
      .ints("kernel_shape", a.kernel.both), .ints("strides", a.stride.both), .ints("dilations", a.dilation.both),
      .ints("pads", [a.padding.top, a.padding.left, a.padding.bottom, a.padding.right]), .int("group", a.groups),
    ]
  }

  /// What is left of the full result, stride·(n − 1) + k, is given by cuts at both ends; where more is left than there
  /// is, ONNX adds it at the end.
  private static func attributes(_ a: TransposedConvolutionAttributes, image: [Int]) -> [ONNXAttribute] {
    let full = [
      a.stride.height * (image[2] - 1) + a.kernel.height, a.stride.width * (image[3] - 1) + a.kernel.width,
    ]
    let ends = zip(full, zip(a.crop.both, a.output.both)).map { $0 - $1.0 - $1.1 }
    return [
      .ints("kernel_shape", a.kernel.both), .ints("strides", a.stride.both),
      .ints("pads", a.crop.both + ends.map { max(0, $0) }), .ints("output_padding", ends.map { max(0, -$0) }),
    ]
  }

  /// Filters of a transposed convolution, whose first two axes ONNX has the other way round.
  private mutating func transposedFilters(_ id: ValueID) throws -> String {
    let shape = graph[id].shape
    let order = Rearrangement.transpose(shape, [1, 0, 2, 3])
    guard isConstant[id.index] else {
      return builder.add("Transpose", [try name(id)], name: "\(graph[id].name)/filters", [.ints("perm", [1, 0, 2, 3])])
    }
    return builder.constant(order.apply(try values(id), of: shape), order.shape, name: parameterName(id))
  }

  /// A vector of channels so that it meets axis 1 of a value of that rank.
  private mutating func perChannel(_ id: ValueID, _ rank: Int) throws -> String {
    let shape = [graph[id].shape.elements] + [Int](repeating: 1, count: rank - 2)
    guard isConstant[id.index] else { return reshaped(try name(id), shape, name: "\(graph[id].name)/channels") }
    return builder.constant(try values(id), shape, name: parameterName(id))
  }

  // MARK: Pooling

  /// Sizes at the end are chosen so that the result has the size that the node says, rounded up or down.
  private mutating func pooled(_ x: String, _ a: PoolAttributes, _ node: Graph.Node, _ label: String) -> String {
    let image = graph[node.operands[0]].shape
    func end(_ size: Int, _ count: Int, _ window: Int, _ stride: Int, _ before: Int) -> Int {
      max(0, (count - 1) * stride + window - size - before)
    }
    let ends = [
      end(image[2], node.shape[2], a.window.height, a.stride.height, a.padding.top),
      end(image[3], node.shape[3], a.window.width, a.stride.width, a.padding.left),
    ]
    let begins = [a.padding.top, a.padding.left]
    func attributes(_ begins: [Int], _ ends: [Int]) -> [ONNXAttribute] {
      [.ints("kernel_shape", a.window.both), .ints("strides", a.stride.both), .ints("pads", begins + ends)]
    }
    switch a.mode {
    case .max: return builder.add("MaxPool", [x], name: label, attributes(begins, ends))
    case .l2: return builder.add("LpPool", [x], name: label, attributes(begins, ends) + [.int("p", 2)])
    case .averageExcludingPad: return builder.add("AveragePool", [x], name: label, attributes(begins, ends))
    case .averageIncludingPad:
      // Zeros that count are part of the image; what lies beyond them does not count.
      let real = [min(ends[0], a.padding.bottom), min(ends[1], a.padding.right)]
      let isPadded = (begins + real).contains { $0 > 0 }
      let sizes = [0, 0] + begins + [0, 0] + real
      let padded =
        isPadded
        ? builder.add(
          "Pad", [x, builder.integers(sizes, name: "pads"), builder.scalar(0)], name: "\(node.name)/pad") : x
      let rest = zip(ends, real).map { $0 - $1 }
      return builder.add("AveragePool", [padded], name: label, attributes([0, 0], rest))
    }
  }

  // MARK: Elements and shapes

  private mutating func combined(
    _ node: Graph.Node, _ attributes: ElementwiseAttributes, _ activation: Activation, _ label: String
  ) throws -> String {
    var inputs = try node.operands.map { try name($0) }
    for (index, factor) in attributes.coefficients.enumerated() where factor != 1 {
      inputs[index] = builder.add("Mul", [inputs[index], builder.scalar(factor)], name: "\(node.name)/scaled")
    }
    let last = activation == .linear ? label : "\(node.name)/\(attributes.kind.rawValue)"
    let result: String
    switch attributes.kind {
    case .mul where inputs.count > 1:
      let product = inputs[1..<inputs.count - 1].reduce(inputs[0]) {
        builder.add("Mul", [$0, $1], name: "\(node.name)/product")
      }
      result = builder.add("Mul", [product, inputs[inputs.count - 1]], name: last)
    case .sum where inputs.count == 2: result = builder.add("Add", inputs, name: last)
    case .sum: result = builder.add("Sum", inputs, name: last)
    case .mul, .max: result = builder.add("Max", inputs, name: last)
    case .min: result = builder.add("Min", inputs, name: last)
    case .mean: result = builder.add("Mean", inputs, name: last)
    }
    return activation == .linear ? result : builder.add(activation, result, name: label)
  }

  /// A free batch is kept as it is.
  mutating func reshaped(_ x: String, _ shape: [Int], name: String) -> String {
    let keepsBatch = freeBatch != nil && shape.first == freeBatch
    let sizes = builder.integers(keepsBatch ? [0] + shape.dropFirst() : shape, name: "shape")
    return builder.add("Reshape", [x, sizes], name: name)
  }
}

extension Size2D {
  fileprivate var both: [Int] { [height, width] }
}
