import Diagnostics
import NetIR
import YAMLSyntax

/// Batch normalisation (Ioffe & Szegedy 2015).
package struct BatchNorm: LayerKind {
  package static let typeName = "BatchNorm"
  package static let aliases = ["BatchNormDNN"]
  package static let summary =
    "γ·(x − mean)/√(var + ε) + β per channel; keeps a running mean and (biased) variance as state."
  package static let parameters: [Parameter<Self>] = [
    Parameter(
      "axes", \.axes, .axes, default: "auto", "what is averaged over: `auto` is all but the channels"),
    Parameter("epsilon", \.epsilon, .positive, default: "1.0e-4", "added to the variance"),
    Parameter("alpha", \.alpha, .unit, default: "0.1", "weight of the new batch in the running statistics"),
    Parameter("beta", \.beta, .weightOrNone, default: "0", "initialiser of the shift, or a layer"),
    Parameter("gamma", \.gamma, .weightOrNone, default: "1", "initialiser of the scale, or a layer"),
  ]

  /// nil is `auto`.
  package var axes: [Int]?
  package var epsilon: Float = 1e-4
  package var alpha: Float = 0.1
  package var beta: WeightSource? = .initialiser(.constant(0))
  package var gamma: WeightSource? = .initialiser(.constant(1))

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    try parameterAxes.check(inputs[0], at: "axes", in: context)
    return inputs[0]
  }

  private var parameterAxes: ParameterAxes { ParameterAxes(shared: axes) }

  package func weights(for inputs: [LayerShape]) -> [WeightSpec] {
    let shape = parameterAxes.shape(inputs[0])
    var specs: [WeightSpec] = []
    if let gamma { specs.append(WeightSpec("gamma", shape, gamma)) }
    if let beta { specs.append(WeightSpec("beta", shape, beta)) }
    specs.append(WeightSpec("mean", shape, .initialiser(.constant(0)), role: .state))
    specs.append(WeightSpec("var", shape, .initialiser(.constant(1)), role: .state))
    return specs
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let axes = parameterAxes
    let x = inputs[0]
    let count = axes.shape(lowering.shape(x).map(Optional.some)).elements
    let scale =
      gamma == nil
      ? try lowering.add(.fill(value: 1, shape: [count]), []) : try lowering.vector("gamma", axes, of: x)
    let shift =
      beta == nil
      ? try lowering.add(.fill(value: 0, shape: [count]), []) : try lowering.vector("beta", axes, of: x)
    let mean = try lowering.vector("mean", axes, of: x)
    let variance = try lowering.vector("var", axes, of: x)
    let epsilon = epsilon
    return try lowering.alongAxes(axes, of: x) { (lowering, view) throws(GraphProblem) in
      try lowering.add(.batchNorm(epsilon: epsilon), [view, scale, shift, mean, variance])
    }
  }
}
