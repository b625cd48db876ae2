import Diagnostics
import YAMLSyntax

/// Finds blocks and constants of a spec that nothing uses. Files that it includes are libraries: theirs may rest.
struct UnusedDefinitions {
  /// Blocks of every file by name.
  let blocks: [String: BlockDefinition]

  func findings(in root: Node) -> [Diagnostic] {
    var used: Set<String> = []
    var types: Set<String> = []
    note(root, &used)
    for block in blocks.values {
      for parameter in block.parameters { parameter.fallback.map { note($0, &used) } }
      for layer in block.layers { note(layer, &used) }
    }
    for element in value("layers", root)?.elements ?? [] { noteTypes(element, &types) }
    for block in blocks.values {
      // A block that only uses itself is recursive, which is an error of its own.
      for layer in block.layers { noteTypes(layer, &types) }
    }
    let constants = (value("let", root)?.entries ?? []).compactMap { entry -> Diagnostic? in
      guard let name = entry.key.scalarText, !used.contains(name) else { return nil }
      return Diagnostic(
        .unusedConstant, "nothing uses the constant `\(name)`", at: entry.key.span,
        help: ["write `$\(name)` where it is meant, or remove it"])
    }
    let unused = (value("blocks", root)?.entries ?? []).compactMap { entry -> Diagnostic? in
      guard let name = entry.key.scalarText, blocks[name] != nil, !types.contains(name) else { return nil }
      return Diagnostic(
        .unusedBlock, "nothing uses the block `\(name)`", at: entry.key.span,
        help: ["use it like a layer type, `- \(name): {…}`, or remove it"])
    }
    return constants + unused
  }

  private func value(_ key: String, _ node: Node) -> Node? {
    node.entries?.first { $0.key.scalarText == key }?.value
  }

  private func noteTypes(_ layer: Node, _ types: inout Set<String>) {
    if let word = layer.scalarText { types.insert(word) }
    if let word = layer.entries?.first?.key.scalarText { types.insert(word) }
    for element in layer.elements?.prefix(2) ?? [] {
      if let word = element.scalarText { types.insert(word) }
    }
  }

  /// Notes every `$name`, and every word within `${…}`.
  private func note(_ node: Node, _ used: inout Set<String>) {
    switch node.value {
    case .scalar(let scalar): if scalar.text.utf8.contains(0x24) { note(scalar.text, &used) }
    case .sequence(let elements): for element in elements { note(element, &used) }
    case .mapping(let entries): for entry in entries { note(entry.value, &used) }
    }
  }

  private func note(_ text: String, _ used: inout Set<String>) {
    for part in text.split(separator: "$", omittingEmptySubsequences: false).dropFirst() {
      guard part.first == "{" else {
        used.insert(String(part.prefix { $0 == "_" || $0.isLetter || $0.isNumber }))
        continue
      }
      let words = part.prefix { $0 != "}" }.split { !($0 == "_" || $0.isLetter || $0.isNumber) }
      for word in words { used.insert(String(word)) }
    }
  }
}
