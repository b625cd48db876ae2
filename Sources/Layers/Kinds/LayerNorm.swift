import NetIR

/// Normalises each example (Ba et al. 2016).
package struct LayerNorm: NormalisedExample {
  package static let typeName = "LayerNorm"
  package static let summary = "Standardises each example, then scales and shifts each channel (Ba et al. 2016)."
  static let fallback = (axes: StandardizedAxes.features, word: "features")

  package var axes = fallback.axes
  package var epsilon: Float = 1e-4
  package var beta: WeightSource? = .initialiser(.constant(0))
  package var gamma: WeightSource? = .initialiser(.constant(1))

  package init() {}
}
