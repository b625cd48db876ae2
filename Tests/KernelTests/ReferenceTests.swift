import CKernels
import Testing

/// The C reference against the Swift oracle: both in double precision, written apart.
extension Kernels {
  @Suite struct ReferenceTests {
    static let tolerance = 1e-12

    func run(_ count: Int, _ body: (UnsafeMutablePointer<Double>) -> Void) -> [Double] {
      var out = [Double](repeating: .nan, count: count)
      out.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { body(base) } }
      return out
    }

    @Test(arguments: ConvCase.direct + ConvCase.depthwise)
    func conv2d(t: ConvCase) {
      let g = t.geometry
      let x = doubles(noise(t.n * t.c * t.h * t.w, 1))
      let w = doubles(noise(t.f * t.c / t.groups * g.kh * g.kw, 2))
      let bias = t.bias ? doubles(noise(t.f, 3)) : nil
      let got = run(t.n * t.f * g.oh * g.ow) {
        ckr_conv2d(
          x, w, bias, $0, Int64(t.n), Int64(t.c), Int64(t.h), Int64(t.w), Int64(t.f), Int64(g.oh), Int64(g.ow),
          Int64(g.kh), Int64(g.kw), Int64(g.sh), Int64(g.sw), Int64(g.dh), Int64(g.dw), Int64(g.pt), Int64(g.pl),
          Int64(g.groups))
      }
      expectClose(got, Oracle.conv(g, x, w, bias), tolerance: Self.tolerance)
    }

    /// A transposed convolution is the adjoint: ⟨conv(x), y⟩ = ⟨x, transposed(y)⟩ for all x and y.
    @Test(arguments: [(3, 1, 0), (2, 2, 0), (4, 2, 1), (3, 2, 1), (5, 3, 2)])
    func transposedConv2d(k: Int, s: Int, crop: Int) {
      let (n, c, f, h) = (2, 3, 4, 5)
      // The size that a convolution with this padding maps to h without a rest.
      let big = (h - 1) * s + k - 2 * crop
      let y = doubles(noise(n * c * h * h, 1))
      let x = doubles(noise(n * f * big * big, 2))
      let w = doubles(noise(f * c * k * k, 3))
      let up = run(x.count) {
        ckr_transposed_conv2d(
          y, w, nil, $0, Int64(n), Int64(c), Int64(h), Int64(h), Int64(f), Int64(big), Int64(big), Int64(k), Int64(k),
          Int64(s), Int64(s), Int64(crop), Int64(crop))
      }
      // The convolution reads f channels and gives c: its filters are the transposed ones.
      let swapped = (0..<c * f * k * k).map { at in
        let (tap, filter, channel) = (at % (k * k), at / (k * k) % f, at / (k * k) / f)
        return w[(filter * c + channel) * k * k + tap]
      }
      let down = run(y.count) {
        ckr_conv2d(
          x, swapped, nil, $0, Int64(n), Int64(f), Int64(big), Int64(big), Int64(c), Int64(h), Int64(h), Int64(k),
          Int64(k), Int64(s), Int64(s), 1, 1, Int64(crop), Int64(crop), 1)
      }
      let (left, right) = (zip(up, x).reduce(0) { $0 + $1.0 * $1.1 }, zip(down, y).reduce(0) { $0 + $1.0 * $1.1 })
      #expect(abs(left - right) <= 1e-10 * abs(left))
    }

    @Test(arguments: DenseCase.all)
    func dense(t: DenseCase) {
      let x = doubles(noise(t.rows * t.inputs, 1))
      let w = doubles(noise(t.units * t.inputs, 2))
      let bias = t.bias ? doubles(noise(t.units, 3)) : nil
      let got = run(t.rows * t.units) { ckr_dense(x, w, bias, $0, Int64(t.rows), Int64(t.inputs), Int64(t.units)) }
      expectClose(got, Oracle.dense(t.rows, t.inputs, t.units, x, w, bias), tolerance: Self.tolerance)
    }

    @Test(arguments: PoolCase.all, PoolTests.modes.map(\.rawValue))
    func pool2d(t: PoolCase, mode: UInt32) {
      let g = t.geometry
      let x = doubles(noise(t.n * t.c * t.h * t.w, 1))
      let got = run(t.n * t.c * g.oh * g.ow) {
        ckr_pool2d(
          x, $0, Int64(t.n * t.c), Int64(t.h), Int64(t.w), Int64(g.oh), Int64(g.ow), Int64(g.kh), Int64(g.kw),
          Int64(g.sh), Int64(g.sw), Int64(g.pt), Int64(g.pl), Int64(g.pb), Int64(g.pr), Int32(mode))
      }
      expectClose(got, Oracle.pool(g, x, ck_pool_mode(mode)), tolerance: Self.tolerance)
    }

