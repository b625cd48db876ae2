import Diagnostics
import NetIR
import YAMLSyntax

/// What a spec takes over from its base: layers, and what feeds the first of its own.
struct BaseStart {
  var layers: [LayerDeclaration]
  var aliases: [String: LayerAlias]
  var last: Reference?
}

/// `base: {spec: vgg16.yaml, weights: …, unused: […], fresh: […], until: pool5, drop: […], transform: {fc_to_conv: […]}}`
struct BaseReference {
  var path: String
  var pathSpan: SourceSpan
  var weights: WrittenWeights?
  /// What the spec says of tensors of the weights.
  var unused: [NamePattern] = []
  var fresh: [NamePattern] = []
  /// The last layer that is kept.
  var until: Reference?
  /// Layers that are taken out; who read them reads what fed them.
  var drop: [Reference] = []
  /// Dense layers that become convolutions.
  var fullyConvolutional: [Reference] = []

  static func read(_ node: Node, _ bag: inout DiagnosticBag) -> BaseReference? {
    if let path = node.scalarText, !node.isNull { return BaseReference(path: path, pathSpan: node.span) }
    guard let entries = node.entries, let spec = node["spec"], let path = spec.scalarText else {
      bag.report(
        Diagnostic(
          .wrongType, "`base` must name a spec, not be \(node.kindName)", at: node.span,
          help: ["such as `base: {spec: vgg16.yaml, until: pool5}`"]))
      return nil
    }
    var base = BaseReference(path: path, pathSpan: spec.span)
    for entry in entries {
      switch entry.key.scalarText ?? "" {
      case "spec": break
      case "weights": base.weights = WrittenWeights.read(entry.value, keys: SpecKeys.baseWeights, &bag)
      case "unused": base.unused = Reference.read(entry.value, &bag).map { NamePattern($0.name, span: $0.span) }
      case "fresh": base.fresh = Reference.read(entry.value, &bag).map { NamePattern($0.name, span: $0.span) }
      case "until": base.until = Reference.read(entry.value, &bag).first
      case "drop": base.drop = Reference.read(entry.value, &bag)
      case "transform":
        for transform in entry.value.entries ?? [] {
          guard transform.key.scalarText == "fc_to_conv" else {
            bag.report(
              .unknown(
                .unknownTopLevelKey, "unknown transform `\(transform.key.scalarText ?? "")`",
                word: transform.key.scalarText ?? "", at: transform.key.span, among: ["fc_to_conv"]))
            continue
          }
          base.fullyConvolutional = Reference.read(transform.value, &bag)
        }
      case let key:
        bag.report(
          .unknown(
            .unknownTopLevelKey, "unknown key `\(key)` in `base`", word: key, at: entry.key.span,
            among: SpecKeys.base.map(\.key)))
      }
    }
    if let pattern = base.unused.first ?? base.fresh.first, base.weights == nil {
      let key = base.unused.isEmpty ? "fresh" : "unused"
      bag.report(
        Diagnostic(
          .missingParameter, "`\(key)` in `base` says something of its weights, and there are none", at: pattern.span,
          help: ["add `weights: FILE.safetensors`, or take `\(key)` away"]))
    }
    return base
  }

  /// - Parameter written: the spec's own layers; an Input at their beginning replaces the base's.
  /// - Returns: nil when something was wrong and has been reported.
  func start(from base: Spec, _ written: inout [WrittenLayer?], _ bag: inout DiagnosticBag) -> BaseStart? {
    var layers = base.layers
    var aliases = base.aliases
    guard known(in: layers, aliases, &bag) else { return nil }
    guard replaceInput(&layers, &written, &bag), transform(&layers, base, &bag) else { return nil }
    if weights != nil { for index in layers.indices { layers[index].takesSpecWeights = true } }
    if let until {
      let kept = layers.lastIndex { $0.name == until.name || $0.name.hasPrefix(until.name + "/") } ?? layers.count - 1
      layers = Array(layers[...kept])
    }
    for reference in drop {
      guard let index = layers.firstIndex(where: { $0.name == reference.name }) else { continue }
      let dropped = layers.remove(at: index)
      aliases[dropped.name] = LayerAlias(targets: dropped.incomings ?? [], span: reference.span)
    }
    var last = layers.last.map { Reference(name: $0.name, span: $0.typeSpan, scope: "") }
    if let until { last = Reference(name: until.name, span: until.span, scope: "") }
    return BaseStart(layers: layers, aliases: aliases, last: last)
  }

