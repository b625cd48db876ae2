import Diagnostics
import NetIR

/// A standardisation of each example with a learned scale and shift of each channel: InstanceNorm and LayerNorm, which
/// differ in the axes.
protocol NormalisedExample: LayerKind {
  /// The axes unless said, and as a spec has them.
  static var fallback: (axes: StandardizedAxes, word: String) { get }
  var axes: StandardizedAxes { get set }
  /// Added to the variance.
  var epsilon: Float { get set }
  var beta: WeightSource? { get set }
  var gamma: WeightSource? { get set }
}

extension NormalisedExample {
  package static var parameters: [Parameter<Self>] {
    [
      Parameter(
        "axes", \.axes, .standardizedAxes, default: fallback.word,
        "`spatial`: all behind the channels; `features`: all behind the batch; `auto`: `spatial` for images"),
      Parameter("epsilon", \.epsilon, .positive, default: "1.0e-4", "added to the variance"),
      Parameter("beta", \.beta, .weightOrNone, default: "0", "initialiser of the shift of each channel, or a layer"),
      Parameter("gamma", \.gamma, .weightOrNone, default: "1", "initialiser of the scale of each channel, or a layer"),
    ]
  }

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    try axes.check(inputs[0], in: context)
    return inputs[0]
  }

  package func weights(for inputs: [LayerShape]) -> [WeightSpec] {
    let shape = [inputs[0].channels ?? 0]
    return [("gamma", gamma), ("beta", beta)].compactMap { suffix, source in
      source.map { WeightSpec(suffix, shape, $0) }
    }
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let value = try lowering.standardized(inputs[0], axes, epsilon: epsilon)
    guard gamma != nil || beta != nil else { return value }
    let shape = [lowering.shape(value)[1]]
    let scale =
      gamma == nil ? try lowering.add(.fill(value: 1, shape: shape), []) : try lowering.weight("gamma", shape)
    let shift =
      beta == nil ? try lowering.add(.fill(value: 0, shape: shape), []) : try lowering.weight("beta", shape)
    return try lowering.add(.scaleShift(.linear), [value, scale, shift])
  }
}