    @Test(arguments: [CK_GLOBAL_MEAN, CK_GLOBAL_MAX, CK_GLOBAL_L2].map(\.rawValue))
    func globalPool(mode: UInt32) {
      let x = doubles(noise(6 * 35, 1))
      let got = run(6) { ckr_global_pool(x, $0, 6, 35, Int32(mode)) }
      expectClose(got, Oracle.globalPool(6, 35, x, ck_global_mode(mode)), tolerance: Self.tolerance)
    }

    @Test(arguments: ck_activation.each)
    func activation(a: ck_activation) {
      let x = (-1000...1000).map { Double($0) * 0.1 }
      let got = run(x.count) { ckr_activation(x, $0, Int64(x.count), a.kind, Double(a.p0), Double(a.p1)) }
      expectClose(got, Oracle.activate(x, a), tolerance: Self.tolerance)
    }

    @Test func scaleShift() {
      let x = doubles(noise(2 * 3 * 5, 1))
      let (scale, shift) = ([2, -1, 0.5], [1, 0, -3.0])
      let both = run(x.count) { ckr_scale_shift(x, scale, shift, $0, 2, 3, 5) }
      #expect(both == x.indices.map { x[$0] * scale[$0 / 5 % 3] + shift[$0 / 5 % 3] })
      #expect(run(x.count) { ckr_scale_shift(x, nil, nil, $0, 2, 3, 5) } == x)
    }

    @Test func elementwise() {
      let inputs = (1...3).map { doubles(noise(20, UInt64($0))) }
      let rule: [(ck_elementwise_kind, [Double]?, (Double, Double, Double) -> Double)] = [
        (CK_SUM, nil, { $0 + $1 + $2 }), (CK_SUM, [2, -1, 0.5], { 2 * $0 - $1 + 0.5 * $2 }),
        (CK_MUL, nil, { $0 * $1 * $2 }), (CK_MAX, nil, { max($0, $1, $2) }), (CK_MIN, nil, { min($0, $1, $2) }),
        (CK_MEAN, nil, { ($0 + $1 + $2) / 3 }),
      ]
      inputs[0].withUnsafeBufferPointer { a in
        inputs[1].withUnsafeBufferPointer { b in
          inputs[2].withUnsafeBufferPointer { c in
            let pointers = [a.baseAddress, b.baseAddress, c.baseAddress]
            for (kind, coefficients, function) in rule {
              let got = run(20) { ckr_elementwise(pointers, 3, coefficients, $0, 20, Int32(kind.rawValue)) }
              expectClose(got, (0..<20).map { function(a[$0], b[$0], c[$0]) }, tolerance: Self.tolerance)
            }
          }
        }
      }
    }

    @Test(arguments: LRNCase.all)
    func lrn(t: LRNCase) {
      let x = doubles(noise(t.shape.reduce(1, *), 1))
      let (alpha, beta, k) = (Double(t.alpha), Double(t.beta), Double(t.k))
      let got = run(x.count) {
        ckr_lrn(
          x, $0, Int64(t.shape[0]), Int64(t.shape[1]), Int64(t.shape[2] * t.shape[3]), Int64(t.window), alpha, beta, k)
      }
      expectClose(
        got, Oracle.lrn(t.shape, x, window: t.window, alpha: alpha, beta: beta, k: k), tolerance: Self.tolerance)
    }

    @Test(arguments: [[1, 1, 1], [3, 10, 1], [2, 5, 7]])
    func softmax(s: [Int]) {
      let x = doubles(noise(s.reduce(1, *), 1)).map { $0 * 50 }
      let got = run(x.count) { ckr_softmax(x, $0, Int64(s[0]), Int64(s[1]), Int64(s[2])) }
      expectClose(got, Oracle.softmax(s[0], s[1], s[2], x), tolerance: Self.tolerance)
    }

    @Test(arguments: PadCase.all)
    func pad(t: PadCase) {
      let x = doubles(noise(t.shape.reduce(1, *), 1))
      let want = Oracle.pad(x, t.shape, t.before, t.after, 2.5)
      let got = run(want.count) {
        ckr_pad(
          x, $0, Int64(t.shape.count), t.shape.map(Int64.init), t.before.map(Int64.init), t.after.map(Int64.init), 2.5)
      }
      #expect(got == want)
    }

    @Test(arguments: 0..<4)
    func concat(axis: Int) {
      let parts = [2, 3].map { size in
        var shape = [2, 3, 4, 5]
        shape[axis] = size
        return (shape, doubles(noise(shape.reduce(1, *), UInt64(size))))
      }
      let want = Oracle.concat(parts, axis: axis).1
      let outer = parts[0].0[..<axis].reduce(1, *)
      parts[0].1.withUnsafeBufferPointer { a in
        parts[1].1.withUnsafeBufferPointer { b in
          let got = run(want.count) {
            ckr_concat([a.baseAddress, b.baseAddress], parts.map { Int64($0.1.count / outer) }, 2, $0, Int64(outer))
          }
          #expect(got == want)
        }
      }
    }
  }
}
