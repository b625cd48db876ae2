import Diagnostics
import Exchange
import Layers

/// The weights of a spec's base held against the network, strictly: every parameter of a layer from the base has to
/// be in the file with its shape, and every tensor of the file has to be used, unless the spec says what is meant.
struct BaseWeightsFile {
  let file: SafetensorsFile
  /// Parameters that are in the file.
  let taken: [Network.Weight]
  /// Parameters that get first values: of layers that the spec adds, and those that it calls `fresh`.
  let fresh: [Network.Weight]

  /// More names in a note than this nobody reads.
  private static let mostListed = 400

  /// - Parameter loaded: its spec has a base with weights, and it has a network.
  /// - Throws: every problem, at its place in the spec (N0501 to N0506, N0119).
  init(_ base: BaseWeights, _ network: Network, _ map: SourceMap) throws(SpecProblems) {
    var bag = DiagnosticBag()
    guard let file = Self.open(base, map, &bag) else { throw SpecProblems(map: map, bag: bag) }
    let candidates = network.layers.filter(\.takesBaseWeights).flatMap { layer in
      layer.weights.filter { !$0.isTied }.map { (weight: $0, typeName: layer.typeName) }
    }
    let wanted = candidates.filter { candidate in
      !base.fresh.contains { $0.matches(tensor: candidate.weight.name) }
    }
    let names = Set(wanted.map(\.weight.name))
    let found = file.tensors.filter { tensor in !base.unused.contains { $0.matches(tensor: tensor.name) } }
    let tensors = Dictionary(found.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let missing = wanted.filter { tensors[$0.weight.name] == nil }.map(\.weight)
    let unexpected = found.filter { !names.contains($0.name) && !base.known.contains($0.name) }
    let problems = Problems(base: base, network: network.name)
    problems.patterns(candidates.map(\.weight.name), file, &bag)
    if !missing.isEmpty { bag.report(problems.missing(missing)) }
    let differing = wanted.filter { candidate in
      tensors[candidate.weight.name].map {
        $0.shape != candidate.weight.shape && $0.shape != candidate.weight.storedShape
      } ?? false
    }
    if !differing.isEmpty {
      let isDense = differing.contains { $0.typeName == Dense.typeName }
      bag.report(problems.differing(differing.map { ($0.weight, tensors[$0.weight.name]) }, isDense: isDense))
    }
    let unreadable = wanted.compactMap { tensors[$0.weight.name] }.filter { $0.type.element?.isFloatingPoint != true }
    if !unreadable.isEmpty { bag.report(problems.unreadable(unreadable)) }
    if !unexpected.isEmpty { bag.report(problems.unexpected(unexpected)) }
    guard !bag.hasErrors else { throw SpecProblems(map: map, bag: bag) }
    self.file = file
    taken = wanted.map(\.weight)
    fresh = network.weights.filter { !names.contains($0.name) }
  }

  private static func open(_ base: BaseWeights, _ map: SourceMap, _ bag: inout DiagnosticBag) -> SafetensorsFile? {
    let path = map.path(base.path, namedAt: base.span)
    do throws(DiagnosticError) {
      return try SafetensorsFile(path: path)
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
    let base: BaseWeights
    let network: String

    /// A pattern that fits nothing is a slip of the pen.
    func patterns(_ parameters: [String], _ file: SafetensorsFile, _ bag: inout DiagnosticBag) {
      for pattern in base.fresh where !parameters.contains(where: pattern.matches(tensor:)) {
        bag.report(
          .unknown(
            .unknownBaseLayer, "`fresh` names `\(pattern.text)`, and the base gives no such parameter",
            word: pattern.text, at: pattern.span, among: parameters))
      }
      let names = file.tensors.map(\.name)
      for pattern in base.unused where !names.contains(where: pattern.matches(tensor:)) {
        bag.report(
          .unknown(
            .missingTensor, "`unused` names `\(pattern.text)`, and `\(base.path)` has no such tensor",
            word: pattern.text, at: pattern.span, among: names))
      }
    }

    func missing(_ weights: [Network.Weight]) -> Diagnostic {
      Diagnostic(
        .missingTensor, "`\(base.path)` lacks \(Format.count(weights.count, "tensor")) of the base `\(base.base)`",
        at: base.span, notes: listed(weights.map { ($0.name, $0.storedShape) }, "missing"),
        help: [
          "tensors are called `<layer>.W`, `.b`, `.gamma`, `.beta`, `.mean`, `.var`, with the names of the base",
          "`fresh: \(Self.layers(weights.map(\.name)))` in `base` would initialise them",
        ])
    }

    func differing(_ pairs: [(weight: Network.Weight, tensor: TensorInfo?)], isDense: Bool) -> Diagnostic {
      let notes = pairs.prefix(mostListed).map { weight, tensor in
        "`\(weight.name)` is \(tensor?.shape.crossed ?? "") in the file, and \(weight.storedShape.crossed) "
          + "in `\(network)`"
      }
      let layers = Self.layers(pairs.map(\.weight.name))
      let count = pairs.count
      return Diagnostic(
        .tensorShapeDiffers,
        "\(Format.count(count, "tensor")) of `\(base.path)` \(count == 1 ? "has" : "have") another shape",
        at: base.span, notes: notes,
        help: isDense
          ? [
            "a Dense layer has other weights for images of another size: `transform: {fc_to_conv: \(layers)}` makes "
              + "a convolution of it, which keeps them"
          ]
          : ["these are the weights of another network, or `fresh: \(layers)` in `base` initialises the layers"])
    }

    func unreadable(_ tensors: [TensorInfo]) -> Diagnostic {
      Diagnostic(
        .unsupportedType,
        "\(Format.count(tensors.count, "tensor")) of `\(base.path)` \(tensors.count == 1 ? "is" : "are") "
          + "no floating-point numbers", at: base.span,
        notes: tensors.prefix(mostListed).map { "`\($0.name)` has elements of type \($0.type.rawValue)" },
        help: ["store them as F32, F16, BF16 or F64"])
    }

    func unexpected(_ tensors: [TensorInfo]) -> Diagnostic {
      Diagnostic(
        .unexpectedTensor,
        "`\(base.path)` has \(Format.count(tensors.count, "tensor")) that `\(base.base)` does not have", at: base.span,
        notes: listed(tensors.map { ($0.name, $0.shape) }, "of no layer of the base"),
        help: [
          "adapt the layers of the base, or say with `unused: \(Self.layers(tensors.map(\.name)))` in `base` that "
            + "they are left out"
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
