import Diagnostics

/// The channels and the sizes behind them of an input with so many spatial axes; throws N0201 for any other.
///
/// - Parameter wanted: what the layer needs, as people write it: `channels×length`.
func channelsAndSizes(
  _ shape: LayerShape, axes: Int, _ wanted: String, of type: String, in context: LayerContext
) throws(ShapeProblem) -> (channels: Int, sizes: [Int]) {
  let sizes = shape.dropFirst(2).compactMap { $0 }
  guard shape.count == axes + 2, sizes.count == axes, let channels = shape[1] else {
    let names = wanted.split(separator: "×").joined(separator: ", ")
    throw ShapeProblem(
      .wrongRank,
      "\(type) `\(context.name)` needs \(wanted), but `\(context.inputNames[0])` gives \(shape.crossed)",
      label: "needs \(axes + 2) axes with the batch",
      help: ["give the input the axes [null, \(names)], with Reshape if need be"], blaming: [0])
  }
  return (channels, sizes)
}
