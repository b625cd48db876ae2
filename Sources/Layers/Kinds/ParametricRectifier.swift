import Diagnostics
import NetIR

/// The rectifier with a learned slope (He et al. 2015).
package struct ParametricRectifier: LearnedPerAxis {
  package static let typeName = "ParametricRectifier"
  package static let aliases = ["PReLU"]
  package static let summary = "max(x, 0) + alpha·min(x, 0) with a learned slope for each channel (He et al. 2015)."
  static let (key, words, fallback) = ("alpha", "slopes", "0.25")

  package var values = WeightSource.initialiser(.constant(0.25))
  package var sharedAxes: [Int]?

  package init() {}

  func apply(_ values: ValueID, to x: ValueID, in lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    try lowering.add(.parametricRectify, [x, values])
  }
}