  /// The weights of the kept layers; those that the base itself takes over where this spec names none.
  func weights(of base: Spec) -> SpecWeights? {
    guard let weights else { return base.weights }
    let known = Elaborator.elaborate(base).network?.weights.map(\.name) ?? []
    return SpecWeights(
      path: weights.path, span: weights.span, owner: .base(path), known: Set(known), map: weights.map, unused: unused,
      fresh: fresh)
  }

  private func known(in layers: [LayerDeclaration], _ aliases: [String: LayerAlias], _ bag: inout DiagnosticBag) -> Bool
  {
    let names = layers.map(\.name) + aliases.keys.sorted()
    var good = true
    for reference in [until].compactMap({ $0 }) + drop + fullyConvolutional where !names.contains(reference.name) {
      good = false
      bag.report(
        .unknown(
          .unknownBaseLayer, "`\(path)` has no layer `\(reference.name)`", word: reference.name, at: reference.span,
          among: layers.map(\.name)))
    }
    return good
  }

  private func replaceInput(
    _ layers: inout [LayerDeclaration], _ written: inout [WrittenLayer?], _ bag: inout DiagnosticBag
  ) -> Bool {
    guard let first = written.first, let own = first,
      LayerRegistry.kind(named: own.typeName)?.typeName == Input.typeName
    else { return true }
    written.removeFirst()
    let inputs = layers.indices.filter { layers[$0].kind is Input }
    guard inputs.count == 1 else {
      bag.report(
        Diagnostic(
          .unknownBaseLayer, "`\(path)` has \(inputs.count) inputs: which one to replace is not clear", at: own.typeSpan
        ))
      return false
    }
    var namer = LayerNamer()
    let declaration = own.declaration(&namer, knownBlocks: [], &bag)
    guard let kind = declaration.kind else { return false }
    layers[inputs[0]].kind = kind
    layers[inputs[0]].places = declaration.places
    return true
  }

  /// A dense layer over C×h×w is a convolution with h×w filters: the same numbers in the same order.
  private func transform(_ layers: inout [LayerDeclaration], _ base: Spec, _ bag: inout DiagnosticBag) -> Bool {
    guard !fullyConvolutional.isEmpty else { return true }
    guard let network = Elaborator.elaborate(base).network else { return false }
    for reference in fullyConvolutional {
      guard let index = layers.firstIndex(where: { $0.name == reference.name }),
        let dense = layers[index].kind as? Dense,
        let layer = network.layers.first(where: { $0.name == reference.name }), let input = layer.inputs.first
      else {
        bag.report(
          Diagnostic(.unknownBaseLayer, "`\(reference.name)` of `\(path)` is no Dense layer", at: reference.span))
        return false
      }
      let shape = network.layers[input].shape
      var convolution = Conv2D()
      convolution.numFilters = dense.numUnits
      if let image = shape.spatial { convolution.filterSize = Size2D(image.height, image.width) }
      (convolution.weight, convolution.bias) = (dense.weight, dense.bias)
      (convolution.nonlinearity, convolution.batchNorm) = (dense.nonlinearity, dense.batchNorm)
      convolution.isStoredAsDense = true
      layers[index].kind = convolution
      layers[index].typeName = Conv2D.typeName
    }
    return true
  }
}
