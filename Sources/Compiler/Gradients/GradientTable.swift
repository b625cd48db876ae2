import NetIR

extension GradientStep {
  /// The table of gradients: what stands for the derivative with regard to operand `place`, made of g and of what
  /// the forward pass has.
  ///
  /// - Returns: nil for operands that are no quantities: targets, keys, statistics that are state.
  mutating func gradient(_ place: Int) throws -> ValueID? {
    switch node.op {
    case .input, .constant, .fill: return nil
    case .conv2D(let attributes, let epilogue): return try convolution(attributes, epilogue, place)
    case .transposedConv2D(let attributes, let epilogue): return try transposedConvolution(attributes, epilogue, place)
    case .dense(let epilogue): return try dense(epilogue, place)
    case .pool2D(let attributes):
      return try pool(attributes, shape(0), result, g)
    case .globalPool(let mode): return try globalPool(mode)
    case .activation(let activation): return try slope(activation)
    case .batchNorm(let epsilon): return try batchNorm(epsilon, place)
    case .scaleShift(let activation):
      guard activation == .linear else { throw fused }
      return try scaleShift(place)
    case .parametricRectify: return try parametricRectify(place)
    case .standardize(let axis, let epsilon):
      return try addGradient(.standardize(axis: axis, epsilon: epsilon), [g, operand(0)])
    case .elementwise(let attributes, let activation):
      guard activation == .linear else { throw fused }
      return try elementwise(attributes, place)
    case .lrn(let attributes): return try addGradient(.lrn(attributes), [g, operand(0)])
    case .softmax(let axis): return try addGradient(.softmax(axis: axis), [g, result])
    case .reshape: return try reshaped(g, shape(0))
    case .pad(let attributes): return try cut(attributes.before, shape(0))
    case .concat(let axis): return try part(axis, place)
    case .rearrange(let rearrangement): return try scattered(rearrangement)
    case .interleave(let interleaving): return try add(.rearrange(interleaving.part(place, of: node.shape)), [g])
    case .upscaleBilinear(let scale): return try addGradient(.upscaleBilinear(scale), [g])
    case .copy: return g
    case .packWeights: throw problem("weights are packed after differentiation")
    case .dropout, .gaussianNoise, .randomizedRectify:
      throw problem("it stands for what happens at inference; a training graph has its random form")
    case .normScale, .normShift, .scaleRows, .scaleBias:
      throw problem("it computes constants from parameters, once, when a network is compiled for inference")
    case .training(let op): return try training(op, place)
    case .gradient: throw problem("gradients are not differentiated again")
    }
  }

  private mutating func training(_ op: TrainingOp, _ place: Int) throws -> ValueID? {
    switch op {
    // The gradient of `normalize` accounts for its moments.
    case .moments, .joinMoments: throw problem("more than a normalisation reads it")
    case .normalize(let epsilon, let activation):
      guard activation == .linear else { throw fused }
      let (x, gamma, moments) = (operand(0), operand(1), operand(3))
      guard graph[moments].op == .training(.moments()), graph[moments].operands == [x] else {
        throw problem("the moments are not those of what it normalises")
      }
      return try normalize(epsilon, x, gamma, moments, place)
    case .drop(let probability, let shared, let stream):
      return place == 0
        ? try add(.training(.drop(probability: probability, sharedAxes: shared, stream: stream)), [g, operand(1)]) : nil
    case .noise: return place == 0 ? g : nil
    case .randomSlopes(let lower, let upper, let stream):
      // x and y are the same value: the slope is y's, and where x is 0 nothing depends on x alone.
      guard operand(0) == operand(1) else { throw problem("its operands differ") }
      return place == 0
        ? try add(
          .training(.randomSlopes(lower: lower, upper: upper, stream: stream)), [operand(0), g, operand(2)]) : nil
    case .function(let function): return try slope(function)
    case .loss(let loss): return place == 0 ? try addGradient(.loss(loss), [g, operand(0), operand(1)]) : nil
    }
  }

  /// Fusion comes after differentiation: a fused nonlinearity would hide what its gradient reads.
  var fused: GradientProblem { problem("it is fused already") }
}
