import CKernels
import Foundation

/// Textbook loops in double precision on C-order arrays, independent of all C code.
enum Oracle {
  struct Conv {
    var n, c, h, w, f, oh, ow, kh, kw: Int
    var sh = 1, sw = 1, dh = 1, dw = 1, pt = 0, pl = 0, groups = 1
  }

  static func conv(_ p: Conv, _ input: [Double], _ weights: [Double], _ bias: [Double]?) -> [Double] {
    var out = [Double](repeating: 0, count: p.n * p.f * p.oh * p.ow)
    let inputs = p.c / p.groups
    let outputs = p.f / p.groups
    input.withUnsafeBufferPointer { input in
      weights.withUnsafeBufferPointer { weights in
        for n in 0..<p.n {
          for f in 0..<p.f {
            for y in 0..<p.oh {
              for x in 0..<p.ow {
                var sum = bias?[f] ?? 0
                for c in 0..<inputs {
                  for ky in 0..<p.kh {
                    for kx in 0..<p.kw {
                      let iy = y * p.sh - p.pt + ky * p.dh
                      let ix = x * p.sw - p.pl + kx * p.dw
                      if iy < 0 || iy >= p.h || ix < 0 || ix >= p.w { continue }
                      let channel = f / outputs * inputs + c
                      sum +=
                        weights[((f * inputs + c) * p.kh + ky) * p.kw + kx]
                        * input[((n * p.c + channel) * p.h + iy) * p.w + ix]
                    }
                  }
                }
                out[((n * p.f + f) * p.oh + y) * p.ow + x] = sum
              }
            }
          }
        }
      }
    }
    return out
  }

  static func dense(_ rows: Int, _ inputs: Int, _ units: Int, _ x: [Double], _ w: [Double], _ b: [Double]?) -> [Double]
  {
    var out: [Double] = []
    for r in 0..<rows {
      for u in 0..<units {
        var sum = b?[u] ?? 0
        for i in 0..<inputs { sum += w[u * inputs + i] * x[r * inputs + i] }
        out.append(sum)
      }
    }
    return out
  }

  struct Pool {
    var n, c, h, w, oh, ow, kh, kw, sh, sw: Int
    var pt = 0, pl = 0, pb = 0, pr = 0
  }

  static func pool(_ p: Pool, _ input: [Double], _ mode: ck_pool_mode) -> [Double] {
    var out: [Double] = []
    for plane in 0..<p.n * p.c {
      for y in 0..<p.oh {
        for x in 0..<p.ow {
          var real: [Double] = []
          var padded = 0.0
          for iy in y * p.sh - p.pt..<y * p.sh - p.pt + p.kh {
            for ix in x * p.sw - p.pl..<x * p.sw - p.pl + p.kw where iy < p.h + p.pb && ix < p.w + p.pr {
              padded += 1
              if iy >= 0 && iy < p.h && ix >= 0 && ix < p.w { real.append(input[(plane * p.h + iy) * p.w + ix]) }
            }
          }
          switch mode {
          case _ where real.isEmpty: out.append(0)
          case CK_POOL_MAX: out.append((real.max() ?? .nan))
          case CK_POOL_AVERAGE_EXC_PAD: out.append(real.reduce(0, +) / Double(real.count))
          case CK_POOL_AVERAGE_INC_PAD: out.append(real.reduce(0, +) / padded)
          default: out.append(real.reduce(0) { $0 + $1 * $1 }.squareRoot())
          }
        }
      }
    }
    return out
  }

