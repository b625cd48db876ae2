import NetIR

/// The ops of the backward pass in double precision, each as its definition says.
enum ReferenceGradients {
  /// - Parameter shape: the result's.
  static func evaluate(_ op: GradientOp, _ x: [[Double]], _ shapes: [[Int]], _ shape: [Int]) -> [Double] {
    let g = x[0]
    var out = [Double](repeating: 0, count: shape.elements)
    switch op {
    case .convolutionData(let attributes, _):
      ConvolutionTaps(attributes, image: shape, result: shapes[0]).forEach { tap in
        out[tap.image] += g[tap.result] * x[1][tap.filter]
      }
    case .convolutionWeights(let attributes, let slices):
      let (image, images) = (shapes[0].dropFirst().reduce(1, *), shapes[0][0])
      ConvolutionTaps(attributes, image: shapes[0], result: shapes[1]).forEach { tap in
        // The slice in which the image lies.
        let slice = ((tap.image / image + 1) * slices - 1) / images
        out[slice * (shape.elements / slices) + tap.filter] += x[0][tap.image] * x[1][tap.result]
      }
    case .channelSum(let slices):
      let channels = ChannelMap(shapes[0])
      for (slice, part) in BatchSlices(shapes[0], slices).enumerated() {
        for place in part.elements { out[slice * shapes[0][1] + channels[place]] += g[place] }
      }
    case .batchSum: for place in g.indices { out[place % out.count] += g[place] }
    case .pool(let attributes, _): pool(attributes, x, shapes[0], shape, &out)
    case .activation(let activation):
      for place in g.indices { out[place] = g[place] * ReferenceSlope.slope(activation, x[1][place]) }
    case .normalizeSums(let epsilon, let slices, let isRectified):
      let (channels, width) = (ChannelMap(shapes[0]), shapes[0][1])
      for (slice, part) in BatchSlices(shapes[0], slices).enumerated() {
        for place in part.elements {
          let c = 2 * slice * width + channels[place]
          let part =
            isRectified
            ? ReferenceTraining.reaching(g[place], x[1][place], x[2], (x[3], x[4]), channels[place], epsilon) : g[place]
          out[c] += part
          out[c + width] += part * ReferenceTraining.normalised(x[1][place], x[2], channels[place], epsilon)
        }
      }
    case .normalizeData(let epsilon, let isRectified):
      var x = x
      if isRectified {
        let channels = ChannelMap(shapes[0])
        x[0] = g.indices.map {
          ReferenceTraining.reaching(g[$0], x[1][$0], x[3], (x[2], x[5]), channels[$0], epsilon)
        }
      }
      normalizeData(epsilon, x, shapes[0], &out)
    case .standardize(let axis, let epsilon):
      standardize(x[1], g, length: shape.dropFirst(axis).reduce(1, *), Double(epsilon), &out)
    case .extremum(let kind, let place):
      for element in g.indices {
        let values = x.dropFirst().map { $0[element] }
        let extreme = values.dropFirst().reduce(values[0]) { kind == .max ? max($0, $1) : min($0, $1) }
        if values.firstIndex(of: extreme) == place { out[element] = g[element] }
      }
    case .lrn(let attributes): ReferenceSlope.lrn(attributes, x[1], g, shape, &out)
    case .softmax(let axis):
      let inner = shape.dropFirst(axis + 1).reduce(1, *)
      for start in 0..<shape.elements / shape[axis] {
        let row = (0..<shape[axis]).map { (start / inner * shape[axis] + $0) * inner + start % inner }
        let sum = row.reduce(0) { $0 + g[$1] * x[1][$1] }
        for place in row { out[place] = x[1][place] * (g[place] - sum) }
      }
    case .scatter(let rearrangement, _):
      let from = rearrangement.apply(Array(out.indices), of: shape)
      for place in g.indices { out[from[place]] += g[place] }
    case .upscaleBilinear(let scale): upscale(scale, g, shapes[0], shape, &out)
    case .loss(let loss): return ReferenceLoss(loss, x[1], x[2], Array(shapes.dropFirst())).gradient(g)
    }
    return out
  }

