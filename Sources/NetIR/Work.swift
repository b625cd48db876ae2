/// The arithmetic that an op costs, for one batch.
package struct Work: Hashable, Sendable {
  /// Multiply-accumulates of convolutions and dense layers, without bias.
  package var macs = 0
  /// 2·MACs, plus one for each bias added, activation evaluated, element combined or normalised term,
  /// and pooled input: the formulas stand beside each op below.
  package var flops = 0

  package init(macs: Int = 0, flops: Int = 0) {
    self.macs = macs
    self.flops = flops
  }

  package static func + (a: Work, b: Work) -> Work { Work(macs: a.macs + b.macs, flops: a.flops + b.flops) }
}

extension GraphOp {
  /// What the op costs, from its operands' shapes and its result's.
  package func work(_ operands: [[Int]], result: [Int]) -> Work {
    let outputs = result.elements
    switch self {
    case .conv2D(_, let epilogue), .dense(let epilogue):
      // Every output is a sum over one filter: channels/groups·kh·kw, or the inputs of a dense layer.
      let outputs = epilogue.unpooled(result).elements
      let macs = outputs * operands[1].dropFirst().reduce(1, *)
      return Work(macs: macs, flops: 2 * macs + epilogue.flopsPerOutput * outputs)
    case .transposedConv2D(_, let epilogue):
      // Every pixel of the input meets every filter once, also where the result is cropped.
      let macs = operands[0].elements * operands[1][0] * operands[1].dropFirst(2).reduce(1, *)
      return Work(macs: macs, flops: 2 * macs + epilogue.flopsPerOutput * outputs)
    case .pool2D(let attributes):
      return Work(flops: outputs * attributes.window.height * attributes.window.width)
    case .globalPool:
      return Work(flops: operands[0].elements)
    case .activation(let activation):
      return Work(flops: activation == .linear ? 0 : outputs)
    case .batchNorm:
      // At inference the four vectors are two: one multiplication, one addition.
      return Work(flops: 2 * outputs)
    case .scaleShift(let activation):
      return Work(flops: (activation == .linear ? 2 : 3) * outputs)
    case .elementwise(let attributes, let activation):
      let scaled = attributes.coefficients.count { $0 != 1 }
      return Work(flops: (operands.count - 1 + scaled + (activation == .linear ? 0 : 1)) * outputs)
    case .lrn(let attributes):
      // A square and an addition per neighbour, then scale, shift, power and product.
      return Work(flops: (2 * attributes.size + 4) * outputs)
    case .parametricRectify:
      // The comparison and the product.
      return Work(flops: 2 * outputs)
    case .randomizedRectify:
      return Work(flops: outputs)
    case .standardize:
      // A sum; a difference, a square and a sum; a product.
      return Work(flops: 5 * outputs)
    case .upscaleBilinear:
      // Three interpolations of a product, a product and a sum.
      return Work(flops: 9 * outputs)
    case .softmax:
      // Maximum, difference, exponential, sum, quotient.
      return Work(flops: 5 * outputs)
    case .input, .constant, .fill, .reshape, .pad, .concat, .rearrange, .interleave, .copy, .packWeights:
      return Work()
    case .dropout, .gaussianNoise: return Work()
    case .normScale, .normShift, .scaleRows, .scaleBias: return Work()
    case .training(let op): return op.work(operands, result: result)
    case .gradient(let op): return op.work(operands, result: result)
    }
  }
}

extension Epilogue {
  fileprivate var flopsPerOutput: Int {
    (bias ? 1 : 0) + (residual ? 1 : 0) + (activation == .linear ? 0 : 1) + (pool == nil ? 0 : 1)
  }
}