  static func globalPool(_ planes: Int, _ pixels: Int, _ input: [Double], _ mode: ck_global_mode) -> [Double] {
    (0..<planes).map { plane in
      let values = input[plane * pixels..<(plane + 1) * pixels]
      switch mode {
      case CK_GLOBAL_MEAN: return values.reduce(0, +) / Double(pixels)
      case CK_GLOBAL_MAX: return (values.max() ?? .nan)
      default: return values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
    }
  }

  static func activate(_ x: Double, _ a: ck_activation) -> Double {
    let sigmoid = 1 / (1 + exp(-x))
    switch ck_activation_kind(UInt32(a.kind)) {
    case CK_RECTIFY: return max(x, 0)
    case CK_LEAKY_RECTIFY: return x > 0 ? x : Double(a.p0) * x
    case CK_ELU: return x > 0 ? x : expm1(x)
    case CK_SELU: return 1.0507009873554804934 * (x > 0 ? x : 1.6732632423543772848 * expm1(x))
    case CK_SOFTPLUS: return x > 30 ? x + exp(-x) : log1p(exp(x))
    case CK_SIGMOID: return sigmoid
    case CK_TANH: return tanh(x)
    case CK_SCALED_TANH: return Double(a.p1) * tanh(Double(a.p0) * x)
    case CK_SWISH: return x * sigmoid
    case CK_HARD_SWISH: return x * min(max(x + 3, 0), 6) / 6
    case CK_CLIP: return min(max(x, Double(a.p0)), Double(a.p1))
    case CK_GELU: return 0.5 * x * erfc(-x * 0.5.squareRoot())
    default: return x
    }
  }

  static func activate(_ x: [Double], _ a: ck_activation) -> [Double] { x.map { activate($0, a) } }

  static func lrn(
    _ shape: [Int], _ x: [Double], window: Int, alpha: Double, beta: Double, k: Double
  ) -> [Double] {
    let pixels = shape[2] * shape[3]
    return x.indices.map { at in
      let channel = at / pixels % shape[1]
      var sum = 0.0
      for j in -((window - 1) / 2)...window / 2 where channel + j >= 0 && channel + j < shape[1] {
        sum += x[at + j * pixels] * x[at + j * pixels]
      }
      return x[at] / pow(k + alpha * sum, beta)
    }
  }

  static func softmax(_ outer: Int, _ classes: Int, _ inner: Int, _ x: [Double]) -> [Double] {
    var out = x
    for o in 0..<outer {
      for i in 0..<inner {
        let places = (0..<classes).map { (o * classes + $0) * inner + i }
        let most = (places.map { x[$0] }.max() ?? .nan)
        let sum = places.reduce(0) { $0 + exp(x[$1] - most) }
        for p in places { out[p] = exp(x[p] - most) / sum }
      }
    }
    return out
  }

  /// The index of each axis of the `at`-th element in C order.
  static func indices(_ at: Int, _ shape: [Int]) -> [Int] {
    var rest = at
    var result = shape
    for d in shape.indices.reversed() {
      result[d] = rest % shape[d]
      rest /= shape[d]
    }
    return result
  }

  static func pad<T>(_ x: [T], _ shape: [Int], _ before: [Int], _ after: [Int], _ value: T) -> [T] {
    let outShape = shape.indices.map { before[$0] + shape[$0] + after[$0] }
    return (0..<outShape.reduce(1, *)).map { at in
      var from = 0
      for (d, i) in indices(at, outShape).enumerated() {
        if i < before[d] || i >= before[d] + shape[d] { return value }
        from = from * shape[d] + i - before[d]
      }
      return x[from]
    }
  }

  static func concat<T>(_ inputs: [([Int], [T])], axis: Int) -> ([Int], [T]) {
    var shape = inputs[0].0
    shape[axis] = inputs.reduce(0) { $0 + $1.0[axis] }
    let values = (0..<shape.reduce(1, *)).map { at in
      var index = indices(at, shape)
      var k = 0
      while index[axis] >= inputs[k].0[axis] {
        index[axis] -= inputs[k].0[axis]
        k += 1
      }
      return inputs[k].1[zip(index, inputs[k].0).reduce(0) { $0 * $1.1 + $1.0 }]
    }
    return (shape, values)
  }
}

extension ck_activation {
  init(_ kind: ck_activation_kind, _ p0: Float = 0, _ p1: Float = 0) {
    self.init(kind: Int32(kind.rawValue), p0: p0, p1: p1)
  }

  static let linear = ck_activation(CK_LINEAR)

  /// One of each kind.
  static let each: [ck_activation] = [
    .linear, .init(CK_RECTIFY), .init(CK_LEAKY_RECTIFY, 0.3), .init(CK_ELU), .init(CK_SELU), .init(CK_SOFTPLUS),
    .init(CK_SIGMOID), .init(CK_TANH), .init(CK_SCALED_TANH, 2.0 / 3, 1.7159), .init(CK_SWISH),
    .init(CK_HARD_SWISH), .init(CK_GELU), .init(CK_CLIP, -0.4, 1.3),
  ]
}
