import CKernels
import Foundation
import Testing

extension Kernels {
  /// Gradients of pooling, of local response normalisation, of what moves elements.
  @Suite struct TrainingImageTests {
    /// Values that stand more than once, so that the first of equal ones is asked for.
    @Test(arguments: Row.of(CK_OP_POOL2D_GRADIENT), PoolCase.all)
    func pool(row: Row, t: PoolCase) {
      let p = t.geometry
      let shape = [t.n, t.c, t.h, t.w]
      let pooled = [t.n, t.c, p.oh, p.ow]
      // Halves of whole numbers are bf16 numbers, too.
      let image = noise(shape.reduce(1, *), 1).map { ($0 * 6).rounded() / (row.storage == CK_BF16 ? 2 : 6) }
      let gradients = row.storage.rounded(noise(pooled.reduce(1, *), 2))
      for (mode, block) in PoolTests.modes.flatMap({ mode in [1, row.block].map { (mode, $0) } }) {
        let result = row.storage.rounded(Oracle.pool(p, doubles(image), mode).map(Float.init))
        let want = unpool(p, doubles(gradients), doubles(image), doubles(result), mode)
        let g = Tensor(pooled, gradients, block: block, halo: t.outHalo, gap: t.gap, storage: row.storage)
        let x = Tensor(shape, image, block: block, gap: t.gap, storage: row.storage)
        let y = Tensor(pooled, result, block: block, gap: t.gap, storage: row.storage)
        let out = Tensor(shape, block: block, halo: t.outHalo, gap: t.gap, storage: row.storage)
        let args = ck_pool2d_gradient_args(
          g: g.c, x: x.c, y: y.c, out: out.c, kernel_h: Int64(p.kh), kernel_w: Int64(p.kw), stride_h: Int64(p.sh),
          stride_w: Int64(p.sw), pad_top: Int64(p.pt), pad_left: Int64(p.pl), pad_bottom: Int64(p.pb),
          pad_right: Int64(p.pr), mode: Int32(mode.rawValue))
        checkUnits(row, args, out, want)
      }
    }

    private func unpool(_ p: Oracle.Pool, _ g: [Double], _ x: [Double], _ y: [Double], _ mode: ck_pool_mode)
      -> [Double]
    {
      var out = [Double](repeating: 0, count: x.count)
      for place in g.indices {
        let plane = place / (p.oh * p.ow)
        let (top, left) = (place / p.ow % p.oh * p.sh - p.pt, place % p.ow * p.sw - p.pl)
        var real: [Int] = []
        var padded = 0.0
        for iy in top..<top + p.kh {
          for ix in left..<left + p.kw where iy < p.h + p.pb && ix < p.w + p.pr {
            padded += 1
            if iy >= 0 && iy < p.h && ix >= 0 && ix < p.w { real.append((plane * p.h + iy) * p.w + ix) }
          }
        }
        switch mode {
        case CK_POOL_MAX: if let first = real.first(where: { x[$0] == y[place] }) { out[first] += g[place] }
        case CK_POOL_L2: for pixel in real where y[place] > 0 { out[pixel] += g[place] * x[pixel] / y[place] }
        case CK_POOL_AVERAGE_EXC_PAD: for pixel in real { out[pixel] += g[place] / Double(real.count) }
        default: for pixel in real { out[pixel] += g[place] / padded }
        }
      }
      return out
    }

    @Test(arguments: Row.of(CK_OP_LRN_GRADIENT), LRNCase.all.filter { $0.window % 2 == 1 })
    func lrn(row: Row, t: LRNCase) {
      let count = t.shape.reduce(1, *)
      let (values, gradients) = (noise(count, 1).map { $0 * 3 }, noise(count, 2))
      let want = unnormalise(t, doubles(gradients), doubles(values))
      for (block, halo) in [(1, 0), (row.block, 0), (row.block, 2), (1, 1)] {
        let g = Tensor(t.shape, gradients, block: block, halo: .all(halo), gap: halo)
        let x = Tensor(t.shape, values, block: block, gap: halo)
        let out = Tensor(t.shape, block: block, halo: Halo(top: halo, bottom: 1, left: halo, right: 2))
        let args = ck_lrn_gradient_args(
          g: g.c, x: x.c, out: out.c, n: Int64(t.window), alpha: t.alpha, beta: t.beta, k: t.k)
        checkUnits(row, args, out, want)
      }
    }

    /// By the product rule, from every channel to every other one in reach.
    private func unnormalise(_ t: LRNCase, _ g: [Double], _ x: [Double]) -> [Double] {
      let (channels, pixels, reach) = (t.shape[1], t.shape[2] * t.shape[3], t.window / 2)
      let (alpha, beta) = (Double(t.alpha), Double(t.beta))
      var out = [Double](repeating: 0, count: x.count)
      for place in x.indices {
        let c = place / pixels % channels
        let near = max(0, c - reach)...min(channels - 1, c + reach)
        func at(_ channel: Int) -> Int { place + (channel - c) * pixels }
        let base = near.reduce(Double(t.k)) { $0 + alpha * x[at($1)] * x[at($1)] }
        out[place] += g[place] * pow(base, -beta)
        for channel in near {
          out[at(channel)] -= 2 * alpha * beta * g[place] * x[place] * x[at(channel)] * pow(base, -beta - 1)
        }
      }
      return out
    }

