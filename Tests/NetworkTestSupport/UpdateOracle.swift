import Training

/// Update rules, penalties and bounds as their formulas stand, in double precision, an array at a time.
package struct UpdateOracle: Sendable {
  package var rule: UpdateRule
  /// One array per slot.
  package private(set) var slots: [[Double]]
  private var steps = 0

  package init(_ rule: UpdateRule, count: Int) {
    self.rule = rule
    slots = [[Double]](repeating: [Double](repeating: 0, count: count), count: rule.slots)
  }

  /// Moves a parameter by one step against its gradient.
  package mutating func step(_ p: inout [Double], _ gradient: [Double], rate: Double, multiplier: Double = 1) {
    steps += 1
    for i in p.indices { p[i] += multiplier * change(i, p[i], gradient[i], rate) }
  }

  private mutating func change(_ i: Int, _ p: Double, _ g: Double, _ rate: Double) -> Double {
    func decayed(_ slot: Int, _ rho: Float, _ value: Double) -> Double {
      Double(rho) * slots[slot][i] + (1 - Double(rho)) * value
    }
    /// 1 − βᵗ
    func remaining(_ beta: Float) -> Double { 1 - (0..<steps).reduce(1.0) { power, _ in power * Double(beta) } }
    switch rule {
    case .sgd: return -rate * g
    case .momentum(let factor):
      slots[0][i] = Double(factor) * slots[0][i] - rate * g
      return slots[0][i]
    case .nesterovMomentum(let factor):
      slots[0][i] = Double(factor) * slots[0][i] - rate * g
      return Double(factor) * slots[0][i] - rate * g
    case .adagrad(let epsilon):
      slots[0][i] += g * g
      return -rate * g / (slots[0][i] + Double(epsilon)).squareRoot()
    case .rmsprop(let rho, let epsilon):
      slots[0][i] = decayed(0, rho, g * g)
      return -rate * g / (slots[0][i] + Double(epsilon)).squareRoot()
    case .adadelta(let rho, let epsilon):
      slots[0][i] = decayed(0, rho, g * g)
      let u = g * (slots[1][i] + Double(epsilon)).squareRoot() / (slots[0][i] + Double(epsilon)).squareRoot()
      slots[1][i] = decayed(1, rho, u * u)
      return -rate * u
    case .adamax(let moments):
      slots[0][i] = decayed(0, moments.beta1, g)
      slots[1][i] = max(Double(moments.beta2) * slots[1][i], abs(g))
      return -rate / remaining(moments.beta1) * slots[0][i] / (slots[1][i] + Double(moments.epsilon))
    case .adam(let moments), .amsgrad(let moments), .adamw(let moments, _):
      slots[0][i] = decayed(0, moments.beta1, g)
      slots[1][i] = decayed(1, moments.beta2, g * g)
      var size = slots[1][i]
      if case .amsgrad = rule {
        slots[2][i] = max(slots[2][i], size)
        size = slots[2][i]
      }
      let corrected = rate * remaining(moments.beta2).squareRoot() / remaining(moments.beta1)
      let change = -corrected * slots[0][i] / (size.squareRoot() + Double(moments.epsilon))
      if case .adamw(_, let decay) = rule { return change - rate * Double(decay) * p }
      return change
    }
  }

  /// The gradient of the weights' penalty.
  package static func penalty(_ penalty: Penalty, of weights: [Double]) -> [Double] {
    weights.map { w in
      (2 * Double(penalty.l2) + Double(penalty.weightDecay)) * w + Double(penalty.l1) * (w > 0 ? 1 : w < 0 ? -1 : 0)
    }
  }

  package static func clipped(_ gradient: [Double], limit: Double) -> [Double] {
    gradient.map { min(max($0, -limit), limit) }
  }

  package static func norm(_ gradients: [[Double]]) -> Double {
    gradients.joined().reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
