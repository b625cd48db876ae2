import Diagnostics

/// A value of a YAML document, with the place where it is written.
///
/// An alias is replaced by the node of its anchor. Its `span` stays at the definition; `uses` tells through
/// which aliases it was reached. The subtree is shared, not copied: the uses pass down when one looks.
package struct Node: Sendable {
  package enum Value: Sendable {
    case scalar(Scalar)
    case sequence([Node])
    case mapping([Entry])
  }

  package struct Entry: Sendable {
    package var key: Node
    package var value: Node

    package init(key: Node, value: Node) {
      self.key = key
      self.value = value
    }
  }

  package struct Scalar: Sendable, Equatable {
    package enum Style: Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }

    package var text: String
    package var style: Style
    /// The full tag, such as `tag:yaml.org,2002:str`; nil where none is written.
    package var tag: String?

    package init(text: String, style: Style, tag: String? = nil) {
      self.text = text
      self.style = style
      self.tag = tag
    }
  }

  /// The value as composed; its children do not know of `uses`.
  private var storage: Value

  /// The text of the value without anchor and tag. Block collections end at their last child.
  package var span: SourceSpan

  /// Where aliases stand through which this node was reached, outermost first.
  package var uses: [SourceSpan]

  package init(value: Value, span: SourceSpan, uses: [SourceSpan] = []) {
    self.storage = value
    self.span = span
    self.uses = uses
  }

  package var value: Value {
    guard !uses.isEmpty else { return storage }
    switch storage {
    case .scalar: return storage
    case .sequence(let nodes): return .sequence(nodes.map { $0.used(through: uses) })
    case .mapping(let entries):
      return .mapping(
        entries.map { Entry(key: $0.key.used(through: uses), value: $0.value.used(through: uses)) })
    }
  }

  /// This node as seen through further aliases around those it has.
  func used(through outer: [SourceSpan]) -> Node {
    Node(value: storage, span: span, uses: outer + uses)
  }
}

extension Node {
  package var scalar: Scalar? {
    if case .scalar(let scalar) = storage { return scalar }
    return nil
  }

  package var scalarText: String? { scalar?.text }

  package var elements: [Node]? {
    if case .sequence(let nodes) = value { return nodes }
    return nil
  }

  package var entries: [Entry]? {
    if case .mapping(let entries) = value { return entries }
    return nil
  }

  /// The value of a key of a mapping.
  package subscript(key: String) -> Node? {
    guard case .mapping(let entries) = storage,
      let entry = entries.first(where: { $0.key.scalarText == key })
    else { return nil }
    return uses.isEmpty ? entry.value : entry.value.used(through: uses)
  }
}
