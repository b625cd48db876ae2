import CKernels
import Testing

extension LayoutCase {
  func channel(_ place: Int) -> Int { place / (shape[2] * shape[3]) % shape[1] }
  var perChannel: Int { count / shape[1] }
  /// Numbers of elements that examples have in each of so many parts.
  func parts(_ slices: Int) -> [Range<Int>] {
    let (n, each) = (shape[0], count / shape[0])
    var start = 0
    return (0..<slices).map { slice in
      let size = n / slices + (slice < n % slices ? 1 : 0)
      defer { start += size }
      return start * each..<(start + size) * each
    }
  }
}

extension Kernels {
  /// Sums over all but the channels, and what is made of them.
  @Suite struct TrainingSumTests {
    private static let epsilon: Float = 0.01

    /// In one part and in as many as there are examples.
    private func slices(_ t: LayoutCase) -> [Int] { t.shape[0] == 1 ? [1] : [1, t.shape[0]] }

    @Test(arguments: Row.of(CK_OP_CHANNEL_SUM), LayoutCase.all)
    func channelSum(row: Row, t: LayoutCase) {
      let values = noise(t.count, 1)
      let input = t.input(row, values)
      for slices in slices(t) {
        var want: [Double] = []
        for part in t.parts(slices) {
          var sums = [Double](repeating: 0, count: t.shape[1])
          for place in part { sums[t.channel(place)] += Double(values[place]) }
          want += sums
        }
        let out = Guarded(want.count)
        checkUnits(
          row, ck_channel_sum_args(x: input.c, out: out.data, slices: Int64(slices)), out, want, tolerance: 2e-6)
      }
    }

    /// Means far from 0 cost no accuracy.
    @Test(arguments: Row.of(CK_OP_MOMENTS), LayoutCase.all)
    func moments(row: Row, t: LayoutCase) {
      for offset: Float in [0, 1000] {
        let values = noise(t.count, 1).map { $0 + offset }
        let input = t.input(row, values)
        for slices in slices(t) {
          var want: [Double] = []
          for part in t.parts(slices) {
            var (means, variances) = (
              [Double](repeating: 0, count: t.shape[1]), [Double](repeating: 0, count: t.shape[1])
            )
            let each = Double(part.count / t.shape[1])
            for place in part { means[t.channel(place)] += Double(values[place]) / each }
            for place in part {
              let d = Double(values[place]) - means[t.channel(place)]
              variances[t.channel(place)] += d * d / each
            }
            want += means + variances
          }
          let out = Guarded(want.count)
          checkUnits(row, ck_moments_args(x: input.c, out: out.data, slices: Int64(slices)), out, want, tolerance: 1e-6)
        }
      }
    }

    /// A million numbers, in any order: sorted ones move the mean all the way.
    @Test(arguments: Row.of(CK_OP_MOMENTS))
    func momentsOfMany(row: Row) {
      let values = noise(1 << 20, 3).sorted().map { $0 + 3 }
      for shape in [[1, 1, 1024, 1024], [1024, 1, 32, 32]] {
        let input = Tensor(shape, values)
        let out = Guarded(2)
        row.run(ck_moments_args(x: input.c, out: out.data, slices: 1))
        let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
        let variance = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count)
        #expect(abs(Double(out.values[0]) / mean - 1) < 1e-6 && abs(Double(out.values[1]) / variance - 1) < 1e-6)
      }
    }

    private struct Vectors {
      let gamma, beta, moments, sums: Guarded

      init(_ channels: Int) {
        gamma = Guarded(noise(channels, 5))
        beta = Guarded(noise(channels, 6))
        moments = Guarded(noise(channels, 7) + noise(channels, 8).map { 0.1 + $0 * $0 })
        sums = Guarded(noise(2 * channels, 9).map { 40 * $0 })
      }

      func root(_ c: Int) -> Double {
        (Double(moments.values[moments.count / 2 + c]) + Double(epsilon)).squareRoot()
      }

