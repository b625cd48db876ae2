import Diagnostics
import YAMLSyntax

/// What files may share: constants, defaults of layer types, blocks.
struct Definitions {
  private(set) var constants = Constants()
  /// Entries that layers of a type get unless they say otherwise.
  private(set) var defaults: [String: [Node.Entry]] = [:]
  private(set) var blocks: [String: BlockDefinition] = [:]

  /// Reads these sections of a spec, or of a file that it includes: constants first, because defaults and blocks use
  /// them.
  mutating func read(_ entries: [Node.Entry], _ documents: SpecDocuments, _ bag: inout DiagnosticBag) {
    func value(_ key: String) -> Node? { entries.first { $0.key.scalarText == key }?.value }
    if let node = value("include") { readIncludes(node, documents, &bag) }
    if let node = value("let") { readConstants(node, &bag) }
    if let node = value("defaults") { readDefaults(node, &bag) }
    if let node = value("blocks") {
      for block in BlockDefinition.read(node, &bag) { blocks[block.name] = block }
    }
  }

  private mutating func readConstants(_ node: Node, _ bag: inout DiagnosticBag) {
    for entry in node.section("let", nil, &bag) {
      guard let name = entry.key.scalarText, let first = name.first, first == "_" || first.isLetter,
        name.allSatisfy({ $0 == "_" || $0.isLetter || $0.isNumber }), !["min", "max", "true", "false"].contains(name)
      else {
        bag.report(
          Diagnostic(
            .badLayerName, "`\(entry.key.scalarText ?? "")` is no name for a constant", at: entry.key.span,
            help: ["use letters, digits and `_`, beginning with a letter"]))
        continue
      }
      if let value = constants.substituted(entry.value, &bag) { constants.define(name, value) }
    }
  }

  private mutating func readDefaults(_ node: Node, _ bag: inout DiagnosticBag) {
    for entry in node.section("defaults", nil, &bag) {
      let name = entry.key.scalarText ?? ""
      guard let kind = LayerRegistry.kind(named: name) else {
        bag.report(
          .unknown(
            .unknownLayerType, "unknown layer type `\(name)` in `defaults`", word: name, at: entry.key.span,
            among: LayerRegistry.names))
        continue
      }
      guard let parameters = constants.substituted(entry.value, &bag)?.entries else {
        bag.report(
          Diagnostic(
            .wrongType, "the defaults of \(name) must be a mapping, not \(entry.value.kindName)", at: entry.value.span))
        continue
      }
      let known = kind.parameterInfos.map(\.key)
      let own = parameters.filter { parameter in
        let key = parameter.key.scalarText ?? ""
        if known.contains(key) { return true }
        bag.report(
          .unknown(
            .unknownParameter, "unknown parameter `\(key)` of \(kind.typeName)", word: key, at: parameter.key.span,
            among: known))
        return false
      }
      let inherited = defaults[kind.typeName] ?? []
      let keys = Set(own.map { $0.key.scalarText ?? "" })
      defaults[kind.typeName] = own + inherited.filter { !keys.contains($0.key.scalarText ?? "") }
    }
  }

  private mutating func readIncludes(_ node: Node, _ documents: SpecDocuments, _ bag: inout DiagnosticBag) {
    var documents = documents
    for path in node.elements ?? [node] {
      guard let text = path.scalarText, !path.isNull else {
        bag.report(
          Diagnostic(.wrongType, "`include` must be a list of files, not \(path.kindName)", at: path.span))
        continue
      }
      guard let document = documents.document(text, path.span, &bag), let entries = document.entries else { continue }
      for entry in entries {
        let key = entry.key.scalarText ?? ""
        guard !["let", "defaults", "blocks", "include"].contains(key) else { continue }
        bag.report(
          Diagnostic(
            .badInclude, "an included file cannot have `\(key)`", at: entry.key.span,
            related: [Diagnostic.Related(message: "included here", span: path.span)],
            help: ["it may have `blocks`, `defaults`, `let` and `include`; `base` starts from the layers of a spec"]))
      }
      read(entries, documents.within(document), &bag)
    }
  }
}
