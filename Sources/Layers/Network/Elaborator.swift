import Diagnostics
import NetIR

/// Turns a spec into a network: names, order, shapes, parameters. A layer whose shape is unknown silences
/// what depends on it, so that each mistake is reported once.
package struct Elaborator {
  package private(set) var bag = DiagnosticBag()
  private let layers: [LayerDeclaration]
  /// What a name means as an incoming: with `batch_norm` the last part of the layer.
  private var resultOf: [String: Int] = [:]
  private var indexOf: [String: Int] = [:]
  /// Incoming layers by index; nil when they are not known.
  private var inputs: [[Int]?] = []
  private var shapes: [LayerShape?] = []

  /// - Returns: nil when there are errors.
  package static func elaborate(_ spec: Spec) -> (network: Network?, bag: DiagnosticBag) {
    var elaborator = Elaborator(spec)
    let network = elaborator.run(spec)
    return (elaborator.bag.hasErrors ? nil : network, elaborator.bag)
  }

  private init(_ spec: Spec) { layers = BatchNormExpansion.expanded(spec.layers) }

  private mutating func run(_ spec: Spec) -> Network? {
    resolveNames()
    resolveIncomings()
    let outputs = resolveOutputs(spec)
    let sorter = LayerOrder(layers: layers, inputs: inputs)
    let (order, cycles) = sorter.sorted()
    cycles.forEach { bag.report($0) }
    shapes = Array(repeating: nil, count: layers.count)
    var weights = [[Network.Weight]](repeating: [], count: layers.count)
    for index in order { weights[index] = infer(index) }
    TieResolver(layers: layers, indexOf: indexOf).resolve(&weights, shapes: shapes, bag: &bag)
    guard !bag.hasErrors, spec.isComplete else { return nil }
    warnUnused(outputs)
    return assemble(spec, order, outputs, weights)
  }

  // MARK: Names

  private mutating func resolveNames() {
    for (index, layer) in layers.enumerated() where !layer.name.isEmpty {
      if let first = indexOf[layer.name] {
        bag.report(
          Diagnostic(
            .duplicateLayerName, "two layers are called `\(layer.name)`", at: layer.nameSpan, label: "second",
            related: [Diagnostic.Related(message: "the first is here", span: layers[first].nameSpan)],
            help: [
              layer.nameSpan == layer.typeSpan
                ? "netc made this name by counting the layers of the type: give this layer another"
                : "every layer needs a name of its own; leave it out and netc makes one"
            ]))
      } else {
        indexOf[layer.name] = index
      }
    }
    resultOf = indexOf
    for (index, layer) in layers.enumerated() {
      if let whole = BatchNormExpansion.wholeName(of: layer, at: index, in: layers) {
        resultOf[whole] = index
      }
    }
  }

  private mutating func resolveIncomings() {
    for (index, layer) in layers.enumerated() {
      inputs.append(incomings(of: layer, at: index))
    }
  }

  private mutating func incomings(of layer: LayerDeclaration, at index: Int) -> [Int]? {
    guard let kind = layer.kind else { return nil }
    let arity = type(of: kind).arity
    guard let references = layer.incomings else {
      switch arity {
      case .none: return []
      case .one, .atLeast(1):
        if index > 0 { return [index - 1] }
        bag.report(
          Diagnostic(
            .noIncoming, "`\(layer.name)` is the first layer and has no input", at: layer.typeSpan,
            label: "nothing above it",
            help: ["begin with `- Input: {shape: [null, 1, 28, 28]}`, or name one with `incoming:`"]))
        return nil
      case .atLeast(let count):
        bag.report(
          Diagnostic(
            .wrongIncomingCount, "\(layer.typeName) `\(layer.name)` needs at least \(count) inputs",
            at: layer.typeSpan, help: ["name them with `incomings: [a, b]`"]))
        return nil
      }
    }
    let fits =
      switch arity {
      case .none: references.isEmpty
      case .one: references.count == 1
      case .atLeast(let count): references.count >= count
      }
    guard fits else {
      let wanted = arity == .none ? "takes no input" : "takes one input"
      bag.report(
        Diagnostic(
          .wrongIncomingCount, "\(layer.typeName) `\(layer.name)` \(wanted), \(references.count) are named",
          at: layer.places["incomings"] ?? layer.places["incoming"] ?? layer.typeSpan,
          help: arity == .none ? [] : ["Concat and ElemwiseSum join several"]))
      return nil
    }
    let found = references.map { resultOf[$0.name] }
    for (reference, place) in zip(references, found) where place == nil {
      bag.report(
        .unknown(
          .unknownIncoming,
          "`\(layer.name)` names `\(reference.name)` as its input, and there is no such layer",
          word: reference.name, at: reference.span, among: namesExcept(layer.name)))
    }
    return found.contains(nil) ? nil : found.compactMap { $0 }
  }

  private mutating func resolveOutputs(_ spec: Spec) -> [Int] {
    guard let references = spec.outputs else { return layers.isEmpty ? [] : [layers.count - 1] }
    return references.compactMap { reference in
      if let index = resultOf[reference.name] { return index }
      bag.report(
        .unknown(
          .unknownOutput, "the output `\(reference.name)` is no layer", word: reference.name,
          at: reference.span, among: namesExcept("")))
      return nil
    }
  }

  private func namesExcept(_ name: String) -> [String] {
    layers.map(\.name).filter { $0 != name && !$0.isEmpty }
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
    let history = ShapeHistory(layers: layers, inputs: inputs, shapes: shapes)
    do throws(ShapeProblem) {
      let shape = try kind.shape(of: incoming, in: context)
      let weights = kind.weights(for: incoming)
      try SizeLimit.check(kind, name: layer.name, incoming, shape, weights)
      shapes[index] = shape
      for warning in kind.warnings(for: incoming, output: shape, in: context) {
        bag.report(history.diagnostic(warning, layer, sources))
      }
      return weights.map { spec in
        Network.Weight(
          name: "\(layer.name).\(spec.suffix)", suffix: spec.suffix, shape: spec.shape, source: spec.source,
          role: spec.role, isRegularized: spec.isRegularized, isTied: false)
      }
    } catch {
      bag.report(history.diagnostic(error, layer, sources))
      return []
    }
  }

  // MARK: The result

  private mutating func warnUnused(_ outputs: [Int]) {
    // A branch that leads nowhere is one mistake, reported at its end.
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
        weights: weights[index], span: layer.typeSpan)
    }
    guard result.count == layers.count, !result.isEmpty else { return nil }
    return Network(
      name: spec.name, layers: result, outputs: outputs.map { place[$0] }, classes: spec.classes,
      preprocessing: spec.preprocessing, optimizer: spec.optimizer)
  }
}