      func scaled(_ x: Float, _ c: Int) -> Double { (Double(x) - Double(moments.values[c])) / root(c) }
    }

    @Test(arguments: Row.of(CK_OP_NORMALIZE), LayoutCase.all)
    func normalize(row: Row, t: LayoutCase) {
      let values = noise(t.count, 1)
      let (input, out, vectors) = (t.input(row, values), t.output(row), Vectors(t.shape[1]))
      for activation in [ck_activation.linear, .init(CK_RECTIFY)] {
        let want = values.enumerated().map { place, x in
          let c = t.channel(place)
          let y = Double(vectors.gamma.values[c]) * vectors.scaled(x, c) + Double(vectors.beta.values[c])
          return Oracle.activate(y, activation)
        }
        out.buffer.reset()
        checkUnits(
          row,
          ck_normalize_args(
            x: input.c, out: out.c, gamma: vectors.gamma.data, beta: vectors.beta.data,
            moments: vectors.moments.data, epsilon: Self.epsilon, activation: activation), out, want)
      }
    }

    @Test(arguments: Row.of(CK_OP_NORMALIZE_SUMS), LayoutCase.all)
    func normalizeSums(row: Row, t: LayoutCase) {
      let (values, gradients) = (noise(t.count, 1), noise(t.count, 2))
      let (x, g, vectors) = (t.input(row, values), t.input(row, gradients), Vectors(t.shape[1]))
      for slices in slices(t) {
        var want: [Double] = []
        for part in t.parts(slices) {
          var sums = [Double](repeating: 0, count: 2 * t.shape[1])
          for place in part {
            let c = t.channel(place)
            sums[c] += Double(gradients[place])
            sums[t.shape[1] + c] += Double(gradients[place]) * vectors.scaled(values[place], c)
          }
          want += sums
        }
        let out = Guarded(want.count)
        let args = ck_normalize_sums_args(
          g: g.c, x: x.c, moments: vectors.moments.data, out: out.data, slices: Int64(slices), epsilon: Self.epsilon)
        checkUnits(row, args, out, want, tolerance: 5e-6)
      }
    }

    @Test(arguments: Row.of(CK_OP_NORMALIZE_GRADIENT), LayoutCase.all)
    func normalizeGradient(row: Row, t: LayoutCase) {
      let (values, gradients) = (noise(t.count, 1), noise(t.count, 2))
      let (x, g, vectors) = (t.input(row, values), t.input(row, gradients), Vectors(t.shape[1]))
      let out = t.output(row)
      let want = values.enumerated().map { place, value in
        let c = t.channel(place)
        let sums = vectors.sums.values
        let level = (Double(sums[c]) + vectors.scaled(value, c) * Double(sums[t.shape[1] + c])) / Double(t.perChannel)
        return Double(vectors.gamma.values[c]) / vectors.root(c) * (Double(gradients[place]) - level)
      }
      var args = ck_normalize_gradient_args(
        g: g.c, x: x.c, out: out.c, gamma: vectors.gamma.data, moments: vectors.moments.data,
        sums: vectors.sums.data, epsilon: Self.epsilon)
      checkUnits(row, args, out, want, tolerance: 2e-5)
      if t.alike {
        args.out = g.c
        row.run(args)
        g.expectSound("in place")
        expectClose(g.values, want, tolerance: 2e-5)
      }
    }

    @Test(arguments: Row.of(CK_OP_BATCH_SUM), LayoutCase.all)
    func batchSum(row: Row, t: LayoutCase) {
      let values = noise(t.count, 1)
      let each = t.count / t.shape[0]
      let want = (0..<each).map { place in
        (0..<t.shape[0]).reduce(0) { $0 + Double(values[$1 * each + place]) }
      }
      let one = LayoutCase(shape: [1] + t.shape.dropFirst(), blocked: t.blocked, outHalo: t.outHalo, gap: t.gap)
      let out = one.output(row)
      checkUnits(row, ck_batch_sum_args(x: t.input(row, values).c, out: out.c), out, want)
    }
  }
}
