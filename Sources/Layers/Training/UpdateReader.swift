import Diagnostics
import Training
import YAMLSyntax

extension Optimizer {
  /// The rule with its parameters, and the learning rate; nil where something is wrong and reported.
  ///
  /// Defaults are Lasagne's.
  func rule(_ arguments: [Node.Entry], _ bag: inout DiagnosticBag) -> (rule: UpdateRule, rate: Double) {
    var values = KeyedValues(arguments, of: rawValue, bag)
    let rate = values.take("learning_rate", .positiveDouble)
    let rule = rule(&values)
    bag = values.finish()
    // The shortest digits of the float: 0.01 and not what lies beside it.
    return (rule, rate ?? Double("\(rule.defaultRate)") ?? 0)
  }

  private func rule(_ values: inout KeyedValues) -> UpdateRule {
    switch self {
    case .sgd: return .sgd
    case .momentum: return .momentum(values.take("momentum", .probability) ?? 0.9)
    case .nesterovMomentum: return .nesterovMomentum(values.take("momentum", .probability) ?? 0.9)
    case .adagrad: return .adagrad(epsilon: values.take("epsilon", .positive) ?? 1e-6)
    case .rmsprop:
      return .rmsprop(
        rho: values.take("rho", .probability) ?? 0.9, epsilon: values.take("epsilon", .positive) ?? 1e-6)
    case .adadelta:
      return .adadelta(
        rho: values.take("rho", .probability) ?? 0.95, epsilon: values.take("epsilon", .positive) ?? 1e-6)
    case .adam: return .adam(moments(&values))
    case .adamax: return .adamax(moments(&values))
    case .amsgrad: return .amsgrad(moments(&values))
    case .adamw: return .adamw(moments(&values), decay: values.take("weight_decay", .notNegative) ?? 0.01)
    }
  }

  private func moments(_ values: inout KeyedValues) -> UpdateRule.Moments {
    let defaults = UpdateRule.Moments()
    return UpdateRule.Moments(
      beta1: values.take("beta1", .probability) ?? defaults.beta1,
      beta2: values.take("beta2", .probability) ?? defaults.beta2,
      epsilon: values.take("epsilon", .positive) ?? defaults.epsilon)
  }
}
