import CKernels
import NetIR

/// Runs a graph as it stands, op by op, in double precision: slow, and what every plan has to agree with.
package struct ReferenceInterpreter {
  private let graph: Graph
  private let parameter: (String, [Int]) throws -> [Float]

  /// - Parameter parameter: gives the numbers of a parameter tensor by its name and shape.
  package init(_ graph: Graph, parameter: @escaping (String, [Int]) throws -> [Float]) {
    self.graph = graph
    self.parameter = parameter
  }

  /// - Parameter inputs: in C order, one per input of the graph, each for the graph's own batch.
  /// - Returns: one array per output.
  package func run(_ inputs: [[Double]]) throws -> [[Double]] {
    var values = [[Double]?](repeating: nil, count: graph.nodes.count)
    var pending = graph.users().map(\.count)
    for output in graph.outputs { pending[output.index] += 1 }
    for id in graph.ids {
      let node = graph[id]
      let operands = node.operands.map { values[$0.index] ?? [] }
      values[id.index] = try evaluate(node, operands, inputs)
      // A big network would not fit into memory if everything were kept.
      for operand in node.operands {
        pending[operand.index] -= 1
        if pending[operand.index] == 0 { values[operand.index] = nil }
      }
    }
    return graph.outputs.map { values[$0.index] ?? [] }
  }

  /// Runs a batch of several microbatches, of which the graph takes one.
  package func run(_ inputs: [[Float]], microbatches: Int) throws -> [[Double]] {
    try (0..<microbatches).reduce(into: [[Double]](repeating: [], count: graph.outputs.count)) { results, place in
      let parts = inputs.map { values in
        let size = values.count / microbatches
        return values[place * size..<(place + 1) * size].map(Double.init)
      }
      for (output, values) in try run(parts).enumerated() { results[output] += values }
    }
  }

  private func evaluate(_ node: Graph.Node, _ x: [[Double]], _ inputs: [[Double]]) throws -> [Double] {
    let shapes = node.operands.map { graph[$0].shape }
    let shape = node.shape
    var out = [Double](repeating: 0, count: shape.elements)
    switch node.op {
    case .input(let index, _):
      guard inputs.indices.contains(index), inputs[index].count == shape.elements else {
        throw GraphProblem("input \(index) needs \(shape.elements) numbers")
      }
      return inputs[index]
    case .constant(let name, let shape):
      let values = try parameter(name, shape)
      guard values.count == out.count else { throw GraphProblem("`\(name)` has \(values.count) values") }
      ckr_widen(values, &out, Int64(out.count))
    case .fill(let value, let shape): return [Double](repeating: Double(value), count: shape.elements)
    case .reshape, .dropout, .gaussianNoise, .copy: return x[0]
    case .conv2D(let attributes, var epilogue):
      let pool = epilogue.pool
      epilogue.pool = nil
      let whole = try GraphOp.conv2D(attributes, epilogue).resultShape(shapes)
      out = [Double](repeating: 0, count: whole.elements)
      convolve(attributes, shapes[0], whole, x[0], x[1], epilogue.bias ? x[2] : nil, &out)
      finish(epilogue, x, &out)
      if let pool {
        let windows = PoolAttributes(window: pool, stride: pool, padding: .none, ceil: false, mode: .max)
        return self.pool(windows, whole, shape, out)
      }
    case .transposedConv2D(let attributes, let epilogue):
      convolveTransposed(attributes, shapes[0], shape, x[0], x[1], epilogue.bias ? x[2] : nil, &out)
      finish(epilogue, x, &out)
    case .dense(let epilogue):
      withOptional(epilogue.bias ? x[2] : nil) { bias in
        ckr_dense(x[0], x[1], bias, &out, Int64(shape[0]), Int64(shapes[0][1]), Int64(shape[1]))
      }
      finish(epilogue, x, &out)
    case .pool2D(let attributes): return pool(attributes, shapes[0], shape, x[0])
    case .globalPool(let mode):
      let planes = shape.elements
      ckr_global_pool(
        x[0], &out, Int64(planes), Int64(x[0].count / planes), KernelArguments.globalMode(mode))
    case .activation(let activation):
      out = x[0]
      apply(activation, &out)
    case .batchNorm(let epsilon):
      let scale = zip(x[1], x[4]).map { $0 / ($1 + Double(epsilon)).squareRoot() }
      let shift = x[2].indices.map { x[2][$0] - x[3][$0] * scale[$0] }
      scaleShift(x[0], scale, shift, shape, &out)
    case .scaleShift(let activation):
      scaleShift(x[0], x[1], x[2], shape, &out)
      apply(activation, &out)
    case .parametricRectify:
      let pixels = shape.dropFirst(2).reduce(1, *)
      for index in out.indices {
        out[index] = max(x[0][index], 0) + x[1][index / pixels % shape[1]] * min(x[0][index], 0)
      }
    case .randomizedRectify(let lower, let upper):
      return x[0].map { $0 > 0 ? $0 : 2 * $0 / (Double(lower) + Double(upper)) }
    case .standardize(let axis, let epsilon):
      return standardize(x[0], length: shape.dropFirst(axis).reduce(1, *), Double(epsilon))
    case .elementwise(let attributes, let activation):
      combine(attributes, x, &out)
      apply(activation, &out)
    case .lrn(let a):
      ckr_lrn(
        x[0], &out, Int64(shape[0]), Int64(shape[1]), Int64(shape[2] * shape[3]), Int64(a.size),
        Double(a.alpha),
        Double(a.beta), Double(a.k))
    case .softmax(let axis):
      ckr_softmax(
        x[0], &out, Int64(shape.prefix(axis).reduce(1, *)), Int64(shape[axis]),
        Int64(shape.dropFirst(axis + 1).reduce(1, *)))
    case .pad(let a):
      ckr_pad(
        x[0], &out, Int64(shape.count), shapes[0].map(Int64.init), a.before.map(Int64.init),
        a.after.map(Int64.init),
        Double(a.value))
    case .concat(let axis): concat(axis, shapes, x, shape, &out)
    case .interleave(let interleaving): return interleaving.apply(x, to: shape)
    case .rearrange(let rearrangement), .packWeights(let rearrangement):
      return rearrangement.apply(x[0], of: shapes[0])
    case .upscaleBilinear(let scale): return upscale(x[0], shapes[0], scale)
    case .normScale(let epsilon):
      return zip(x[0], x[1]).map { $0 / ($1 + Double(epsilon)).squareRoot() }
    case .normShift: return x[0].indices.map { x[0][$0] - x[1][$0] * x[2][$0] }
    case .scaleBias: return x[0].indices.map { x[0][$0] * x[1][$0] + x[2][$0] }
    case .scaleRows:
      let row = x[0].count / max(1, x[1].count)
      return x[0].indices.map { x[0][$0] * x[1][$0 / max(1, row)] }
    case .training(let op):
      out = ReferenceTraining.evaluate(op, x, shapes)
      if case .normalize(_, let activation) = op { apply(activation, &out) }
    case .gradient(let op): return ReferenceGradients.evaluate(op, x, shapes, shape)
    }
    return out
  }

  private func convolve(
    _ a: ConvolutionAttributes, _ input: [Int], _ result: [Int], _ x: [Double], _ w: [Double],
    _ bias: [Double]?,
    _ out: inout [Double]
  ) {
    let (i, o) = (input.map(Int64.init), result.map(Int64.init))
    withOptional(bias) { bias in
      ckr_conv2d(
        x, w, bias, &out, i[0], i[1], i[2], i[3], o[1], o[2], o[3], Int64(a.kernel.height),
        Int64(a.kernel.width),
        Int64(a.stride.height), Int64(a.stride.width), Int64(a.dilation.height), Int64(a.dilation.width),
        Int64(a.padding.top), Int64(a.padding.left), Int64(a.groups))
    }
  }

  private func pool(_ attributes: PoolAttributes, _ input: [Int], _ result: [Int], _ x: [Double]) -> [Double] {
    let (window, stride, padding) = (attributes.window, attributes.stride, attributes.padding)
    let (i, o) = (input.map(Int64.init), result.map(Int64.init))
    var out = [Double](repeating: 0, count: result.elements)
    ckr_pool2d(
      x, &out, i[0] * i[1], i[2], i[3], o[2], o[3], Int64(window.height), Int64(window.width),
      Int64(stride.height), Int64(stride.width), Int64(padding.top), Int64(padding.left), Int64(padding.bottom),
      Int64(padding.right), KernelArguments.poolMode(attributes.mode))
    return out
  }

  private func convolveTransposed(
    _ a: TransposedConvolutionAttributes, _ input: [Int], _ result: [Int], _ x: [Double], _ w: [Double],
    _ bias: [Double]?, _ out: inout [Double]
  ) {
    let (i, o) = (input.map(Int64.init), result.map(Int64.init))
    withOptional(bias) { bias in
      ckr_transposed_conv2d(
        x, w, bias, &out, i[0], i[1], i[2], i[3], o[1], o[2], o[3], Int64(a.kernel.height), Int64(a.kernel.width),
        Int64(a.stride.height), Int64(a.stride.width), Int64(a.crop.height), Int64(a.crop.width))
    }
  }

  private func standardize(_ x: [Double], length: Int, _ epsilon: Double) -> [Double] {
    var out: [Double] = []
    out.reserveCapacity(x.count)
    for start in stride(from: 0, to: x.count, by: length) {
      let row = x[start..<start + length]
      let mean = row.reduce(0, +) / Double(length)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(length)
      out += row.map { ($0 - mean) / (variance + epsilon).squareRoot() }
    }
    return out
  }

  private func upscale(_ x: [Double], _ shape: [Int], _ scale: Size2D) -> [Double] {
    /// The two neighbours of output i, and how much the second weighs.
    func between(_ i: Int, _ scale: Int, _ size: Int) -> (Int, Int, Double) {
      let place = min(max((Double(i) + 0.5) / Double(scale) - 0.5, 0), Double(size - 1))
      let first = Int(place)
      return (first, min(first + 1, size - 1), place - Double(first))
    }
    let (h, w) = (shape[2], shape[3])
    let rows = (0..<h * scale.height).map { between($0, scale.height, h) }
    let columns = (0..<w * scale.width).map { between($0, scale.width, w) }
    return (0..<shape[0] * shape[1]).flatMap { plane in
      rows.flatMap { row in
        columns.map { column in
          func mix(_ y: Int) -> Double {
            let start = (plane * h + y) * w
            return x[start + column.0] * (1 - column.2) + x[start + column.1] * column.2
          }
          return mix(row.0) * (1 - row.2) + mix(row.1) * row.2
        }
      }
    }
  }

  private func finish(_ epilogue: Epilogue, _ x: [[Double]], _ out: inout [Double]) {
    if epilogue.residual, let residual = x.last { combine(ElementwiseAttributes(kind: .sum), [out, residual], &out) }
    apply(epilogue.activation, &out)
  }

  private func apply(_ activation: Activation, _ values: inout [Double]) {
    let arguments = KernelArguments.activation(activation)
    let input = values
    ckr_activation(
      input, &values, Int64(values.count), arguments.kind, Double(arguments.p0), Double(arguments.p1))
  }

  private func scaleShift(
    _ x: [Double], _ scale: [Double], _ shift: [Double], _ shape: [Int], _ out: inout [Double]
  ) {
    ckr_scale_shift(
      x, scale, shift, &out, Int64(shape[0]), Int64(shape[1]), Int64(shape.dropFirst(2).reduce(1, *)))
  }

  private func combine(_ attributes: ElementwiseAttributes, _ x: [[Double]], _ out: inout [Double]) {
    let factors = attributes.coefficients.map(Double.init)
    // An operand of one example serves the whole batch.
    let count = out.count
    let operands = x.map { values in
      values.count == count ? values : Array((0..<count / values.count).map { _ in values }.joined())
    }
    withPointers(operands[...], []) { pointers in
      ckr_elementwise(
        pointers, Int64(operands.count), factors.isEmpty ? nil : factors, &out, Int64(count),
        KernelArguments.elementwiseKind(attributes.kind))
    }
  }

  private func concat(_ axis: Int, _ shapes: [[Int]], _ x: [[Double]], _ shape: [Int], _ out: inout [Double]) {
    let widths = shapes.map { Int64($0.dropFirst(axis).reduce(1, *)) }
    let outer = shape.prefix(axis).reduce(1, *)
    withPointers(x[...], []) { ckr_concat($0, widths, Int64(widths.count), &out, Int64(outer)) }
  }

  private func withPointers(
    _ arrays: ArraySlice<[Double]>, _ pointers: [UnsafePointer<Double>?], _ body: ([UnsafePointer<Double>?]) -> Void
  ) {
    guard let first = arrays.first else { return body(pointers) }
    first.withUnsafeBufferPointer { withPointers(arrays.dropFirst(), pointers + [$0.baseAddress], body) }
  }

  private func withOptional(_ values: [Double]?, _ body: (UnsafePointer<Double>?) -> Void) {
    guard let values else { return body(nil) }
    values.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}
