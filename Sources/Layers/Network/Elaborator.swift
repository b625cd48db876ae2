import Diagnostics
import NetIR

/// Turns a spec into a network: names, order, shapes, parameters. A layer whose shape is unknown silences
/// what depends on it, so that each mistake is reported once.
package struct Elaborator {
  package private(set) var bag = DiagnosticBag()
  private let layers: [LayerDeclaration]
  private let aliases: [String: LayerAlias]
  /// What a name means as an incoming: with `batch_norm` the last part of the layer.
  private var resultOf: [String: Int] = [:]
  private var indexOf: [String: Int] = [:]
  /// What aliases came to; nil for none.
  private var resolvedAliases: [String: [Int]?] = [:]
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
    aliases = spec.aliases
  }

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
    bag.remove(spec.silenced)
    guard let network = assemble(spec, order, outputs, weights) else { return nil }
    for finding in Lints.findings(in: LintSubject(network, spec, order.map { layers[$0] })) { bag.report(finding) }
    return network
  }

  // MARK: Names

  private mutating func resolveNames() {
    for (index, layer) in layers.enumerated() where !layer.name.isEmpty {
      if let first = indexOf[layer.name].map({ layers[$0].nameSpan }) ?? aliases[layer.name]?.span {
        report(
          Diagnostic(
            .duplicateLayerName, "two layers are called `\(layer.name)`", at: layer.nameSpan, label: "second",
            related: [Diagnostic.Related(message: "the first is here", span: first)],
            help: [
              layer.nameSpan == layer.typeSpan
                ? "netc made this name by counting the layers of the type: give this layer another"
                : "every layer needs a name of its own; leave it out and netc makes one"
            ]), layer)
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
    if layer.isContinuation { return [index - 1] }
    let arity = type(of: kind).arity
    guard let references = layer.incomings else {
      if arity == .none { return [] }
      if !layer.isSilenced {
        report(
          Diagnostic(
            .noIncoming, "`\(layer.name)` is the first layer and has no input", at: layer.typeSpan,
            label: "nothing above it",
            help: ["begin with `- Input: {shape: [null, 1, 28, 28]}`, or name one with `incoming:`"]), layer)
      }
      return nil
    }
    guard let found = resolve(references, for: layer) else { return nil }
    let fits =
      switch arity {
      case .none: found.isEmpty
      case .one: found.count == 1
      case .atLeast(let count): found.count >= count
      }
    guard fits else {
      let place = layer.places["incomings"] ?? layer.places["incoming"] ?? layer.typeSpan
      let (wanted, help) = wording(arity, layer)
      report(
        Diagnostic(
          .wrongIncomingCount,
          "\(layer.typeName) `\(layer.name)` \(wanted), \(found.count) \(found.count == 1 ? "is" : "are") named",
          at: place, help: [help]), layer)
      return nil
    }
    return found
  }

  private func wording(_ arity: Arity, _ layer: LayerDeclaration) -> (wanted: String, help: String) {
    switch arity {
    case .none: ("takes no input", "take `incoming` away")
    case .one: ("takes one input", "Concat and ElemwiseSum join several")
    case .atLeast(let count): ("needs at least \(count) inputs", "name them with `incomings: [a, b]`")
    }
  }

  /// The layers that the references mean; nil after a report, or where one could not be read.
  private mutating func resolve(_ references: [Reference], for layer: LayerDeclaration) -> [Int]? {
    var found: [Int] = []
    var good = true
    for reference in references {
      if let layers = lookUp(reference) {
        found += layers
      } else {
        good = false
        guard !layer.isSilenced else { continue }
        report(
          .unknown(
            .unknownIncoming, "`\(layer.name)` names `\(reference.name)` as its input, and there is no such layer",
            word: reference.name, at: reference.span, among: names(seenFrom: reference.scope, except: layer.name)),
          layer)
      }
    }
    return good ? found : nil
  }

  /// Looks a name up in its block, then in the blocks around it; follows aliases.
  private mutating func lookUp(_ reference: Reference) -> [Int]? {
    var budget = Self.mostSteps
    return lookUp(reference, depth: 0, &budget)
  }

  /// Steps from alias to alias that a name may take: more go in a circle, or through a tangle of several inputs.
  private static let mostSteps = 10_000
  private static let deepest = 64

  private mutating func lookUp(_ reference: Reference, depth: Int, _ budget: inout Int) -> [Int]? {
    var reference = reference
    var passed: [String] = []
    var found: [Int]?
    search: while budget > 0 {
      budget -= 1
      switch target(of: reference) {
      case .layer(let index): found = [index]
      case .none: break
      case .alias(let name, let alias):
        if let known = resolvedAliases[name] {
          found = known
        } else if alias.targets.count == 1 {
          passed.append(name)
          reference = alias.targets[0]
          continue search
        } else if depth < Self.deepest {
          passed.append(name)
          var all: [Int]? = []
          for target in alias.targets {
            let layers = lookUp(target, depth: depth + 1, &budget)
            all = layers.flatMap { more in all.map { $0 + more } }
            if all == nil || (all?.count ?? 0) > Self.mostSteps { break }
          }
          found = all.flatMap { $0.count > Self.mostSteps ? nil : $0 }
        }
      }
      break
    }
    for name in passed { resolvedAliases[name] = .some(found) }
    return found
  }

  private enum Target {
    case none
    case layer(Int)
    case alias(String, LayerAlias)
  }

  private func target(of reference: Reference) -> Target {
    var scope = Substring(reference.scope)
    while true {
      let full = scope.isEmpty ? reference.name : "\(scope)/\(reference.name)"
      if let index = resultOf[full] { return .layer(index) }
      if let alias = aliases[full] { return .alias(full, alias) }
      if scope.isEmpty { return .none }
      scope = scope.lastIndex(of: "/").map { scope[..<$0] } ?? ""
    }
  }

  /// Adds the uses of blocks that led to the layer.
  private mutating func report(_ diagnostic: Diagnostic, _ layer: LayerDeclaration) {
    var diagnostic = diagnostic
    diagnostic.related += layer.uses.reversed().map(\.note)
    bag.report(diagnostic)
  }

  private mutating func resolveOutputs(_ spec: Spec) -> [Int] {
    guard let references = spec.outputs else { return layers.isEmpty ? [] : [layers.count - 1] }
    return references.compactMap { reference in
      if let found = lookUp(reference), found.count == 1 { return found[0] }
      bag.report(
        .unknown(
          .unknownOutput, "the output `\(reference.name)` is no layer", word: reference.name,
          at: reference.span, among: names(seenFrom: "", except: "")))
      return nil
    }
  }

  /// Names as they would be written in a scope.
  private func names(seenFrom scope: String, except name: String) -> [String] {
    // Among more nothing is sought.
    guard layers.count + aliases.count <= Suggestion.mostCandidates else { return [] }
    return (layers.map(\.name) + aliases.keys).filter { $0 != name && !$0.isEmpty }.map { full in
      !scope.isEmpty && full.hasPrefix(scope + "/") ? String(full.dropFirst(scope.count + 1)) : full
    }
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
        weights: weights[index], span: layer.typeSpan)
    }
    guard result.count == layers.count, !result.isEmpty else { return nil }
    return Network(
      name: spec.name, layers: result, outputs: outputs.map { place[$0] }, classes: spec.classes,
      preprocessing: spec.preprocessing, optimizer: spec.optimizer)
  }
}
