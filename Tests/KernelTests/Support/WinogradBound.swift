/// How far a Winograd convolution F(4×4, 3×3) in fp32 may be from the truth.
///
/// With Y = Aᵀ[Σ_c (G g Gᵀ) ⊙ (Bᵀ d B)]A evaluated in floating point, every operand passes at most 4 roundings per
/// one-dimensional transform of the input or the filter (constants included, which are rounded too), a product is
/// added up in at most C steps, and the result passes at most 4 roundings per transform of the output. To first
/// order, with u = 2⁻²⁴,
///
///     |Ŷ − Y| ≤ (C + 24)·u · |A|ᵀ[Σ_c (|G| |g| |G|ᵀ) ⊙ (|B|ᵀ |d| |B|)]|A|,
///
/// as in the error analysis of Toom–Cook convolutions by Barabasz, Anderson, Soodhalter and Gregg (2020). The
/// matrices come from the points here, not from the kernels.
struct WinogradBound {
  /// 0, ±a, ±b; and ∞ behind them.
  private static let points = [0, 0.625, -0.625, 1.5, -1.5]

  /// Rows of Bᵀ (6 × 6), G (6 × 3) and Aᵀ (4 × 6), absolute values.
  private let input, filter, output: [[Double]]

  init() {
    let points = Self.points
    var rows: (b: [[Double]], g: [[Double]]) = ([], [])
    for (i, p) in points.enumerated() {
      let others = points.indices.filter { $0 != i }.map { points[$0] }
      let denominator = others.reduce(1) { $0 * (p - $1) }
      rows.b.append(Self.polynomial(others) + [0])
      rows.g.append([1 / denominator, p / denominator, p * p / denominator])
    }
    rows.b.append(Self.polynomial(points))
    rows.g.append([0, 0, 1])
    input = rows.b.map { $0.map(abs) }
    filter = rows.g.map { $0.map(abs) }
    output = (0..<4).map { k in
      points.map { p in abs((0..<k).reduce(1) { power, _ in power * p }) } + [k == 3 ? 1 : 0]
    }
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
    let across = (p.ow + 3) / 4
    let tiles = (0..<p.n * ((p.oh + 3) / 4) * across).map { tile in
      (n: tile / across / ((p.oh + 3) / 4), y: tile / across % ((p.oh + 3) / 4) * 4, x: tile % across * 4)
    }
    let filters = (0..<p.f * p.c).map { at in
      Self.transform(filter, (0..<3).map { y in (0..<3).map { abs(Double(w[at * 9 + y * 3 + $0])) } }).flatMap { $0 }
    }
    var bounds = [Double](repeating: 0, count: p.n * p.f * p.oh * p.ow)
    for tile in tiles {
      let patches = (0..<p.c).map { c in
        Self.transform(
          input,
          (0..<6).map { i in
            (0..<6).map { j in
              let (y, x0) = (tile.y - p.pt + i, tile.x - p.pl + j)
              guard (0..<p.h).contains(y), (0..<p.w).contains(x0) else { return 0 }
              return abs(Double(x[((tile.n * p.c + c) * p.h + y) * p.w + x0]))
            }
          }
        ).flatMap { $0 }
      }
      for f in 0..<p.f {
        var sums = [Double](repeating: 0, count: 36)
        for c in 0..<p.c { for k in 0..<36 { sums[k] += filters[f * p.c + c][k] * patches[c][k] } }
        let result = Self.transform(output, (0..<6).map { Array(sums[6 * $0..<6 * $0 + 6]) })
        for i in 0..<min(4, p.oh - tile.y) {
          for j in 0..<min(4, p.ow - tile.x) {
            bounds[((tile.n * p.f + f) * p.oh + tile.y + i) * p.ow + tile.x + j] =
              Double(p.c + 24) * 0x1p-24 * result[i][j]
          }
        }
      }
    }
    return bounds
  }
}
