import Diagnostics
import NetIR

/// Normalises each channel of each example (Ulyanov et al. 2016).
package struct InstanceNorm: LayerKind {
  package static let typeName = "InstanceNorm"
  package static let summary =
    "Standardises each channel of each example, then scales and shifts it (Ulyanov et al. 2016)."
  package static let parameters: [Parameter<Self>] = [
    Parameter(
      "axes", \.axes, .standardizedAxes, default: "spatial",
      "`spatial`: all behind the channels; `features`: all behind the batch; `auto`: `spatial` for images"),
    Parameter("epsilon", \.epsilon, .positive, default: "1.0e-4", "added to the variance"),
    Parameter("beta", \.beta, .weightOrNone, default: "0", "initialiser of the shift of each channel, or a layer"),
    Parameter("gamma", \.gamma, .weightOrNone, default: "1", "initialiser of the scale of each channel, or a layer"),
  ]

  package var axes = StandardizedAxes.spatial
  package var epsilon: Float = 1e-4
  package var beta: WeightSource? = .initialiser(.constant(0))
  package var gamma: WeightSource? = .initialiser(.constant(1))

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    _ = try axes.resolved(inputs[0], in: context)
    return inputs[0]
  }

  package func weights(for inputs: [LayerShape]) -> [WeightSpec] {
    let shape = [inputs[0].channels ?? 0]
    return [("gamma", gamma), ("beta", beta)].compactMap { suffix, source in
      source.map { WeightSpec(suffix, shape, $0) }
    }
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let shape = lowering.shape(inputs[0])
    let over = (try? axes.resolved(shape, in: LayerContext(name: "", inputNames: [""]))) ?? []
    let value = try lowering.standardized(inputs[0], over, epsilon: epsilon)
    return try lowering.scaledAndShifted(value, by: gamma != nil, beta != nil)
  }
}
