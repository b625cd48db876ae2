import Foundation
import NetIR

/// Numbers with a shape; outside of it there is nothing.
struct NaiveTensor {
  var shape: [Int]
  var values: [Double]

  subscript(_ index: [Int]) -> Double? {
    guard index.count == shape.count, zip(index, shape).allSatisfy({ (0..<$1).contains($0) }) else { return nil }
    return values[zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }]
  }

  /// Every index in C order.
  static func indices(_ shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { prefixes, size in prefixes.flatMap { prefix in (0..<size).map { prefix + [$0] } } }
  }

  static func make(_ shape: [Int], _ value: ([Int]) -> Double) -> NaiveTensor {
    NaiveTensor(shape: shape, values: indices(shape).map(value))
  }
}

/// Every op as its definition says, one number at a time; shares nothing with the C code.
enum NaiveOracle {
  static func evaluate(_ op: GraphOp, _ x: [NaiveTensor], result shape: [Int]) -> NaiveTensor {
    switch op {
    case .input, .constant, .fill: NaiveTensor(shape: shape, values: [])
    // `ReferenceTrainingTests` has the definitions, and finite differences hold the gradients (`GradientTests`).
    case .training, .gradient: NaiveTensor(shape: shape, values: [])
    case .conv2D(let a, let epilogue):
      .make(shape) { i in
        finish(convolution(a, x[0], x[1], i, filters: shape[1]), epilogue, x, i)
      }
    case .dense(let epilogue):
      .make(shape) { i in
        finish((0..<x[0].shape[1]).reduce(0) { $0 + at(x[0], [i[0], $1]) * at(x[1], [i[1], $1]) }, epilogue, x, i)
      }
    case .pool2D(let a): .make(shape) { pool(a, x[0], $0) }
    case .globalPool(let mode):
      .make(shape) { i in
        let pixels = NaiveTensor.indices(Array(x[0].shape.dropFirst(2))).map { at(x[0], i + $0) }
        return switch mode {
        case .mean: pixels.reduce(0, +) / Double(pixels.count)
        case .max: pixels.max() ?? .nan
        case .l2: pixels.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
      }
    case .activation(let activation): .make(shape) { apply(activation, at(x[0], $0)) }
    case .batchNorm(let epsilon):
      .make(shape) { i in
        let c = [i[1]]
        let deviation = (at(x[4], c) + Double(epsilon)).squareRoot()
        return at(x[1], c) * (at(x[0], i) - at(x[3], c)) / deviation + at(x[2], c)
      }
    case .scaleShift(let activation):
      .make(shape) { apply(activation, at(x[0], $0) * at(x[1], [$0[1]]) + at(x[2], [$0[1]])) }
    case .elementwise(let a, let activation):
      .make(shape) { i in
        let values = x.enumerated().map { place, tensor in
          at(tensor, tensor.shape[0] == 1 ? [0] + i.dropFirst() : i)
            * (a.coefficients.isEmpty ? 1 : Double(a.coefficients[place]))
        }
        return apply(activation, combined(a.kind, values))
      }
    case .lrn(let a):
      .make(shape) { i in
        let half = a.size / 2
        let squares = (i[1] - half...i[1] + half).compactMap { x[0][[i[0], $0, i[2], i[3]]] }.map { $0 * $0 }
        return at(x[0], i) / pow(Double(a.k) + Double(a.alpha) * squares.reduce(0, +), Double(a.beta))
      }
    case .softmax(let axis):
      .make(shape) { i in
        let row = (0..<shape[axis]).map { place in
          var other = i
          other[axis] = place
          return exp(at(x[0], other))
        }
        return row[i[axis]] / row.reduce(0, +)
      }
    case .reshape, .dropout, .gaussianNoise, .copy: NaiveTensor(shape: shape, values: x[0].values)
    case .transposedConv2D(let a, let epilogue):
      .make(shape) { i in finish(transposed(a, x[0], x[1], i), epilogue, x, i) }
    case .parametricRectify:
      .make(shape) { i in at(x[0], i) > 0 ? at(x[0], i) : at(x[0], i) * at(x[1], [i[1]]) }
    case .randomizedRectify(let lower, let upper):
      .make(shape) { i in at(x[0], i) > 0 ? at(x[0], i) : at(x[0], i) / ((Double(lower) + Double(upper)) / 2) }
    case .standardize(let axis, let epsilon):
      .make(shape) { i in
        let row = NaiveTensor.indices(Array(shape[axis...])).map { at(x[0], i.prefix(axis) + $0) }
        let mean = row.reduce(0, +) / Double(row.count)
        let variance = row.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(row.count)
        return (at(x[0], i) - mean) / (variance + Double(epsilon)).squareRoot()
      }
    case .interleave(let r):
      .make(shape) { i in
        let phase = i[2] % r.stride.height * r.stride.width + i[3] % r.stride.width
        guard let place = r.phases.firstIndex(of: phase) else { return 0 }
        return at(x[place], [i[0], i[1], i[2] / r.stride.height, i[3] / r.stride.width])
      }
    case .rearrange(let r), .packWeights(let r):
      .make(shape) { i in
        at(
          x[0],
          r.starts.indices.map { place in
            zip(i, r.axes).reduce(r.starts[place]) { $0 + ($1.1.source == place ? $1.0 * $1.1.step : 0) }
          })
      }
    case .upscaleBilinear(let scale): .make(shape) { bilinear(x[0], scale, $0) }
    case .pad(let a): .make(shape) { i in x[0][zip(i, a.before).map { $0 - $1 }] ?? Double(a.value) }
    case .concat(let axis):
      .make(shape) { i in
        var i = i
        var part = 0
        while i[axis] >= x[part].shape[axis] {
          i[axis] -= x[part].shape[axis]
          part += 1
        }
        return at(x[part], i)
      }
    case .normScale(let epsilon):
      .make(shape) { at(x[0], $0) / (at(x[1], $0) + Double(epsilon)).squareRoot() }
    case .normShift: .make(shape) { at(x[0], $0) - at(x[1], $0) * at(x[2], $0) }
    case .scaleRows: .make(shape) { at(x[0], $0) * at(x[1], [$0[0]]) }
    case .scaleBias: .make(shape) { at(x[0], $0) * at(x[1], $0) + at(x[2], $0) }
    }
  }

  static func at(_ tensor: NaiveTensor, _ index: [Int]) -> Double { tensor[index] ?? .nan }

  private static func finish(_ sum: Double, _ epilogue: Epilogue, _ x: [NaiveTensor], _ i: [Int]) -> Double {
    let bias = epilogue.bias ? at(x[2], [i[1]]) : 0
    let residual = epilogue.residual ? at(x[x.count - 1], i) : 0
    return apply(epilogue.activation, sum + bias + residual)
  }

  private static func convolution(
    _ a: ConvolutionAttributes, _ x: NaiveTensor, _ w: NaiveTensor, _ i: [Int], filters: Int
  ) -> Double {
    let first = i[1] / (filters / a.groups) * w.shape[1]
    return NaiveTensor.indices(Array(w.shape.dropFirst())).reduce(0) { sum, tap in
      let y = i[2] * a.stride.height - a.padding.top + tap[1] * a.dilation.height
      let column = i[3] * a.stride.width - a.padding.left + tap[2] * a.dilation.width
      return sum + at(w, [i[1]] + tap) * (x[[i[0], first + tap[0], y, column]] ?? 0)
    }
  }

  private static func transposed(
    _ a: TransposedConvolutionAttributes, _ x: NaiveTensor, _ w: NaiveTensor, _ i: [Int]
  ) -> Double {
    NaiveTensor.indices(Array(w.shape.dropFirst())).reduce(0) { sum, tap in
      let y = i[2] + a.crop.height - tap[1]
      let column = i[3] + a.crop.width - tap[2]
      guard y % a.stride.height == 0, column % a.stride.width == 0 else { return sum }
      return sum + at(w, [i[1]] + tap) * (x[[i[0], tap[0], y / a.stride.height, column / a.stride.width]] ?? 0)
    }
  }

  /// The tent function of each pixel, wide as the distance between pixels, edges repeated.
  private static func bilinear(_ x: NaiveTensor, _ scale: Size2D, _ i: [Int]) -> Double {
    func weight(_ pixel: Int, _ output: Int, _ scale: Int, _ size: Int) -> Double {
      let place = (Double(output) + 0.5) / Double(scale) - 0.5
      let inside = min(max(place, 0), Double(size - 1))
      return max(0, 1 - abs(inside - Double(pixel)))
    }
    return NaiveTensor.indices(Array(x.shape.suffix(2))).reduce(0) { sum, pixel in
      sum + at(x, [i[0], i[1]] + pixel) * weight(pixel[0], i[2], scale.height, x.shape[2])
        * weight(pixel[1], i[3], scale.width, x.shape[3])
    }
  }

  private static func pool(_ a: PoolAttributes, _ x: NaiveTensor, _ i: [Int]) -> Double {
    var pixels: [Double] = []
    var places = 0
    for tap in NaiveTensor.indices([a.window.height, a.window.width]) {
      let y = i[2] * a.stride.height - a.padding.top + tap[0]
      let column = i[3] * a.stride.width - a.padding.left + tap[1]
      if y < x.shape[2] + a.padding.bottom, column < x.shape[3] + a.padding.right { places += 1 }
      if let pixel = x[[i[0], i[1], y, column]] { pixels.append(pixel) }
    }
    let sum = pixels.reduce(0, +)
    return switch a.mode {
    case .max: pixels.max() ?? .nan
    case .averageExcludingPad: sum / Double(pixels.count)
    case .averageIncludingPad: sum / Double(places)
    case .l2: pixels.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
  }

  private static func combined(_ kind: ElementwiseKind, _ values: [Double]) -> Double {
    switch kind {
    case .sum: values.reduce(0, +)
    case .mul: values.reduce(1, *)
    case .max: values.max() ?? .nan
    case .min: values.min() ?? .nan
    case .mean: values.reduce(0, +) / Double(values.count)
    }
  }

  static func apply(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .linear: x
    case .rectify: max(0, x)
    case .leakyRectify(let leakiness): x > 0 ? x : Double(leakiness) * x
    case .elu: x > 0 ? x : exp(x) - 1
    case .selu: 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (exp(x) - 1))
    case .softplus: log(1 + exp(x))
    case .sigmoid: 1 / (1 + exp(-x))
    case .tanh: tanh(x)
    case .scaledTanh(let scaleIn, let scaleOut): Double(scaleOut) * tanh(Double(scaleIn) * x)
    case .swish: x / (1 + exp(-x))
    case .hardSwish: x * min(max(x + 3, 0), 6) / 6
    case .clip(let least, let most): min(max(x, Double(least)), Double(most))
    case .gelu: x * (1 + erf(x / 2.0.squareRoot())) / 2
    }
  }
}
