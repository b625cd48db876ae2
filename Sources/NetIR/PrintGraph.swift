extension Graph {
  /// One line per node: `%3  = conv2d 5×5 + bias + rectify (%0, %1, %2)  → 1×6×28×28  conv1`, and behind the
  /// shape the layout and the kernel where they are chosen.
  package func printed() -> String {
    let rows = ids.map { id in
      let node = self[id]
      let operands = node.operands.isEmpty ? "" : " (\(listed(node.operands)))"
      return [
        "%\(id.index)", "= \(node.op.described)\(operands)", "→ \(node.shape.crossed)",
        node.layout == .plain ? "" : "[\(node.layout.description)]", node.kernel ?? "",
        // A parameter is named by what it is.
        node.op.described.hasSuffix(" \(node.name)") ? "" : node.name,
      ]
    }
    return "graph \(name)\n\n\(aligned(rows))\n  outputs \(listed(outputs))\n"
  }

  private func listed(_ values: [ValueID]) -> String { values.map { "%\($0.index)" }.joined(separator: ", ") }
}

extension GraphOp {
  /// The op with its attributes in a few words, those that have their usual value left out.
  package var described: String {
    switch self {
    case .input(let index, _): "input \(index)"
    case .constant(let name, _): "constant \(name)"
    case .fill(let value, _): "fill \(value)"
    case .conv2D(let attributes, let epilogue):
      "conv2d \(attributes.described)\(epilogue.described)"
    case .transposedConv2D(let attributes, let epilogue):
      "transposed conv2d \(attributes.described)\(epilogue.described)"
    case .dense(let epilogue): "dense\(epilogue.described)"
    case .pool2D(let attributes): "\(attributes.mode.rawValue)_pool \(attributes.described)"
    case .globalPool(let mode): "global_\(mode.rawValue)_pool"
    case .activation(let activation): activation.described
    case .batchNorm(let epsilon): "batch_norm ε \(epsilon)"
    case .scaleShift(let activation):
      "scale_shift" + (activation == .linear ? "" : " + \(activation.described)")
    case .elementwise(let attributes, let activation):
      attributes.kind.rawValue
        + (attributes.coefficients.isEmpty ? "" : " \(attributes.coefficients)")
        + (activation == .linear ? "" : " + \(activation.described)")
    case .lrn(let a): "lrn n \(a.size) α \(a.alpha) β \(a.beta) k \(a.k)"
    case .softmax(let axis): axis == 1 ? "softmax" : "softmax axis \(axis)"
    case .reshape(let shape): "reshape \(shape.crossed)"
    case .pad(let attributes): "pad \(attributes.before) \(attributes.after) with \(attributes.value)"
    case .rearrange(let rearrangement): "rearrange \(rearrangement.described)"
    case .packWeights(let rearrangement): "pack weights \(rearrangement.described)"
    case .interleave(let interleaving): "interleave \(interleaving.described)"
    case .upscaleBilinear(let scale): "upscale bilinear \(scale.short)"
    case .standardize(let axis, let epsilon): "standardize from axis \(axis) ε \(epsilon)"
    case .concat(let axis): axis == 1 ? "concat" : "concat axis \(axis)"
    case .dropout(let probability, let shared): "dropout \(probability)" + (shared.isEmpty ? "" : " along \(shared)")
    case .gaussianNoise(let sigma): "gaussian noise \(sigma)"
    case .randomizedRectify(let lower, let upper): "randomized rectify \(lower) to \(upper)"
    case .parametricRectify, .copy, .normScale, .normShift, .scaleRows, .scaleBias: name
    case .training(let op): op.described
    case .gradient(let op): op.described
    }
  }
}

extension Activation {
  package var described: String {
    switch self {
    case .leakyRectify(let leakiness): "\(name)(\(leakiness))"
    case .scaledTanh(let scaleIn, let scaleOut): "\(name)(\(scaleIn), \(scaleOut))"
    case .clip(let least, let most): "\(name)(\(least), \(most))"
    default: name
    }
  }
}

extension ConvolutionAttributes {
  package var described: String {
    var words = [kernel.crossed + (stride == Size2D(1) ? "" : "/" + stride.short)]
    if padding != .none { words.append("pad \(padding.described)") }
    if dilation != Size2D(1) { words.append("dilation \(dilation.short)") }
    if groups != 1 { words.append("groups \(groups)") }
    return words.joined(separator: " ")
  }
}

extension TransposedConvolutionAttributes {
  package var described: String {
    var words = [kernel.crossed + (stride == Size2D(1) ? "" : "/" + stride.short)]
    if crop.height != 0 || crop.width != 0 { words.append("crop \(crop.short)") }
    return words.joined(separator: " ")
  }
}

extension Rearrangement {
  /// Per axis of the result where it comes from: `0, 2, 1[3:-2]`; `·` repeats.
  package var described: String {
    axes.map { axis in
      guard let source = axis.source else { return "·×\(axis.count)" }
      // What came from a damaged file is printed before it is refused.
      let start = starts.indices.contains(source) ? "\(starts[source])" : "?"
      let range = axis.step == 1 ? "\(start)+\(axis.count)" : "\(start)+\(axis.count):\(axis.step)"
      return "\(source)[\(range)]"
    }.joined(separator: ", ")
  }
}

extension PoolAttributes {
  package var described: String {
    var words = [window.crossed + (stride == Size2D(1) ? "" : "/" + stride.short)]
    if padding != .none { words.append("pad \(padding.described)") }
    if ceil { words.append("ceil") }
    return words.joined(separator: " ")
  }
}

extension Size2D {
  /// `2`, or `2×1` when the axes differ.
  package var short: String { height == width ? "\(height)" : crossed }
}

extension Padding2D {
  package var described: String {
    if top == bottom, left == right { return top == left ? "\(top)" : "\(top)×\(left)" }
    return "\(top),\(bottom)×\(left),\(right)"
  }
}

extension Epilogue {
  fileprivate var described: String {
    (bias ? " + bias" : "") + (residual ? " + residual" : "")
      + (activation == .linear ? "" : " + \(activation.described)") + (pool.map { " + max_pool \($0.crossed)" } ?? "")
  }
}
