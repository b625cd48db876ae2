import Glibc
import NetIR

/// Derivatives of what works element by element, and of local response normalisation.
enum ReferenceSlope {
  /// f′ from f's result or operand, as `Activation.slopeReads` says. At a kink the slope is that of the left; what
  /// was clipped has none.
  static func slope(_ activation: Activation, _ v: Double) -> Double {
    switch activation {
    case .linear: return 1
    case .rectify: return v > 0 ? 1 : 0
    case .leakyRectify(let leakiness): return v > 0 ? 1 : Double(leakiness)
    case .elu: return v > 0 ? 1 : v + 1
    case .selu: return v > 0 ? 1.0507009873554805 : v + 1.0507009873554805 * 1.6732632423543772
    case .softplus: return -expm1(-v)
    case .sigmoid: return v * (1 - v)
    case .tanh: return 1 - v * v
    case .scaledTanh(let scaleIn, let scaleOut):
      return Double(scaleIn) * (Double(scaleOut) - v * v / Double(scaleOut))
    case .swish:
      let s = 1 / (1 + exp(-v))
      return s + v * s * (1 - s)
    case .hardSwish: return v <= -3 ? 0 : v < 3 ? (2 * v + 3) / 6 : 1
    case .clip(let least, let most): return v > Double(least) && v < Double(most) ? 1 : 0
    case .gelu: return erfc(-v / 2.squareRoot()) / 2 + v * exp(-v * v / 2) / (2 * .pi).squareRoot()
    }
  }

  /// With d_c = k + α·Σx²: g_c·d_c^−β − 2αβ·x_c·Σ g_j·x_j·d_j^(−β−1) over the windows j that c lies in.
  static func lrn(_ a: LRNAttributes, _ x: [Double], _ g: [Double], _ shape: [Int], _ out: inout [Double]) {
    let (channels, pixels) = (shape[1], shape[2] * shape[3])
    let (alpha, beta) = (Double(a.alpha), Double(a.beta))
    /// The channels of the window around one.
    func window(_ c: Int) -> Range<Int> { max(0, c - a.size / 2)..<min(channels, c + a.size / 2 + 1) }
    for start in (0..<shape[0]).flatMap({ n in (0..<pixels).map { n * channels * pixels + $0 } }) {
      func at(_ c: Int) -> Int { start + c * pixels }
      let d = (0..<channels).map { c in
        Double(a.k) + alpha * window(c).reduce(0) { $0 + x[at($1)] * x[at($1)] }
      }
      for c in 0..<channels {
        // Windows are odd: c lies in j's where j lies in c's.
        let sum = window(c).reduce(0) { $0 + g[at($1)] * x[at($1)] * pow(d[$1], -beta - 1) }
        out[at(c)] = g[at(c)] * pow(d[c], -beta) - 2 * alpha * beta * x[at(c)] * sum
      }
    }
  }
}
