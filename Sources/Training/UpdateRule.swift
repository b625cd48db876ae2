/// How a parameter follows its gradient g, with Lasagne's formulas and defaults. η is the learning rate, t the number
/// of the step from 1. Slots hold what a rule remembers of each element.
package enum UpdateRule: Hashable, Sendable {
  /// p −= η·g
  case sgd
  /// v = μ·v − η·g; p += v (Polyak 1964)
  case momentum(Float = 0.9)
  /// v = μ·v − η·g; p += μ·v − η·g (Nesterov 1983, as Bengio et al. 2012 write it)
  case nesterovMomentum(Float = 0.9)
  /// a += g²; p −= η·g/√(a + ε) (Duchi et al. 2011)
  case adagrad(epsilon: Float = 1e-6)
  /// a = ρ·a + (1 − ρ)·g²; p −= η·g/√(a + ε) (Tieleman & Hinton 2012)
  case rmsprop(rho: Float = 0.9, epsilon: Float = 1e-6)
  /// a = ρ·a + (1 − ρ)·g²; u = g·√(d + ε)/√(a + ε); p −= η·u; d = ρ·d + (1 − ρ)·u² (Zeiler 2012)
  case adadelta(rho: Float = 0.95, epsilon: Float = 1e-6)
  /// m = β₁·m + (1 − β₁)·g; v = β₂·v + (1 − β₂)·g²; p −= η·√(1 − β₂ᵗ)/(1 − β₁ᵗ)·m/(√v + ε) (Kingma & Ba 2015)
  case adam(Moments = Moments())
  /// m as in Adam; u = max(β₂·u, |g|); p −= η/(1 − β₁ᵗ)·m/(u + ε) (Kingma & Ba 2015, section 7.1)
  case adamax(Moments = Moments())
  /// Adam with the largest v so far in the root (Reddi et al. 2018)
  case amsgrad(Moments = Moments())
  /// Adam, and p −= η·decay·p (Loshchilov & Hutter 2019)
  case adamw(Moments = Moments(), decay: Float = 0.01)

  /// How fast the means of Adam's family forget.
  package struct Moments: Hashable, Sendable {
    package var beta1: Float
    package var beta2: Float
    package var epsilon: Float

    package init(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8) {
      (self.beta1, self.beta2, self.epsilon) = (beta1, beta2, epsilon)
    }
  }

  /// Numbers kept for each element of a parameter; all begin at 0.
  package var slots: Int {
    switch self {
    case .sgd: 0
    case .momentum, .nesterovMomentum, .adagrad, .rmsprop: 1
    case .adadelta, .adam, .adamax, .adamw: 2
    case .amsgrad: 3
    }
  }

  /// What a step keeps of the ones before: the momentum, or β₁.
  package var momentum: Float? {
    switch self {
    case .momentum(let factor), .nesterovMomentum(let factor): factor
    case .adam(let moments), .adamax(let moments), .amsgrad(let moments), .adamw(let moments, _): moments.beta1
    case .sgd, .adagrad, .rmsprop, .adadelta: nil
    }
  }

  /// The rule with another momentum, where it has one.
  package func with(momentum: Float) -> UpdateRule {
    func changed(_ moments: Moments) -> Moments {
      Moments(beta1: momentum, beta2: moments.beta2, epsilon: moments.epsilon)
    }
    return switch self {
    case .momentum: .momentum(momentum)
    case .nesterovMomentum: .nesterovMomentum(momentum)
    case .adam(let moments): .adam(changed(moments))
    case .adamax(let moments): .adamax(changed(moments))
    case .amsgrad(let moments): .amsgrad(changed(moments))
    case .adamw(let moments, let decay): .adamw(changed(moments), decay: decay)
    case .sgd, .adagrad, .rmsprop, .adadelta: self
    }
  }

  /// η where a spec names none.
  package var defaultRate: Float {
    switch self {
    case .sgd, .momentum, .nesterovMomentum: 0.01
    case .adagrad, .rmsprop, .adadelta: 1
    case .adam, .amsgrad, .adamw: 0.001
    case .adamax: 0.002
    }
  }

  /// What depends on t alone, computed once in double precision.
  package struct Step {
    package var rate: Float
    /// η with Adam's correction of means that began at 0.
    package var corrected: Float

    package init(_ rule: UpdateRule, number: Int, rate: Float) {
      self.rate = rate
      func remaining(_ beta: Float) -> Double {
        var power = 1.0
        for _ in 0..<number { power *= Double(beta) }
        return 1 - power
      }
      switch rule {
      case .adam(let moments), .amsgrad(let moments), .adamw(let moments, _):
        corrected = Float(Double(rate) * remaining(moments.beta2).squareRoot() / remaining(moments.beta1))
      case .adamax(let moments): corrected = Float(Double(rate) / remaining(moments.beta1))
      default: corrected = rate
      }
    }
  }
}
