import YAMLSyntax

extension SourceText {
  /// A value as one line, with brackets around collections.
  func flow(_ node: WrittenNode) -> String {
    let value: String
    switch node.value {
    case .alias(let name): return "*" + name
    case .scalar(let scalar): value = self.scalar(scalar, node, inFlow: true)
    case .sequence(let elements): value = "[" + elements.map(flow).joined(separator: ", ") + "]"
    case .mapping(let entries): value = "{" + entries.map(flow).joined(separator: ", ") + "}"
    }
    return node.properties.isEmpty ? value : node.properties + " " + value
  }

  func flow(_ entry: WrittenNode.Entry) -> String { key(entry.key, inFlow: true) + ": " + flow(entry.value) }

  /// A key without its colon.
  func key(_ node: WrittenNode, inFlow: Bool) -> String {
    switch node.value {
    // A colon right behind the name would be part of it for some readers.
    case .alias(let name): return "*" + name + " "
    case .scalar(let scalar):
      let text = self.scalar(scalar, node, inFlow: inFlow, isKey: true)
      return node.properties.isEmpty ? text : node.properties + " " + text
    default: return flow(node)
    }
  }

  func scalar(_ scalar: Node.Scalar, _ node: WrittenNode, inFlow: Bool, isKey: Bool = false) -> String {
    ScalarText.text(scalar, written: text(node.contentStart, node.end), inFlow: inFlow, isKey: isKey)
  }
}
