import Diagnostics
import Exchange
import Layers
import TrainingLoop

/// The weights that a spec names held against the network, strictly: every parameter of the layers that they are for has
/// to be in the file with its shape, and every tensor of the file has to be used, unless the spec says what is meant.
struct SpecWeightsFile {
  let file: TensorFile
  /// Parameters that are in the file.
  let sources: [String: WeightMatching.Source]
  /// Parameters that get first values: of layers that the spec adds to a base, and those that it calls `fresh`.
  let fresh: [Network.Weight]

  /// More names in a note than this nobody reads.
  private static let mostListed = 400

  /// - Parameter weights: what the spec says; it has a network.
  /// - Throws: every problem, at its place in the spec (N0501 to N0506, N0119).
  init(_ weights: SpecWeights, _ network: Network, _ map: SourceMap) throws(SpecProblems) {
    var bag = DiagnosticBag()
    guard let file = Self.open(weights, map, &bag) else { throw SpecProblems(map: map, bag: bag) }
    let candidates = network.layers.filter(\.takesSpecWeights).flatMap { layer in
      layer.weights.filter { !$0.isTied }.map { WeightMatching.Wanted(weight: $0, layer: layer) }
    }
    let wanted = candidates.filter { candidate in
      !weights.fresh.contains { $0.matches(tensor: candidate.weight.name) }
    }
    let found = file.entries.filter { entry in
      !weights.unused.contains { $0.matches(tensor: entry.name) } && !Checkpoint.isBeside(entry.name)
    }
    let matching = WeightMatching(wanted, of: network, in: found, weights.map)
    let unexpected = matching.unexpected.filter { !weights.known.contains($0.name) }
    let problems = Problems(weights: weights, network: network.name)
    problems.patterns(candidates.map(\.weight.name), file, &bag)
    if !matching.missing.isEmpty { bag.report(problems.missing(matching.missing)) }
    if !matching.differing.isEmpty { bag.report(problems.differing(matching.differing)) }
    if !matching.unreadable.isEmpty { bag.report(problems.unreadable(matching.unreadable)) }
    if !matching.repeated.isEmpty { bag.report(problems.repeated(matching.repeated)) }
    if !unexpected.isEmpty { bag.report(problems.unexpected(unexpected)) }
    guard !bag.hasErrors else { throw SpecProblems(map: map, bag: bag) }
    self.file = file
    sources = matching.sources
    fresh = network.weights.filter { matching.sources[$0.name] == nil }
  }

  private static func open(_ base: SpecWeights, _ map: SourceMap, _ bag: inout DiagnosticBag) -> TensorFile? {
    let path = map.path(base.path, namedAt: base.span)
    do throws(DiagnosticError) {
      return try TensorFile(path: path)
    } catch {
      let problem = error.diagnostic
      let isMissing = problem.code == .unreadableFile
      bag.report(
        Diagnostic(
          problem.code, problem.message, at: base.span, notes: problem.notes,
          help: isMissing
            ? ["the path counts from the folder of the spec that names it; `--weights FILE` gives all weights instead"]
            : problem.help))
      return nil
    }
  }

  /// The words of what can be wrong.
  private struct Problems {
    let weights: SpecWeights
    let network: String

    private var place: SourceSpan { weights.span }
    private var path: String { weights.path }
    private var key: String { weights.owner.key }

    /// Whose parameters the file has to have.
    private var owner: String {
      if case .base(let spec) = weights.owner { return "the base `\(spec)`" }
      return "`\(network)`"
    }

    /// A pattern that fits nothing is a slip of the pen.
    func patterns(_ parameters: [String], _ file: TensorFile, _ bag: inout DiagnosticBag) {
      for pattern in weights.fresh where !parameters.contains(where: pattern.matches(tensor:)) {
        bag.report(
          .unknown(
            .unknownBaseLayer,
            "`fresh` names `\(pattern.text)`, and \(key == "base" ? "the base" : "the spec") gives no such parameter",
            word: pattern.text, at: pattern.span, among: parameters))
      }
      let names = file.entries.map(\.name)
      for pattern in weights.unused where !names.contains(where: pattern.matches(tensor:)) {
        bag.report(
          .unknown(
            .missingTensor, "`unused` names `\(pattern.text)`, and `\(path)` has no such tensor",
            word: pattern.text, at: pattern.span, among: names))
      }
    }

