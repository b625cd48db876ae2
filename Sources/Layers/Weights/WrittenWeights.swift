import Diagnostics
import YAMLSyntax

/// Weights as a spec writes them: a file, or `{file: …, map: …}`.
struct WrittenWeights {
  var path: String
  var span: SourceSpan
  var map: WeightMap?
  var unused: [NamePattern] = []
  var fresh: [NamePattern] = []

  /// - Parameter keys: what may stand beside `file`.
  /// - Returns: nil where there are none, or something was wrong and has been reported.
  static func read(_ node: Node, keys: [SpecKeys.Row], _ bag: inout DiagnosticBag) -> WrittenWeights? {
    if node.isNull { return nil }
    if let path = node.scalarText, !path.isEmpty { return WrittenWeights(path: path, span: node.span) }
    guard node.entries != nil else {
      bag.report(
        Diagnostic(
          .wrongType, "`weights` must name a file, not be \(node.kindName)", at: node.span,
          help: ["such as `weights: vgg16.safetensors`"]))
      return nil
    }
    let entries = node.section("weights", keys.map(\.key), &bag)
    guard let file = node["file"], let path = file.scalarText, !path.isEmpty, !file.isNull else {
      bag.report(
        Diagnostic(
          .missingParameter, "`weights` needs `file`", at: node["file"]?.span ?? node.span, label: "no file named",
          help: ["such as `weights: {file: vgg16.safetensors, map: torchvision}`"]))
      return nil
    }
    var weights = WrittenWeights(path: path, span: file.span)
    for entry in entries {
      switch entry.key.scalarText {
      case "map": weights.map = WeightMap.read(entry.value, &bag)
      case "unused": weights.unused = patterns(entry.value, &bag)
      case "fresh": weights.fresh = patterns(entry.value, &bag)
      default: break
      }
    }
    return weights
  }

  private static func patterns(_ node: Node, _ bag: inout DiagnosticBag) -> [NamePattern] {
    Reference.read(node, &bag).map { NamePattern($0.name, span: $0.span) }
  }

  /// As the weights of all of a spec.
  var ofSpec: SpecWeights {
    SpecWeights(path: path, span: span, owner: .spec, map: map, unused: unused, fresh: fresh)
  }
}

extension Reference {
  /// A name, or a list of them.
  static func read(_ node: Node, _ bag: inout DiagnosticBag) -> [Reference] {
    (node.elements ?? [node]).compactMap { element in
      guard let name = element.scalarText, !element.isNull else {
        bag.report(Diagnostic(.wrongType, "expected the name of a layer, not \(element.kindName)", at: element.span))
        return nil
      }
      return Reference(name: name, span: element.span, scope: "")
    }
  }
}
