import Diagnostics
import NetIR

/// Turns a spec into a network: names, order, shapes, parameters. A layer whose shape is unknown silences
/// what depends on it, so that each mistake is reported once.
package struct Elaborator {
  package private(set) var bag = DiagnosticBag()
  private let layers: [LayerDeclaration]
  /// Incoming layers by index; nil when they are not known.
  private var inputs: [[Int]?] = []
  private var shapes: [LayerShape?] = []

  /// - Returns: nil when there are errors.
  package static func elaborate(_ spec: Spec) -> (network: Network?, bag: DiagnosticBag) {
    var elaborator = Elaborator(spec)
    let network = elaborator.run(spec)
    return (elaborator.bag.hasErrors ? nil : network, elaborator.bag)
  }

  private init(_ spec: Spec) {
    layers = BatchNormExpansion.expanded(spec.layers)
  }

  private mutating func run(_ spec: Spec) -> Network? {
    var names = NameResolver(layers, spec.aliases)
    inputs = names.incomings()
    let outputs = names.outputs(spec)
    bag.append(names.bag)
    let sorter = LayerOrder(layers: layers, inputs: inputs)
    let (order, cycles) = sorter.sorted()
    cycles.forEach { bag.report($0) }
    shapes = Array(repeating: nil, count: layers.count)
    var weights = [[Network.Weight]](repeating: [], count: layers.count)
    for index in order { weights[index] = infer(index) }
    TieResolver(layers: layers, indexOf: names.indexOf).resolve(&weights, shapes: shapes, bag: &bag)
    guard !bag.hasErrors, spec.isComplete else { return nil }
    warnUnused(outputs)
    bag.remove(spec.silenced)
    guard let network = assemble(spec, order, outputs, weights) else { return nil }
    TrainingCheck(network).check(spec, &bag)
    guard !bag.hasErrors else { return nil }
    for finding in Lints.findings(in: LintSubject(network, spec, order.map { layers[$0] })) { bag.report(finding) }
    return network
  }

  // MARK: Shapes

  /// Sets the layer's shape, if its inputs have one and it fits them.
  private mutating func infer(_ index: Int) -> [Network.Weight] {
    let layer = layers[index]
    guard let kind = layer.kind, let sources = inputs[index] else { return [] }
    let incoming = sources.compactMap { shapes[$0] }
    guard incoming.count == sources.count else { return [] }
    let context = LayerContext(
      name: layer.name, inputNames: sources.map { layers[$0].name }, written: Set(layer.places.keys))
    do throws(ShapeProblem) {
      let shape = try kind.shape(of: incoming, in: context)
      let weights = kind.weights(for: incoming)
      try SizeLimit.check(kind, name: layer.name, incoming, shape, weights)
      shapes[index] = shape
      for warning in kind.warnings(for: incoming, output: shape, in: context) {
        bag.report(history().diagnostic(warning, layer, sources))
      }
      return weights.map { spec in
        Network.Weight(
          name: "\(layer.name).\(spec.suffix)", suffix: spec.suffix, shape: spec.shape, source: spec.source,
          role: spec.role, isRegularized: spec.isRegularized, isTied: false,
          storedShape: spec.storedShape ?? spec.shape, fanShape: spec.fanShape ?? spec.shape)
      }
    } catch {
      bag.report(history().diagnostic(error, layer, sources))
      return []
    }
  }

  /// Made when something is wrong: while it exists, every new shape costs a copy of all of them.
  private func history() -> ShapeHistory { ShapeHistory(layers: layers, inputs: inputs, shapes: shapes) }

  // MARK: The result

  private mutating func warnUnused(_ outputs: [Int]) {
    // A layer that could not be read may be the one that uses another; a branch that leads nowhere is one mistake,
    // reported at its end.
    guard !bag.hasErrors, layers.allSatisfy({ $0.kind != nil }) else { return }
    var used = Set(outputs)
    for sources in inputs { used.formUnion(sources ?? []) }
    for (index, layer) in layers.enumerated() where !used.contains(index) {
      let name = BatchNormExpansion.wholeName(of: layer, at: index, in: layers) ?? layer.name
      bag.report(
        Diagnostic(
          .unusedLayer, "nothing uses `\(name)`", at: layer.nameSpan,
          help: ["name it as an incoming or in `outputs`, or remove it"]))
    }
  }

  private func assemble(_ spec: Spec, _ order: [Int], _ outputs: [Int], _ weights: [[Network.Weight]])
    -> Network?
  {
    var place = [Int](repeating: 0, count: layers.count)
    for (position, index) in order.enumerated() { place[index] = position }
    let result = order.compactMap { index -> Network.Layer? in
      let layer = layers[index]
      guard let kind = layer.kind, let shape = shapes[index], let sources = inputs[index] else { return nil }
      return Network.Layer(
        name: layer.name, typeName: layer.typeName, kind: kind, inputs: sources.map { place[$0] },
        shape: shape,
        weights: weights[index], span: layer.typeSpan, takesBaseWeights: layer.takesBaseWeights)
    }
    guard result.count == layers.count, !result.isEmpty else { return nil }
    var network = Network(
      name: spec.name, layers: result, outputs: outputs.map { place[$0] }, classes: spec.classes,
      preprocessing: spec.preprocessing, optimizer: spec.optimizer)
    (network.training, network.data) = (spec.training, spec.data)
    // As if `freeze` named them; one without parameters has nothing to freeze.
    let frozen = layers.indices.filter { layers[$0].isFrozen && !weights[$0].isEmpty }
    network.training.frozen += frozen.map { NamePattern(layers[$0].name, span: layers[$0].typeSpan) }
    return network
  }
}
