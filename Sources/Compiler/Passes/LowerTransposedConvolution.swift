import NetIR

/// A transposed convolution with stride s is a convolution with s·s times the filters, whose results are the s × s
/// pixels that grow from one (Shi et al. 2016, "Is the deconvolution layer the same as a convolutional layer?").
///
/// Along one axis y[o] = Σ w[k]·x[i] over s·i + k = p with p = o + crop. With p = s·q + r and k = s·j + r this is
/// Σ_j w[s·j + r]·x[q − j]: for each r a convolution over x with every s-th tap in reverse order.
enum LowerTransposedConvolution {
  static let pass = Pass(
    name: "lower-transposed-convolution",
    summary: "turn transposed convolutions into convolutions and an interleaving of their results"
  ) { compilation in
    compilation.graph = try compilation.graph.rewritten { graph, _, node in
      guard case .transposedConv2D(let attributes, let epilogue) = node.op else { return graph.append(node) }
      return try lower(node, attributes, epilogue, &graph)
    }
  }

  /// One axis of the convolution that takes the place.
  private struct Axis {
    /// Taps of each of the s convolutions.
    let taps: Int
    let stride: Int
    let padBefore: Int
    let padAfter: Int
    /// Outputs of each of them.
    let length: Int
    /// What is cut from the interleaved result in front.
    let crop: Int

    init(input: Int, kernel: Int, stride: Int, crop: Int, output: Int) {
      self.stride = stride
      taps = (kernel + stride - 1) / stride
      // The first q that is wanted; not so far in that x itself would have to be cut.
      let first = min(crop / stride, taps - 1)
      let last = max((crop + output - 1) / stride, input - 1)
      length = last - first + 1
      padBefore = taps - 1 - first
      padAfter = last - (input - 1)
      self.crop = crop - first * stride
    }
  }

  private static func lower(
    _ node: Graph.Node, _ attributes: TransposedConvolutionAttributes, _ epilogue: Epilogue, _ graph: inout Graph
  ) throws(GraphProblem) -> ValueID {
    let x = graph[node.operands[0]].shape
    let (filters, channels) = (node.shape[1], x[1])
    let rows = Axis(
      input: x[2], kernel: attributes.kernel.height, stride: attributes.stride.height, crop: attributes.crop.height,
      output: attributes.output.height)
    let columns = Axis(
      input: x[3], kernel: attributes.kernel.width, stride: attributes.stride.width, crop: attributes.crop.width,
      output: attributes.output.width)
    let parts = rows.stride * columns.stride
    func add(_ op: GraphOp, _ operands: [ValueID], _ what: String = "") throws(GraphProblem) -> ValueID {
      try graph.add(op, operands, name: node.name + what)
    }

    // Filters (F, C, kh, kw) to (F·sh·sw, C, taps, taps), zeros where the kernel is no multiple of the stride.
    let whole = (rows.taps * rows.stride, columns.taps * columns.stride)
    var weights = node.operands[1]
    if whole != (attributes.kernel.height, attributes.kernel.width) {
      let after = [0, 0, whole.0 - attributes.kernel.height, whole.1 - attributes.kernel.width]
      weights = try add(.pad(PadAttributes(before: [0, 0, 0, 0], after: after, value: 0)), [weights], ".W")
    }
    weights = try add(
      .rearrange(
        Rearrangement(
          starts: [0, 0, whole.0 - rows.stride, whole.1 - columns.stride],
          axes: [
            .init(0, count: filters), .init(2, count: rows.stride), .init(3, count: columns.stride),
            .init(1, count: channels), .init(2, count: rows.taps, step: -rows.stride),
            .init(3, count: columns.taps, step: -columns.stride),
          ])), [weights], ".W")
    weights = try add(.reshape(shape: [filters * parts, channels, rows.taps, columns.taps]), [weights], ".W")
    var operands = [node.operands[0], weights]
    if epilogue.bias {
      let repeated = Rearrangement(starts: [0], axes: [.init(0, count: filters), .init(nil, count: parts)])
      let bias = try add(.rearrange(repeated), [node.operands[2]], ".b")
      operands.append(try add(.reshape(shape: [filters * parts]), [bias], ".b"))
    }
    let convolution = ConvolutionAttributes(
      kernel: Size2D(rows.taps, columns.taps),
      padding: Padding2D(
        top: rows.padBefore, bottom: rows.padAfter, left: columns.padBefore, right: columns.padAfter))
    var value = try add(
      .conv2D(convolution, Epilogue(bias: epilogue.bias, activation: epilogue.activation)), operands)

    // (N, F, sh, sw, H, W) to (N, F, H, sh, W, sw): pixels move to where they belong.
    if parts > 1 {
      let apart = [x[0], filters, rows.stride, columns.stride, rows.length, columns.length]
      value = try add(.reshape(shape: apart), [value])
      value = try add(.rearrange(.transpose(apart, [0, 1, 4, 2, 5, 3])), [value])
      value = try add(
        .reshape(shape: [x[0], filters, rows.length * rows.stride, columns.length * columns.stride]), [value])
    }
    guard graph[value].shape != node.shape else { return value }
    var cut = Rearrangement.identity(node.shape)
    (cut.starts[2], cut.starts[3]) = (rows.crop, columns.crop)
    return try add(.rearrange(cut), [value])
  }
}
