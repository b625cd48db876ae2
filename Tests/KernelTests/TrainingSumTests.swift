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
      let values = row.storage.rounded(noise(t.count, 1))
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
        let values = row.storage.rounded(noise(t.count, 1).map { $0 + offset })
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
      let values = row.storage.rounded(noise(1 << 20, 3).sorted().map { $0 + 3 })
      for shape in [[1, 1, 1024, 1024], [1024, 1, 32, 32]] {
        let input = Tensor(shape, values, storage: row.storage)
        let out = Guarded(2)
        row.run(ck_moments_args(x: input.c, out: out.data, slices: 1))
        let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
        let variance = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count)
        #expect(abs(Double(out.values[0]) / mean - 1) < 1e-6 && abs(Double(out.values[1]) / variance - 1) < 1e-6)
      }
    }

    /// Parts of unequal size with means far apart.
    @Test(arguments: Row.of(CK_OP_JOIN_MOMENTS))
    func joinMoments(row: Row) {
      let (examples, channels, slices) = (7, 5, 3)
      let values = noise(examples * channels * 6, 1).enumerated().map { $1 + Float($0 / 40) }
      let t = LayoutCase(shape: [examples, channels, 2, 3])
      func moments(_ places: Range<Int>) -> [Double] {
        let each = Double(places.count / channels)
        var (means, variances) = ([Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels))
        for place in places { means[t.channel(place)] += Double(values[place]) / each }
        for place in places {
          let d = Double(values[place]) - means[t.channel(place)]
          variances[t.channel(place)] += d * d / each
        }
        return means + variances
      }
      let parts = Guarded(t.parts(slices).flatMap(moments).map(Float.init))
      let out = Guarded(2 * channels)
      let args = ck_join_moments_args(
        in: parts.data, out: out.data, slices: Int64(slices), c: Int64(channels), examples: Int64(examples))
      checkUnits(row, args, out, moments(0..<values.count), tolerance: 1e-6)
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

      /// What reaches x, where the result was rectified.
      func reaching(_ g: Float, _ x: Float, _ c: Int, _ isRectified: Bool) -> Double {
        let y = Double(gamma.values[c]) * scaled(x, c) + Double(beta.values[c])
        return !isRectified || y > 0 ? Double(g) : 0
      }
    }

    @Test(arguments: Row.of(CK_OP_NORMALIZE), LayoutCase.all)
    func normalize(row: Row, t: LayoutCase) {
      let values = row.storage.rounded(noise(t.count, 1))
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
      let (values, gradients) = (row.storage.rounded(noise(t.count, 1)), row.storage.rounded(noise(t.count, 2)))
      let (x, g, vectors) = (t.input(row, values), t.input(row, gradients), Vectors(t.shape[1]))
      for (slices, isRectified) in slices(t).flatMap({ [($0, false), ($0, true)] }) {
        var want: [Double] = []
        for part in t.parts(slices) {
          var sums = [Double](repeating: 0, count: 2 * t.shape[1])
          for place in part {
            let c = t.channel(place)
            let part = vectors.reaching(gradients[place], values[place], c, isRectified)
            sums[c] += part
            sums[t.shape[1] + c] += part * vectors.scaled(values[place], c)
          }
          want += sums
        }
        let out = Guarded(want.count)
        let args = ck_normalize_sums_args(
          g: g.c, x: x.c, moments: vectors.moments.data, gamma: isRectified ? UnsafePointer(vectors.gamma.data) : nil,
          beta: isRectified ? UnsafePointer(vectors.beta.data) : nil, out: out.data, slices: Int64(slices),
          epsilon: Self.epsilon)
        checkUnits(row, args, out, want, tolerance: 5e-6)
      }
    }

    @Test(arguments: Row.of(CK_OP_NORMALIZE_GRADIENT), LayoutCase.all)
    func normalizeGradient(row: Row, t: LayoutCase) {
      let (values, gradients) = (row.storage.rounded(noise(t.count, 1)), row.storage.rounded(noise(t.count, 2)))
      let tolerance = row.storage.tolerance(2e-5)
      let (x, vectors) = (t.input(row, values), Vectors(t.shape[1]))
      for isRectified in [false, true] {
        let (g, out) = (t.input(row, gradients), t.output(row))
        let want = values.enumerated().map { place, value -> Double in
          let c = t.channel(place)
          let (sum, product) = (Double(vectors.sums.values[c]), Double(vectors.sums.values[t.shape[1] + c]))
          let level = (sum + vectors.scaled(value, c) * product) / Double(t.perChannel)
          let part = vectors.reaching(gradients[place], value, c, isRectified)
          return Double(vectors.gamma.values[c]) / vectors.root(c) * (part - level)
        }
        var args = ck_normalize_gradient_args(
          g: g.c, x: x.c, out: out.c, gamma: vectors.gamma.data, moments: vectors.moments.data,
          beta: isRectified ? UnsafePointer(vectors.beta.data) : nil, sums: vectors.sums.data, epsilon: Self.epsilon)
        checkUnits(row, args, out, want, tolerance: tolerance)
        guard t.alike else { continue }
        args.out = g.c
        row.run(args)
        g.expectSound("in place")
        expectClose(g.values, want, tolerance: tolerance)
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
      let (input, out) = (t.input(row, values), one.output(row))
      checkUnits(row, ck_batch_sum_args(x: input.c, out: out.c), out, want)
    }
  }
}