    @Test(
      arguments: Row.of(CK_OP_SOFTMAX_GRADIENT),
      [[1, 1, 1], [3, 10, 1], [2, 16, 1], [2, 1000, 1], [2, 33, 1], [2, 5, 7], [1, 21, 16], [2, 3, 37]])
    func softmax(row: Row, shape: [Int]) {
      let count = shape.reduce(1, *)
      let (gradients, values) = (noise(count, 1), noise(count, 2))
      let want = (0..<count).map { place in
        let first = place / (shape[1] * shape[2]) * shape[1] * shape[2] + place % shape[2]
        let sum = (0..<shape[1]).reduce(0) {
          $0 + Double(gradients[first + $1 * shape[2]]) * Double(values[first + $1 * shape[2]])
        }
        return Double(values[place]) * (Double(gradients[place]) - sum)
      }
      let (g, y, out) = (Guarded(gradients), Guarded(values), Guarded(count))
      var args = ck_softmax_gradient_args(
        g: g.data, y: y.data, out: out.data, outer: Int64(shape[0]), classes: Int64(shape[1]), inner: Int64(shape[2]))
      checkUnits(row, args, out, want)
      for place in [g, y] {
        (args.g, args.y, args.out) = (UnsafePointer(g.data), UnsafePointer(y.data), place.data)
        row.run(args)
        #expect(place.bits == out.bits)
        place.write(place === g ? gradients : values)
      }
    }

    @Test(
      arguments: Row.of(CK_OP_STANDARDIZE_GRADIENT),
      [[1, 2], [3, 2], [2, 16], [5, 33], [2, 64], [1, 5000], [3, 147]])
    func standardize(row: Row, shape: [Int]) {
      let (gradients, values) = (noise(shape[0] * shape[1], 1), noise(shape[0] * shape[1], 2).map { $0 + 2 })
      let want = stride(from: 0, to: values.count, by: shape[1]).flatMap { start -> [Double] in
        let (x, g) = (
          doubles(Array(values[start..<start + shape[1]])), doubles(Array(gradients[start..<start + shape[1]]))
        )
        let count = Double(x.count)
        let mean = x.reduce(0, +) / count
        let squares = x.map { ($0 - mean) * ($0 - mean) }
        let root = (squares.reduce(0, +) / count + 0.01).squareRoot()
        let scaled = x.map { ($0 - mean) / root }
        let level = g.reduce(0, +) / count
        let products = zip(g, scaled).map { $0 * $1 }
        let slope = products.reduce(0, +) / count
        return x.indices.map { i -> Double in
          let rest: Double = g[i] - level - scaled[i] * slope
          return rest / root
        }
      }
      let (g, x, out) = (Guarded(gradients), Guarded(values), Guarded(values.count))
      let args = ck_standardize_gradient_args(
        g: g.data, x: x.data, out: out.data, rows: Int64(shape[0]), length: Int64(shape[1]), epsilon: 0.01)
      checkUnits(row, args, out, want, tolerance: 3e-5)
    }

    /// Along one parted axis every third index, backwards; behind it overlapping windows that are repeated.
    @Test(arguments: Row.of(CK_OP_SCATTER))
    func scatter(row: Row) {
      let (examples, windows, taps, repeats) = (3, 4, 3, 2)
      let (outer, inner) = (10, 9)
      let values = noise(examples * windows * taps * repeats, 1)
      var want = [Double](repeating: 0, count: outer * inner)
      for (place, value) in values.enumerated() {
        let i = Oracle.indices(place, [examples, windows, taps, repeats])
        let (row, column) = (8 - 3 * i[0], 2 * i[1] + i[2])
        want[row * inner + column] += Double(value)
      }
      let (input, out) = (Guarded(values), Guarded(want.count))
      var args = ck_scatter_args()
      (args.in, args.out, args.parted, args.inner) = (UnsafePointer(input.data), out.data, 1, Int64(inner))
      args.out_counts.0 = Int64(outer)
      (args.starts.0, args.steps.0, args.counts.0) = (8, -3, Int64(examples))
      args.in_strides.0 = Int64(windows * taps * repeats)
      (args.rank, args.offset) = (3, 0)
      (args.rest_counts.0, args.from.0, args.to.0) = (Int64(windows), Int64(taps * repeats), 2)
      (args.rest_counts.1, args.from.1, args.to.1) = (Int64(taps), Int64(repeats), 1)
      (args.rest_counts.2, args.from.2, args.to.2) = (Int64(repeats), 1, 0)
      checkUnits(row, args, out, want)
    }

    /// Against the forward kernel: ⟨upscale(x), g⟩ = ⟨x, gradient(g)⟩ for unit vectors x.
    @Test(arguments: Row.of(CK_OP_UPSCALE_BILINEAR_GRADIENT), [[1, 1, 1, 2, 2], [2, 3, 4, 2, 3], [1, 5, 1, 1, 4]])
    func upscaleBilinear(row: Row, sizes: [Int]) throws {
      let (planes, h, w, sh, sw) = (sizes[0], sizes[1], sizes[2], sizes[3], sizes[4])
      let gradients = noise(planes * h * w * sh * sw, 1)
      let forward = try #require(Row.of(CK_OP_UPSCALE_BILINEAR).first)
      let want = (0..<planes * h * w).map { place in
        let (x, y) = (Guarded((0..<planes * h * w).map { $0 == place ? 1 : 0 }), Guarded(gradients.count))
        forward.run(
          ck_upscale_bilinear_args(
            in: x.data, out: y.data, planes: Int64(planes), h: Int64(h), w: Int64(w), scale_h: Int64(sh),
            scale_w: Int64(sw)))
        return zip(y.values, gradients).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      }
      let (input, out) = (Guarded(gradients), Guarded(want.count))
      let args = ck_upscale_bilinear_gradient_args(
        in: input.data, out: out.data, planes: Int64(planes), h: Int64(h), w: Int64(w), scale_h: Int64(sh),
        scale_w: Int64(sw))
      checkUnits(row, args, out, want)
    }
  }
}
