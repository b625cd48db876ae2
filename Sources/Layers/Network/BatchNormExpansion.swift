import Diagnostics

/// `batch_norm: true` is Lasagne's `batch_norm(layer)`: the bias goes, and the normalisation and the
/// nonlinearity become layers of their own, `<name>_bn` and `<name>_nonlin`.
enum BatchNormExpansion {
  static func expanded(_ layers: [LayerDeclaration]) -> [LayerDeclaration] {
    layers.flatMap { layer -> [LayerDeclaration] in
      guard let (bare, nonlinearity) = layer.kind?.batchNormalised else { return [layer] }
      var first = layer
      first.kind = bare
      var parts = [first, part(layer, "BatchNorm", "_bn", BatchNorm())]
      if nonlinearity != .linear {
        parts.append(part(layer, "Nonlinearity", "_nonlin", NonlinearityLayer(nonlinearity)))
      }
      return parts
    }
  }

  private static func part(_ layer: LayerDeclaration, _ type: String, _ suffix: String, _ kind: any LayerKind)
    -> LayerDeclaration
  {
    var part = layer
    (part.typeName, part.name, part.kind) = (type, layer.name + suffix, kind)
    (part.incomings, part.places, part.isContinuation) = (nil, [:], true)
    return part
  }

  /// If the layer is the last part of an expanded one: the name that the spec gave to the whole.
  static func wholeName(of layer: LayerDeclaration, at index: Int, in layers: [LayerDeclaration]) -> String? {
    for (distance, suffix) in [(1, "_bn"), (2, "_nonlin")] where layer.name.hasSuffix(suffix) {
      let first = index - distance
      guard first >= 0, layer.nameSpan == layers[first].nameSpan, layer.kind != nil,
        layer.name == layers[first].name + suffix
      else { continue }
      return layers[first].name
    }
    return nil
  }
}
