import Diagnostics
import NetIR

/// What no layer may exceed, so that sizes, offsets and counts of operations always fit their integers.
enum SizeLimit {
  private static let elements = 1 << 40

  /// a·b for a size of a result; throws N0209 beyond every bound.
  static func product(_ a: Int, _ b: Int, in context: LayerContext) throws(ShapeProblem) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    guard !overflow, product <= elements else {
      throw ShapeProblem(
        .tooLarge, "the result of `\(context.name)` has more than 2^40 elements", notes: ["\(a) × \(b) along one axis"],
        blaming: [0])
    }
    return product
  }

  /// Products, or pooled values, for one example.
  private static let work = 1 << 50

  static func check(
    _ kind: any LayerKind, name: String, _ inputs: [LayerShape], _ output: LayerShape, _ weights: [WeightSpec]
  ) throws(ShapeProblem) {
    let blamed = inputs.isEmpty ? [] : [0]
    guard let count = elementCount(output.compactMap { $0 }), count <= elements else {
      throw ShapeProblem(
        .tooLarge, "the result of `\(name)` has more than 2^40 elements", notes: [output.full], blaming: blamed)
    }
    for weight in weights where elementCount(weight.shape) ?? .max > elements {
      throw ShapeProblem(
        .tooLarge, "`\(name).\(weight.suffix)` has more than 2^40 elements",
        notes: ["it is \(weight.shape.crossed)"], blaming: blamed)
    }
    let window = inputs.first.flatMap { kind.window(over: $0) }?.size ?? Size2D(1)
    let products = weights.first { $0.suffix == "W" }?.shape.dropFirst().reduce(1, *) ?? 1
    let perElement = max(products, window.height * window.width)
    guard elementCount([count, perElement]) ?? .max <= work else {
      throw ShapeProblem(
        .tooLarge, "`\(name)` would take more than 2^50 operations for an example",
        notes: ["\(count) results, each of \(perElement) values"], blaming: blamed)
    }
  }
}
