import NetIR

extension CKernel {
  /// The function for an op; nil where C has none: what only training has, and what a network for inference has left
  /// behind.
  ///
  /// - Parameters:
  ///   - operands: their shapes.
  ///   - result: the result's shape.
  init?(_ op: GraphOp, _ operands: [[Int]], result: [Int]) {
    let x = operands.first ?? []
    switch op {
    case .conv2D(let attributes, let epilogue):
      self = CConvolution(attributes, epilogue, x, result: result).kernel()
    case .dense(let epilogue): self = .dense(epilogue, x, units: result[1])
    case .pool2D(let attributes): self = .pool(attributes, x, result)
    case .globalPool(let mode): self = .globalPool(mode, x)
    case .activation(let activation): self = .activation(activation, result)
    case .scaleShift(let activation): self = .scaleShift(activation, result)
    case .parametricRectify: self = .parametricRectify(result)
    case .standardize(let axis, let epsilon): self = .standardize(axis: axis, epsilon, result)
    case .elementwise(let attributes, let activation): self = .elementwise(attributes, activation, operands)
    case .lrn(let attributes): self = .lrn(attributes, result)
    case .softmax(let axis): self = .softmax(axis: axis, result)
    case .pad(let attributes): self = .pad(attributes, x, result)
    case .rearrange(let rearrangement): self = .rearrange(rearrangement, of: x)
    case .upscaleBilinear(let scale): self = .upscale(scale, x)
    // Those that show memory under another shape, and those that passes have taken out.
    case .input, .constant, .fill, .reshape, .concat, .copy, .dropout, .gaussianNoise, .randomizedRectify,
      .batchNorm, .transposedConv2D, .interleave, .packWeights, .normScale, .normShift, .scaleRows, .scaleBias,
      .training, .gradient:
      return nil
    }
  }
}
