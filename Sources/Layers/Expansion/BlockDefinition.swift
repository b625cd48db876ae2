import Diagnostics
import YAMLSyntax

/// A block of the spec: layers with parameters, used like a layer type.
package struct BlockDefinition: Sendable {
  package struct Parameter: Sendable {
    package var name: String
    /// nil: `required`.
    package var fallback: Node?
  }

  package var name: String
  package var span: SourceSpan
  package var parameters: [Parameter]
  var layers: [Node]

  /// Reads the `blocks:` section.
  static func read(_ section: Node, _ bag: inout DiagnosticBag) -> [BlockDefinition] {
    guard let entries = section.entries else {
      if !section.isNull {
        bag.report(
          Diagnostic(.wrongType, "`blocks` must be a mapping of names, not \(section.kindName)", at: section.span))
      }
      return []
    }
    return entries.compactMap { block($0, &bag) }
  }

  private static func block(_ entry: Node.Entry, _ bag: inout DiagnosticBag) -> BlockDefinition? {
    let name = entry.key.scalarText ?? ""
    guard LayerRegistry.kind(named: name) == nil else {
      bag.report(
        Diagnostic(
          .badLayerName, "a block cannot be called `\(name)`: that is a layer type", at: entry.key.span,
          help: ["give it another name"]))
      return nil
    }
    guard let keys = entry.value.entries else {
      bag.report(
        Diagnostic(
          .wrongType, "the block `\(name)` must have `layers`, not be \(entry.value.kindName)", at: entry.value.span))
      return nil
    }
    var block = BlockDefinition(name: name, span: entry.key.span, parameters: [], layers: [])
    for key in keys {
      switch key.key.scalarText ?? "" {
      case "parameters": block.parameters = parameters(key.value, &bag)
      case "layers":
        guard let layers = key.value.elements, !layers.isEmpty else {
          bag.report(
            Diagnostic(
              .wrongType, "`layers` of the block `\(name)` must be a list of layers, not \(key.value.kindName)",
              at: key.value.span))
          return nil
        }
        block.layers = layers
      default:
        bag.report(
          .unknown(
            .unknownTopLevelKey, "unknown key `\(key.key.scalarText ?? "")` in the block `\(name)`",
            word: key.key.scalarText ?? "", at: key.key.span, among: ["parameters", "layers"]))
      }
    }
    if block.layers.isEmpty {
      bag.report(Diagnostic(.noLayers, "the block `\(name)` has no `layers`", at: entry.key.span))
      return nil
    }
    return block
  }

  private static func parameters(_ node: Node, _ bag: inout DiagnosticBag) -> [Parameter] {
    guard let entries = node.entries else {
      if !node.isNull {
        bag.report(
          Diagnostic(
            .wrongType, "`parameters` must map names to defaults, not be \(node.kindName)", at: node.span,
            help: ["such as `parameters: {width: required, stride: 1}`"]))
      }
      return []
    }
    return entries.compactMap { entry in
      guard let name = entry.key.scalarText else { return nil }
      guard !reserved.contains(name) else {
        bag.report(
          Diagnostic(
            .badLayerName, "a parameter cannot be called `\(name)`: every layer has that key", at: entry.key.span))
        return nil
      }
      let isRequired = entry.value.scalarText == "required"
      return Parameter(name: name, fallback: isRequired ? nil : entry.value)
    }
  }

  private static let reserved = Set(SpecKeys.everyLayer.map(\.key) + ["input", "inputs"])
}

extension BlockDefinition {
  /// Gives the parameters of a block the values of a use, or their defaults; false when one is missing or unknown,
  /// which was reported.
  func bind(
    _ use: WrittenLayer, _ constants: inout Constants, _ scope: ExpansionScope, _ bag: inout DiagnosticBag
  ) -> Bool {
    var given: [String: Node] = [:]
    var good = true
    let known = parameters.map(\.name)
    for entry in use.entries {
      let key = entry.key.scalarText ?? ""
      if commonLayerKeys.contains(key) { continue }
      guard known.contains(key) else {
        good = false
        bag.report(
          scope.explained(
            .unknown(
              .unknownParameter, "unknown parameter `\(key)` of the block `\(name)`", word: key, at: entry.key.span,
              among: known + SpecKeys.everyLayer.map(\.key))))
        continue
      }
      given[key] = entry.value
    }
    for parameter in parameters {
      if let value = given[parameter.name] {
        constants.define(parameter.name, value)
      } else if let fallback = parameter.fallback, let value = constants.substituted(fallback, &bag) {
        constants.define(parameter.name, value)
      } else {
        good = false
        guard parameter.fallback == nil else { continue }
        bag.report(
          scope.explained(
            Diagnostic(
              .missingParameter, "the block `\(name)` needs `\(parameter.name)`", at: use.typeSpan,
              label: "not given",
              related: [Diagnostic.Related(message: "`\(name)` is defined here", span: span)],
              help: ["add `\(parameter.name): …`"])))
      }
    }
    return good
  }
}
