import NetIR

/// A convolution's gradient with regard to its image is made of convolutions of g.
///
/// Along one axis y[j] = Σ_k w[k]·x[s·j + d·k − p] gives ∂x[i] = Σ_k w[k]·g[(i + p − d·k)/s] over whole quotients. With
/// s = 1 that is the correlation of g with the filters in reverse order, filters and channels in each other's place.
/// With larger strides and d = 1 it is one for each phase r of i = s·q + r: of w[s·t + ρ] with g[q + b − t], where
/// r + p = s·b + ρ; pixels of the s × s results lie in turn. Dilated filters with strides meet g with zeros between its
/// pixels. A device may have a kernel that computes the gradient as it is.
enum LowerDataGradient {
  static let pass = Pass(
    name: "lower-data-gradient", summary: "turn the gradients of convolutions' images into convolutions"
  ) { compilation in
    let options = compilation.options
    let summed = try summed(compilation)
    compilation.graph = try compilation.graph.rewritten { graph, _, node in
      guard case .gradient(.convolutionData(let attributes, let image)) = node.op else { return graph.append(node) }
      var lowering = Lowering(graph: graph, name: node.name, attributes: attributes, image: image)
      let result = try lowering.gradient(node.operands[0], node.operands[1])
      var whole = OpInstance(op: node.op, operands: node.operands.map { graph[$0].shape }, result: node.shape)
      whole.isSummed = summed.contains(node.name)
      let convolutions = lowering.graph.ids.dropFirst(graph.nodes.count).filter {
        if case .conv2D = lowering.graph[$0].op { true } else { false }
      }
      if DeviceChoice.takesGradient(whole, of: convolutions.map { lowering.graph.instance(of: $0) }, options) {
        return graph.append(node)
      }
      graph = lowering.graph
      return result
    }
  }

  /// Layers whose gradients, if they stay as they are, have sums taken of them that a device's kernel can take. That is
  /// known when rectifiers' gradients are part of those of normalisations, some passes later.
  private static func summed(_ compilation: Compilation) throws -> Set<String> {
    guard compilation.options.target.isDevice else { return [] }
    var ahead = compilation
    for pass in [FuseResidual.pass, FuseActivation.pass, FuseNormalization.pass, RemoveDead.pass] {
      try pass.run(&ahead)
    }
    let gradients = ahead.graph.ids.filter {
      if case .gradient(.convolutionData) = ahead.graph[$0].op { ahead.graph.isSummed($0) } else { false }
    }
    return Set(gradients.map { ahead.graph[$0].name })
  }

  private struct Lowering {
    var graph: Graph
    let name: String
    let attributes: ConvolutionAttributes
    let image: Size2D

    mutating func gradient(_ g: ValueID, _ weights: ValueID) throws -> ValueID {
      let (stride, dilation, padding) = (attributes.stride, attributes.dilation, attributes.padding)
      let isDilated = dilation != Size2D(1)
      let g = stride != Size2D(1) && isDilated ? try spread(g) : g
      let steps = isDilated ? Size2D(1) : stride
      let (shape, channels) = (graph[g].shape, graph[weights].shape[1] * attributes.groups)
      let rows = (0..<min(steps.height, image.height)).map {
        Phase(
          $0, of: steps.height, length: shape[2], to: image.height, taps: attributes.kernel.height,
          dilation: dilation.height, padding: padding.top)
      }
      let columns = (0..<min(steps.width, image.width)).map {
        Phase(
          $0, of: steps.width, length: shape[3], to: image.width, taps: attributes.kernel.width,
          dilation: dilation.width, padding: padding.left)
      }
      var parts: [ValueID] = []
      var phases: [Int] = []
      for (y, row) in rows.enumerated() {
        for (x, column) in columns.enumerated() where row.reachesImage && column.reachesImage {
          parts.append(try correlated(g, weights, row, column))
          phases.append(y * steps.width + x)
        }
      }
      if parts.isEmpty { return try add(.fill(value: 0, shape: [shape[0], channels, image.height, image.width]), []) }
      if steps == Size2D(1) { return parts[0] }
      return try add(.interleave(Interleaving(stride: steps, size: image, phases: phases)), parts)
    }

