import CKernels

/// How far a Winograd convolution F(m×m, r×r) in fp32 may be from the truth.
///
/// With Y = Aᵀ[Σ_c (G g Gᵀ) ⊙ (Bᵀ d B)]A evaluated in floating point over n = m + r − 1 points, every operand passes at
/// most n/2 + 1 roundings per one-dimensional transform (constants included, which are rounded too), of which it sees
/// two of the input, of the filter and of the output, and a product is added up in at most C steps. To first order,
/// with u = 2⁻²⁴,
///
///     |Ŷ − Y| ≤ (C + 3n + 6)·u · |A|ᵀ[Σ_c (|G| |g| |G|ᵀ) ⊙ (|B|ᵀ |d| |B|)]|A|,
///
/// as in the error analysis of Toom–Cook convolutions by Barabasz, Anderson, Soodhalter and Gregg (2020). The
/// matrices come from the points here, not from the kernels.
struct WinogradBound {
  /// Pixels of a tile, taps of a filter, points; along an axis.
  private let tile, taps, span: Int
  /// Rows of Bᵀ (n × n), G (n × r) and Aᵀ (m × n), absolute values.
  private let input, filter, output: [[Double]]

  init(_ form: ck_winograd_form) {
    (tile, taps) = (Int(form.out), Int(form.taps))
    span = tile + taps - 1
    let (m, r) = (tile, taps)
    let pairs: [Double] = span == 6 ? [0.625, 1.5] : [0.5, 1, 2]
    // ∞ stands behind them.
    var points: [Double] = [0]
    for p in pairs { points += [p, -p] }
    var rows: (b: [[Double]], g: [[Double]]) = ([], [])
    for (i, p) in points.enumerated() {
      let others = points.indices.filter { $0 != i }.map { points[$0] }
      let denominator = others.reduce(1) { $0 * (p - $1) }
      rows.b.append(Self.polynomial(others) + [0])
      rows.g.append((0..<r).map { Self.power(p, $0) / denominator })
    }
    rows.b.append(Self.polynomial(points))
    rows.g.append((1...r).map { $0 == r ? 1.0 : 0.0 })
    input = rows.b.map { $0.map(abs) }
    filter = rows.g.map { $0.map(abs) }
    output = (0..<m).map { k in points.map { abs(Self.power($0, k)) } + [k == m - 1 ? 1 : 0] }
  }

  private static func power(_ x: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { power, _ in power * x }
  }

  /// The coefficients of ∏(x − root), lowest first.
  private static func polynomial(_ roots: [Double]) -> [Double] {
    roots.reduce([1]) { poly, root in
      zip([0] + poly, poly + [0]).map { $0 - root * $1 }
    }
  }

  private static func transform(_ m: [[Double]], _ x: [[Double]]) -> [[Double]] {
    let half = m.map { row in x[0].indices.map { j in row.indices.reduce(0) { $0 + row[$1] * x[$1][j] } } }
    return half.map { line in m.map { row in row.indices.reduce(0) { $0 + row[$1] * line[$1] } } }
  }

  /// The bound of every result, C order, before bias, residual and activation.
  func of(_ p: Oracle.Conv, _ x: [Float], _ w: [Float]) -> [Double] {
    let (down, across) = ((p.oh + tile - 1) / tile, (p.ow + tile - 1) / tile)
    let tiles = (0..<p.n * down * across).map { at in
      (n: at / across / down, y: at / across % down * tile, x: at % across * tile)
    }
    let filters = (0..<p.f * p.c).map { at in
      Self.transform(
        filter, (0..<taps).map { y in (0..<taps).map { abs(Double(w[(at * taps + y) * taps + $0])) } }
      ).flatMap { $0 }
    }
    var bounds = [Double](repeating: 0, count: p.n * p.f * p.oh * p.ow)
    for at in tiles {
      let patches = (0..<p.c).map { c in
        Self.transform(
          input,
          (0..<span).map { i in
            (0..<span).map { j in
              let (y, x0) = (at.y - p.pt + i, at.x - p.pl + j)
              guard (0..<p.h).contains(y), (0..<p.w).contains(x0) else { return 0 }
              return abs(Double(x[((at.n * p.c + c) * p.h + y) * p.w + x0]))
            }
          }
        ).flatMap { $0 }
      }
      for f in 0..<p.f {
        var sums = [Double](repeating: 0, count: span * span)
        for c in 0..<p.c { for k in sums.indices { sums[k] += filters[f * p.c + c][k] * patches[c][k] } }
        let result = Self.transform(output, (0..<span).map { Array(sums[span * $0..<span * $0 + span]) })
        for i in 0..<min(tile, p.oh - at.y) {
          for j in 0..<min(tile, p.ow - at.x) {
            bounds[((at.n * p.f + f) * p.oh + at.y + i) * p.ow + at.x + j] =
              Double(p.c + 3 * span + 6) * 0x1p-24 * result[i][j]
          }
        }
      }
    }
    return bounds
  }
}
