import NetIR

/// Normalises each channel of each example (Ulyanov et al. 2016).
package struct InstanceNorm: NormalisedExample {
  package static let typeName = "InstanceNorm"
  package static let summary =
    "Standardises each channel of each example, then scales and shifts it (Ulyanov et al. 2016)."
  static let fallback = (axes: StandardizedAxes.spatial, word: "spatial")

  package var axes = fallback.axes
  package var epsilon: Float = 1e-4
  package var beta: WeightSource? = .initialiser(.constant(0))
  package var gamma: WeightSource? = .initialiser(.constant(1))

  package init() {}
}