    func missing(_ missing: [Network.Weight]) -> Diagnostic {
      Diagnostic(
        .missingTensor, "`\(path)` lacks \(Format.count(missing.count, "tensor")) of \(owner)",
        at: place, notes: listed(missing.map { ($0.name, $0.storedShape) }, "missing"),
        help: [
          "tensors are called `<layer>.W`, `.b`, `.gamma`, `.beta`, `.mean`, `.var`, with the names of "
            + "\(key == "base" ? "the base" : "the spec"); `map` says what other names mean",
          "`fresh: \(Self.layers(missing.map(\.name)))` in `\(key)` would initialise them",
        ])
    }

    func differing(_ differing: [WeightMatching.Difference]) -> Diagnostic {
      let notes = differing.prefix(mostListed).map { difference in
        let weight = difference.wanted.weight
        let made = difference.shape == difference.tensor.shape ? "" : difference.shape.map { ", made \($0.crossed)" }
        return "`\(weight.name)` is \(difference.tensor.shape.crossed) in the file"
          + (made ?? ", which its layout does not go with") + ", and \(weight.storedShape.crossed) in `\(network)`"
      }
      let isDense = differing.contains { $0.wanted.layer.typeName == Dense.typeName }
      let layers = Self.layers(differing.map(\.wanted.weight.name))
      let count = differing.count
      return Diagnostic(
        .tensorShapeDiffers,
        "\(Format.count(count, "tensor")) of `\(path)` \(count == 1 ? "has" : "have") another shape",
        at: place, notes: notes,
        help: isDense && key == "base"
          ? [
            "a Dense layer has other weights for images of another size: `transform: {fc_to_conv: \(layers)}` makes "
              + "a convolution of it, which keeps them"
          ]
          : [
            "these are the weights of another network, or `fresh: \(layers)` in `\(key)` initialises the layers",
            "numbers that only lie otherwise are put right by `as:` in a `map`",
          ])
    }

    func unreadable(_ tensors: [TensorFile.Entry]) -> Diagnostic {
      Diagnostic(
        .unsupportedType,
        "\(Format.count(tensors.count, "tensor")) of `\(path)` \(tensors.count == 1 ? "is" : "are") "
          + "no floating-point numbers", at: place,
        notes: tensors.prefix(mostListed).map { "`\($0.name)` has elements of type \($0.type)" },
        help: ["store them as F32, F16, BF16 or F64"])
    }

    func repeated(_ repeated: [(parameter: String, tensors: [String])]) -> Diagnostic {
      Diagnostic(
        .unexpectedTensor, "`map` makes several tensors of `\(path)` one parameter", at: place,
        notes: repeated.prefix(mostListed).map { parameter, tensors in
          "`\(parameter)` is \(tensors.map { "`\($0)`" }.joined(separator: " and "))"
        },
        help: ["leave all but one out, with null as their parameter"])
    }

    func unexpected(_ tensors: [TensorFile.Entry]) -> Diagnostic {
      Diagnostic(
        .unexpectedTensor,
        "`\(path)` has \(Format.count(tensors.count, "tensor")) that \(owner.replacing("the base ", with: "")) does not "
          + "have", at: place,
        notes: listed(
          tensors.map { ($0.name, $0.shape) }, key == "base" ? "of no layer of the base" : "of no layer"),
        help: [
          "adapt the layers\(key == "base" ? " of the base" : ""), or say with "
            + "`unused: \(Self.layers(tensors.map(\.name)))` in `\(key)` that they are left out"
        ])
    }

    private func listed(_ items: [(name: String, shape: [Int])], _ what: String) -> [String] {
      let shown = items.prefix(mostListed).map { "`\($0.name)` \($0.shape.crossed)" }.joined(separator: ", ")
      return ["\(what): \(shown)\(items.count > mostListed ? " and \(items.count - mostListed) more" : "")"]
    }

    /// `[conv9, fc]`: the layers of tensors, each once; of many the first.
    private static func layers(_ tensors: [String]) -> String {
      var names: [String] = []
      for tensor in tensors {
        let name = tensor.lastIndex(of: ".").map { String(tensor[..<$0]) } ?? tensor
        if !names.contains(name) { names.append(name) }
      }
      return "[\(names.prefix(4).joined(separator: ", "))\(names.count > 4 ? ", …" : "")]"
    }
  }
}

/// Problems that were found after a spec was read, at their places in it.
package struct SpecProblems: Error, Sendable {
  package var map: SourceMap
  package var bag: DiagnosticBag
}
