import Diagnostics
import NetIR

/// Tells where a shape comes from: the chain of layers that made it.
struct ShapeHistory {
  let layers: [LayerDeclaration]
  let inputs: [[Int]?]
  let shapes: [LayerShape?]

  /// More links than this are cut at the beginning.
  private let longestChain = 6
  /// Layers that are looked at; many problems in a long network would make many long walks.
  private static let longestWalk = 500

  /// A problem of a layer with its place in the spec, and the history of the inputs that it blames.
  func diagnostic(_ problem: ShapeProblem, _ layer: LayerDeclaration, _ sources: [Int]) -> Diagnostic {
    let place = problem.parameter.flatMap { layer.places[$0] }
    var diagnostic = Diagnostic(
      problem.code, problem.message, at: place ?? layer.typeSpan, label: problem.label, notes: problem.notes,
      help: problem.help)
    for input in problem.blamed where sources.indices.contains(input) {
      let wholeShape = problem.blamed.count > 1
      if let note = origin(of: sources[input], wholeShape: wholeShape) { diagnostic.related.append(note) }
    }
    diagnostic.related += layer.uses.reversed().map(\.note)
    return diagnostic
  }

  /// `the 5×5 input comes from `pool2`: 32×32 → conv1 28×28 → …`, at the layer that made the size.
  private func origin(of layer: Int, wholeShape: Bool) -> Diagnostic.Related? {
    var chain: [(name: String, size: String, layer: Int)] = []
    var current: Int? = layer
    var seen: Set<Int> = []
    while chain.count < Self.longestWalk, let index = current, let shape = shapes[index], seen.insert(index).inserted {
      chain.append((layers[index].name, words(shape, wholeShape), index))
      current = inputs[index]?.first
    }
    chain.reverse()
    guard let first = chain.first, let last = chain.last else { return nil }
    var changes = [first]
    for link in chain.dropFirst() where link.size != changes.last?.size { changes.append(link) }
    guard let maker = changes.last else { return nil }
    let what =
      wholeShape
      ? "`\(layers[layer].name)` is \(last.size)" : "the \(last.size) input comes from `\(maker.name)`"
    if changes.count == 1 {
      return Diagnostic.Related(message: what, span: layers[maker.layer].typeSpan)
    }
    let steps = changes.dropFirst().suffix(longestChain).map { "\($0.name) \($0.size)" }
    let start = changes.count - 1 > longestChain ? "…" : first.size
    return Diagnostic.Related(
      message: "\(what): \(([start] + steps).joined(separator: " → "))", span: layers[maker.layer].typeSpan)
  }

  private func words(_ shape: LayerShape, _ whole: Bool) -> String {
    if !whole, let size = shape.spatial { return "\(size.height)×\(size.width)" }
    return shape.crossed
  }
}