    private mutating func add(_ op: GraphOp, _ operands: [ValueID]) throws -> ValueID {
      try graph.add(op, operands, name: name)
    }

    /// One phase of one axis: which taps meet which part of g.
    private struct Phase {
      /// The first of its taps, the distance between two of them, and how many there are.
      let first, step, taps: Int
      let dilation: Int
      /// Where the part of g begins that reaches the image, its length, and what is padded around that.
      let start, count, before, after: Int

      /// - Parameters:
      ///   - length: of g.
      ///   - size: of the image.
      ///   - padding: in front of the image.
      init(_ phase: Int, of step: Int, length: Int, to size: Int, taps all: Int, dilation: Int, padding: Int) {
        (self.step, self.dilation) = (step, dilation)
        first = (phase + padding) % step
        taps = max(0, (all - first + step - 1) / step)
        let reach = (taps - 1) * dilation
        let front = reach - (phase + padding) / step
        let back = (size - phase + step - 1) / step + reach - length - front
        (start, before, after) = (max(0, -front), max(0, front), max(0, back))
        count = length - start - max(0, -back)
      }

      var reachesImage: Bool { taps > 0 && count > 0 }

      /// The taps in reverse order, as axis `source` of filters.
      func axis(_ source: Int) -> Rearrangement.Axis { .init(source, count: taps, step: -step) }
      var last: Int { first + (taps - 1) * step }
    }

    private mutating func correlated(_ g: ValueID, _ weights: ValueID, _ rows: Phase, _ columns: Phase) throws
      -> ValueID
    {
      let shape = graph[g].shape
      var part = Rearrangement.identity([shape[0], shape[1], rows.count, columns.count])
      (part.starts[2], part.starts[3]) = (rows.start, columns.start)
      let isWhole = part == .identity(shape)
      let convolution = ConvolutionAttributes(
        kernel: Size2D(rows.taps, columns.taps), dilation: Size2D(rows.dilation, columns.dilation),
        padding: Padding2D(top: rows.before, bottom: rows.after, left: columns.before, right: columns.after),
        groups: attributes.groups)
      let inside = isWhole ? g : try add(.rearrange(part), [g])
      return try add(
        .conv2D(convolution, Epilogue(bias: false)), [inside, reversed(weights, rows, columns)])
    }

    /// Filters (F, C/groups, kh, kw) as (C, F/groups, …), the taps of a phase in reverse order.
    private mutating func reversed(_ weights: ValueID, _ rows: Phase, _ columns: Phase) throws -> ValueID {
      let (shape, groups) = (graph[weights].shape, attributes.groups)
      let (outputs, inputs) = (shape[0] / groups, shape[1])
      let starts = [rows.last, columns.last]
      // One filter for each channel changes no place.
      guard groups > 1, outputs > 1 || inputs > 1 else {
        let order: [Rearrangement.Axis] =
          groups > 1
          ? [.init(0, count: groups), .init(1, count: 1)] : [.init(1, count: inputs), .init(0, count: outputs)]
        return try add(
          .rearrange(Rearrangement(starts: [0, 0] + starts, axes: order + [rows.axis(2), columns.axis(3)])), [weights])
      }
      let apart = try add(.reshape(shape: [groups, outputs, inputs, shape[2], shape[3]]), [weights])
      let order: [Rearrangement.Axis] = [
        .init(0, count: groups), .init(2, count: inputs), .init(1, count: outputs),
      ]
      let swapped = try add(
        .rearrange(Rearrangement(starts: [0, 0, 0] + starts, axes: order + [rows.axis(3), columns.axis(4)])), [apart])
      return try add(.reshape(shape: [groups * inputs, outputs, rows.taps, columns.taps]), [swapped])
    }

    /// Each pixel of g at the corner of as many as the stride skips, zeros beside it.
    private mutating func spread(_ value: ValueID) throws -> ValueID {
      let (shape, stride) = (graph[value].shape, attributes.stride)
      let size = Size2D(shape[2] * stride.height, shape[3] * stride.width)
      return try add(.interleave(Interleaving(stride: stride, size: size, phases: [0])), [value])
    }
  }
}
