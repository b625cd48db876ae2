import CPUBackend
import Compiler
import Diagnostics
import Exchange
import NetIR

/// How far a plan's outputs are from the same network in double precision: what is wrong needs no timing.
struct OutputCheck: Sendable {
  /// The largest difference of an output.
  let error: Double
  /// The largest output, and from the least to the largest.
  let largest: Double
  let range: Double

  /// Three digits of what tells outputs apart, and of rounding what fp32 sums of any length may have; of products with
  /// fewer digits than fp32 has, two.
  private let tolerance: Double
  var isGood: Bool { error <= tolerance }

  init(_ outputs: [[Float]], reference: [[Double]], tolerance: Double = fp32Tolerance) {
    let expected = reference.joined()
    // A NaN must not get lost among comparisons.
    error = zip(outputs.joined(), expected).reduce(0) { worst, pair in
      let difference = abs(Double(pair.0) - pair.1)
      return difference.isNaN ? .infinity : max(worst, difference)
    }
    largest = expected.map(abs).max() ?? 0
    range = (expected.max() ?? 0) - (expected.min() ?? 0)
    self.tolerance = tolerance * range + 1e-5 * largest
  }

  static let fp32Tolerance = 1e-3

  /// bf16 has 8 bits, fp16 and the TF32 of a GPU 11.
  private static func tolerance(of plan: Plan) -> Double {
    if plan.precision == Precision.bf16.rawValue { return 2e-2 }
    let isTF32 = plan.target.isDevice && plan.numerics == Numerics.fast.rawValue
    return plan.precision == Precision.fp16.rawValue || isTF32 ? 5e-3 : fp32Tolerance
  }

  /// What a plan gave for inputs, against the graph that it was compiled from.
  static func against(_ source: Model.Source, _ plan: Plan, inputs: [[Float]], found: [[Float]]) throws -> OutputCheck {
    let interpreter = ReferenceInterpreter(source.portable) { try source.weights.values($0, $1) }
    let reference = try interpreter.run(inputs, microbatches: plan.microbatches)
    let check = OutputCheck(found, reference: reference, tolerance: tolerance(of: plan))
    guard check.isGood else {
      throw GraphProblem(
        "the plan of `\(plan.name)` computes something else than its graph does in double precision: "
          + "an output differs by \(check.error), and the outputs span \(check.range)")
    }
    return check
  }

  var json: JSONValue {
    .object([("max_error", .double(error)), ("largest", .double(largest)), ("range", .double(range))])
  }

  var words: String {
    // Outputs that are all alike have no range: first values, say.
    let isFlat = range < 1e-3 * largest
    let part = error > 0 ? error / (isFlat ? largest : range) : 0
    let digits = part > 0 ? Self.scientific(part) : "0"
    return "agrees with double precision to \(digits) of the \(isFlat ? "largest output" : "outputs' range")"
  }

  /// One digit and an exponent: `3e-7`.
  private static func scientific(_ value: Double) -> String {
    var (mantissa, exponent) = (value, 0)
    while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    while mantissa >= 9.5 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    return "\(Int(mantissa.rounded()))e\(exponent)"
  }
}
