import Diagnostics
import NetIR

/// A learned shift.
package struct Bias: LearnedPerAxis {
  package static let typeName = "Bias"
  package static let summary = "Adds a learned number to each channel."
  static let (key, words, fallback) = ("b", "biases", "0")

  package var values = WeightSource.initialiser(.constant(0))
  package var sharedAxes: [Int]?

  package init() {}

  func apply(_ values: ValueID, to x: ValueID, in lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let ones = try lowering.add(.fill(value: 1, shape: lowering.shape(values)), [])
    return try lowering.add(.scaleShift(.linear), [x, ones, values])
  }
}
