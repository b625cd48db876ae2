import Diagnostics
import NetIR

/// A learned factor.
package struct Scale: LearnedPerAxis {
  package static let typeName = "Scale"
  package static let summary = "Multiplies each channel by a learned number."
  static let (key, words, fallback) = ("scales", "factors", "1")

  package var values = WeightSource.initialiser(.constant(1))
  package var sharedAxes: [Int]?

  package init() {}

  func apply(_ values: ValueID, to x: ValueID, in lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let zeros = try lowering.add(.fill(value: 0, shape: lowering.shape(values)), [])
    return try lowering.add(.scaleShift(.linear), [x, values, zeros])
  }
}