  private static func pool(
    _ attributes: PoolAttributes, _ x: [[Double]], _ pooled: [Int], _ image: [Int], _ out: inout [Double]
  ) {
    let (window, stride, padding) = (attributes.window, attributes.stride, attributes.padding)
    for place in x[0].indices {
      let plane = place / (pooled[2] * pooled[3])
      let top = place / pooled[3] % pooled[2] * stride.height - padding.top
      let left = place % pooled[3] * stride.width - padding.left
      let rows = max(top, 0)..<max(max(top, 0), min(top + window.height, image[2]))
      let columns = max(left, 0)..<max(max(left, 0), min(left + window.width, image[3]))
      let pixels = rows.flatMap { y in columns.map { (plane * image[2] + y) * image[3] + $0 } }
      switch attributes.mode {
      case .max: if let first = pixels.first(where: { x[1][$0] == x[2][place] }) { out[first] += x[0][place] }
      case .l2:
        guard x[2][place] > 0 else { continue }
        for pixel in pixels { out[pixel] += x[0][place] * x[1][pixel] / x[2][place] }
      case .averageExcludingPad: for pixel in pixels { out[pixel] += x[0][place] / Double(pixels.count) }
      case .averageIncludingPad:
        let height = min(top + window.height, image[2] + padding.bottom) - top
        let width = min(left + window.width, image[3] + padding.right) - left
        for pixel in pixels { out[pixel] += x[0][place] / Double(height * width) }
      }
    }
  }

  private static func normalizeData(_ epsilon: Float, _ x: [[Double]], _ shape: [Int], _ out: inout [Double]) {
    let channels = ChannelMap(shape)
    let count = Double(out.count / shape[1])
    for place in out.indices {
      let c = channels[place]
      let deviation = (x[3][shape[1] + c] + Double(epsilon)).squareRoot()
      let scaled = ReferenceTraining.normalised(x[1][place], x[3], c, epsilon)
      out[place] = x[2][c] / deviation * (x[0][place] - (x[4][c] + scaled * x[4][shape[1] + c]) / count)
    }
  }

  private static func standardize(
    _ x: [Double], _ g: [Double], length: Int, _ epsilon: Double, _ out: inout [Double]
  ) {
    for start in stride(from: 0, to: x.count, by: length) {
      let row = start..<start + length
      let mean = x[row].reduce(0, +) / Double(length)
      let deviation = (x[row].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(length) + epsilon).squareRoot()
      let sum = g[row].reduce(0, +) / Double(length)
      let product = row.reduce(0) { $0 + g[$1] * (x[$1] - mean) / deviation } / Double(length)
      for place in row { out[place] = (g[place] - sum - (x[place] - mean) / deviation * product) / deviation }
    }
  }

  private static func upscale(
    _ scale: Size2D, _ g: [Double], _ from: [Int], _ shape: [Int], _ out: inout [Double]
  ) {
    /// The two pixels that an interpolated one lies between, and their weights.
    func between(_ i: Int, _ scale: Int, _ size: Int) -> [(Int, Double)] {
      let place = min(max((Double(i) + 0.5) / Double(scale) - 0.5, 0), Double(size - 1))
      let first = Int(place)
      return [(first, 1 - (place - Double(first))), (min(first + 1, size - 1), place - Double(first))]
    }
    for place in g.indices {
      let plane = place / (from[2] * from[3])
      for (y, a) in between(place / from[3] % from[2], scale.height, shape[2]) {
        for (x, b) in between(place % from[3], scale.width, shape[3]) {
          out[(plane * shape[2] + y) * shape[3] + x] += g[place] * a * b
        }
      }
    }
  }
}
