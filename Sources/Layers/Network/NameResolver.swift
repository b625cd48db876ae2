import Diagnostics

/// Finds the layers that names mean: as incomings, and as outputs.
struct NameResolver {
  private(set) var bag = DiagnosticBag()
  /// The layer of each name, or its first part.
  private(set) var indexOf: [String: Int] = [:]
  private let layers: [LayerDeclaration]
  private let aliases: [String: LayerAlias]
  /// What a name means as an incoming: with `batch_norm` the last part of the layer.
  private var resultOf: [String: Int] = [:]
  /// What aliases came to; nil for none.
  private var resolvedAliases: [String: [Int]?] = [:]

  init(_ layers: [LayerDeclaration], _ aliases: [String: LayerAlias]) {
    (self.layers, self.aliases) = (layers, aliases)
    enterNames()
  }

  /// Enters the names of all layers.
  private mutating func enterNames() {
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

  /// The incoming layers of each layer; nil where they are not known.
  mutating func incomings() -> [[Int]?] {
    layers.indices.map { incomings(of: layers[$0], at: $0) }
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

  /// The outputs that a spec names, else the last layer.
  mutating func outputs(_ spec: Spec) -> [Int] {
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
}
