import NetIR

/// A convolution's gradient with regard to its image is a convolution of g: y[o] = Σ_k w[k]·x[s·o + d·k − p] gives
/// ∂x[i] = Σ_k w[k]·g[(i + p − d·k)/s] over whole quotients, at stride 1 the correlation of g with the filters in reverse
/// order, filters and channels in each other's place, padded by d·(K − 1) − p.
///
/// At other strides it is a transposed convolution. Where there is none, of groups or dilated filters, zeros between
/// the pixels of g make the stride 1; filters of one pixel meet g first, and zeros come between the results.
enum LowerDataGradient {
  static let pass = Pass(
    name: "lower-data-gradient", summary: "turn the gradients of convolutions' images into convolutions"
  ) { compilation in
    compilation.graph = try compilation.graph.rewritten { graph, _, node in
      guard case .gradient(.convolutionData(let attributes, let image)) = node.op else { return graph.append(node) }
      var lowering = Lowering(graph: graph, name: node.name, attributes: attributes, image: image)
      let result = try lowering.gradient(node.operands[0], node.operands[1])
      graph = lowering.graph
      return result
    }
  }

  private struct Lowering {
    var graph: Graph
    let name: String
    let attributes: ConvolutionAttributes
    let image: Size2D

    mutating func gradient(_ g: ValueID, _ weights: ValueID) throws -> ValueID {
      let (stride, padding) = (attributes.stride, attributes.padding)
      let top = Size2D(padding.top, padding.left)
      if stride == Size2D(1) { return try correlated(g, weights, to: image, padding: top) }
      if attributes.kernel == Size2D(1) {
        let size = Size2D(graph[g].shape[2], graph[g].shape[3])
        let small = try correlated(g, weights, to: size, padding: Size2D(0))
        return try cut(spread(small), from: top, to: image)
      }
      guard attributes.groups == 1, attributes.dilation == Size2D(1) else {
        return try correlated(spread(g), weights, to: image, padding: top)
      }
      let order = [1, 0, 2, 3]
      let swapped = try add(.rearrange(.transpose(graph[weights].shape, order)), [weights])
      let transposed = TransposedConvolutionAttributes(
        kernel: attributes.kernel, stride: stride, crop: top, output: image)
      return try add(.transposedConv2D(transposed, Epilogue(bias: false)), [g, swapped])
    }

    private mutating func add(_ op: GraphOp, _ operands: [ValueID]) throws -> ValueID {
      try graph.add(op, operands, name: name)
    }

    /// The gradient at stride 1.
    ///
    /// - Parameter padding: of the convolution, at the top and the left.
    private mutating func correlated(_ g: ValueID, _ weights: ValueID, to size: Size2D, padding: Size2D) throws
      -> ValueID
    {
      let shape = graph[g].shape
      let rows = Axis(
        shape[2], to: size.height, reach: (attributes.kernel.height - 1) * attributes.dilation.height,
        padding: padding.height)
      let columns = Axis(
        shape[3], to: size.width, reach: (attributes.kernel.width - 1) * attributes.dilation.width,
        padding: padding.width)
      let inside = try cut(
        g, from: Size2D(rows.first, columns.first), to: Size2D(rows.count, columns.count))
      let convolution = ConvolutionAttributes(
        kernel: attributes.kernel, dilation: attributes.dilation,
        padding: Padding2D(top: rows.before, bottom: rows.after, left: columns.before, right: columns.after),
        groups: attributes.groups)
      return try add(.conv2D(convolution, Epilogue(bias: false)), [inside, reversed(weights)])
    }

    /// One axis of g: what of it reaches the image, and what is padded around that.
    private struct Axis {
      let first, count, before, after: Int

      init(_ length: Int, to size: Int, reach: Int, padding: Int) {
        let front = reach - padding
        let back = size + reach - length - front
        first = max(0, -front)
        count = length - first - max(0, -back)
        (before, after) = (max(0, front), max(0, back))
      }
    }

    /// Filters (F, C/groups, kh, kw) as (C, F/groups, kh, kw), taps in reverse order.
    private mutating func reversed(_ weights: ValueID) throws -> ValueID {
      let (shape, groups) = (graph[weights].shape, attributes.groups)
      let (outputs, inputs) = (shape[0] / groups, shape[1])
      // One filter per channel changes no place.
      if outputs == 1, inputs == 1 {
        return try add(
          .rearrange(
            Rearrangement(
              starts: [0, 0, shape[2] - 1, shape[3] - 1],
              axes: [
                .init(0, count: shape[0]), .init(1, count: 1), .init(2, count: shape[2], step: -1),
                .init(3, count: shape[3], step: -1),
              ])), [weights])
      }
      guard groups > 1 else {
        return try add(
          .rearrange(
            Rearrangement(
              starts: [0, 0, shape[2] - 1, shape[3] - 1],
              axes: [
                .init(1, count: inputs), .init(0, count: outputs), .init(2, count: shape[2], step: -1),
                .init(3, count: shape[3], step: -1),
              ])), [weights])
      }
      let apart = try add(.reshape(shape: [groups, outputs, inputs, shape[2], shape[3]]), [weights])
      let swapped = try add(
        .rearrange(
          Rearrangement(
            starts: [0, 0, 0, shape[2] - 1, shape[3] - 1],
            axes: [
              .init(0, count: groups), .init(2, count: inputs), .init(1, count: outputs),
              .init(3, count: shape[2], step: -1), .init(4, count: shape[3], step: -1),
            ])), [apart])
      return try add(.reshape(shape: [groups * inputs, outputs, shape[2], shape[3]]), [swapped])
    }

    /// Each pixel at the corner of as many as the stride skips, zeros beside it.
    private mutating func spread(_ value: ValueID) throws -> ValueID {
      let (shape, stride) = (graph[value].shape, attributes.stride)
      let apart = try add(.reshape(shape: [shape[0], shape[1], shape[2], 1, shape[3], 1]), [value])
      let none = [0, 0, 0, 0, 0, 0]
      let padded = try add(
        .pad(PadAttributes(before: none, after: [0, 0, 0, stride.height - 1, 0, stride.width - 1], value: 0)), [apart])
      return try add(
        .reshape(shape: [shape[0], shape[1], shape[2] * stride.height, shape[3] * stride.width]), [padded])
    }

    private mutating func cut(_ value: ValueID, from start: Size2D, to size: Size2D) throws -> ValueID {
      let shape = graph[value].shape
      guard [shape[2], shape[3]] != [size.height, size.width] else { return value }
      var part = Rearrangement.identity([shape[0], shape[1], size.height, size.width])
      (part.starts[2], part.starts[3]) = (start.height, start.width)
      return try add(.rearrange(part), [value])
    }
  }
}
