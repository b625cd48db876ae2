import Diagnostics
import NetIR

/// Resolves `W: other_layer`: the parameter is the other layer's, and counts there.
struct TieResolver {
  let layers: [LayerDeclaration]
  let indexOf: [String: Int]

  /// Renames tied weights to the tensor that they share.
  func resolve(_ weights: inout [[Network.Weight]], shapes: [LayerShape?], bag: inout DiagnosticBag) {
    let original = weights
    var circular: Set<String> = []
    var owners: [String: Network.Weight] = [:]
    for layer in weights.indices {
      for place in weights[layer].indices {
        guard case .tied = original[layer][place].source else { continue }
        guard
          let owner = owner(
            of: original[layer][place], seenFrom: layers[layer].scope, in: original, shapes, &circular, &owners, &bag)
        else { continue }
        guard owner.shape == original[layer][place].shape else {
          report(original[layer][place], owner, &bag)
          continue
        }
        weights[layer][place].name = owner.name
        weights[layer][place].source = owner.source
        weights[layer][place].isTied = true
      }
    }
  }

  /// Follows ties to the layer that has the parameter itself; nil after a report, or where a shape that is
  /// unknown for another reason makes the question moot.
  ///
  /// - Parameters:
  ///   - circular: the parameters whose ties were found to go in a circle; each circle is reported once.
  ///   - owners: what was found before, so that no part of a chain is walked twice.
  private func owner(
    of weight: Network.Weight, seenFrom scope: String, in weights: [[Network.Weight]], _ shapes: [LayerShape?],
    _ circular: inout Set<String>, _ owners: inout [String: Network.Weight], _ bag: inout DiagnosticBag
  ) -> Network.Weight? {
    var current = weight
    var scope = scope
    var visited: Set<String> = [weight.name]
    while case .tied(let name, let span) = current.source {
      guard let index = lookUp(name, scope) else {
        let initialisers = InitialiserInfo.all.map(\.name)
        let isSlip = Suggestion.best(for: name, among: initialisers) != nil
        bag.report(
          .unknown(
            isSlip ? .unknownInitialiser : .unknownTie, "`\(name)` is neither an initialiser nor a layer",
            word: name, at: span,
            among: initialisers
              + (layers.count > Suggestion.mostCandidates / 2 ? [] : layers.map(\.name).filter { !$0.isEmpty })))
        return nil
      }
      guard shapes[index] != nil else { return nil }
      guard let next = weights[index].first(where: { $0.suffix == current.suffix }) else {
        bag.report(
          Diagnostic(
            .unknownTie, "\(layers[index].typeName) `\(name)` has no `\(current.suffix)` to share", at: span,
            related: [Diagnostic.Related(message: "`\(name)` is here", span: layers[index].typeSpan)]))
        return nil
      }
      if circular.contains(next.name) { return nil }
      guard visited.insert(next.name).inserted else {
        circular.formUnion(visited)
        bag.report(
          Diagnostic(
            .tieCycle, "the ties of `\(next.name)` go in a circle", at: span,
            help: ["one of the layers has to own the parameter: give it an initialiser"]))
        return nil
      }
      if let owner = owners[next.name] {
        current = owner
        break
      }
      (current, scope) = (next, layers[index].scope)
    }
    for name in visited { owners[name] = current }
    return current
  }

  /// A layer by its name: in the block, then in the blocks around it.
  private func lookUp(_ name: String, _ scope: String) -> Int? {
    var scope = Substring(scope)
    while true {
      if let index = indexOf[scope.isEmpty ? name : "\(scope)/\(name)"] { return index }
      if scope.isEmpty { return nil }
      scope = scope.lastIndex(of: "/").map { scope[..<$0] } ?? ""
    }
  }

  private func report(_ weight: Network.Weight, _ owner: Network.Weight, _ bag: inout DiagnosticBag) {
    guard case .tied(let name, let span) = weight.source else { return }
    let index = lookUp(name, layers.first { $0.name + "." + weight.suffix == weight.name }?.scope ?? "")
    bag.report(
      Diagnostic(
        .tiedShapeDiffers,
        "`\(weight.name)` is \(weight.shape.crossed), and `\(owner.name)` is \(owner.shape.crossed)",
        at: span,
        label: "cannot be shared",
        related: index.map { [Diagnostic.Related(message: "`\(name)` is here", span: layers[$0].typeSpan)] }
          ?? []))
  }
}
