/// A value of a document that need not be valid YAML, with its bytes. Made while somebody types.
struct LooseNode: Sendable {
  indirect enum Kind: Sendable {
    case missing
    case scalar(String)
    case alias(String)
    case sequence([LooseNode])
    case mapping([Entry])
  }

  struct Entry: Sendable {
    var key: LooseNode
    /// False for a word that may become a key.
    var hasColon: Bool
    var value: LooseNode
  }

  var kind: Kind
  /// Without anchor and tag; quotes and brackets included.
  var range: Range<Int>
  /// `&name`, with the ampersand.
  var anchor: Range<Int>?

  init(_ kind: Kind, _ range: Range<Int>, anchor: Range<Int>? = nil) {
    (self.kind, self.range, self.anchor) = (kind, range, anchor)
  }

  var text: String? { if case .scalar(let text) = kind { text } else { nil } }
  var elements: [LooseNode]? { if case .sequence(let nodes) = kind { nodes } else { nil } }
  var entries: [Entry]? { if case .mapping(let entries) = kind { entries } else { nil } }

  subscript(key: String) -> LooseNode? { entries?.first { $0.key.text == key }?.value }

  /// The node itself, or the nodes of the list that it is.
  var list: [LooseNode] { elements ?? (text == nil ? [] : [self]) }

  /// Every node, in the order of the text.
  func visit(_ body: (LooseNode) -> Void) {
    body(self)
    switch kind {
    case .sequence(let nodes): for node in nodes { node.visit(body) }
    case .mapping(let entries):
      for entry in entries {
        entry.key.visit(body)
        entry.value.visit(body)
      }
    default: break
    }
  }
}

/// The way from the root to the word under the cursor.
struct LoosePath: Sendable {
  enum Step: Sendable, Equatable {
    case key(String)
    case index(Int)

    var key: String? { if case .key(let key) = self { key } else { nil } }
  }

  /// For a key the last step is the key itself.
  var steps: [Step] = []
  /// The container in which each step is taken.
  var containers: [LooseNode] = []
  var leaf: LooseNode
  var isKey = false
  /// Whether a key is followed by a colon.
  var hasColon = true

  /// - Returns: nil where no word is.
  init?(to offset: Int, in root: LooseNode) {
    leaf = root
    var current = root
    while true {
      let container = current
      switch current.kind {
      case .missing: return nil
      case .scalar, .alias:
        guard Self.touches(current.range, offset) else { return nil }
        leaf = current
        return
      case .sequence(let nodes):
        guard let index = nodes.firstIndex(where: { Self.touches($0.range, offset) }) else { return nil }
        steps.append(.index(index))
        current = nodes[index]
      case .mapping(let entries):
        guard
          let entry = entries.first(where: { Self.touches($0.key.range, offset) })
            ?? entries.first(where: { Self.touches($0.value.range, offset) })
        else { return nil }
        steps.append(.key(entry.key.text ?? ""))
        if Self.touches(entry.key.range, offset) {
          (leaf, isKey, hasColon) = (entry.key, true, entry.hasColon)
          containers.append(container)
          return
        }
        current = entry.value
      }
      containers.append(container)
    }
  }

  private static func touches(_ range: Range<Int>, _ offset: Int) -> Bool {
    range.lowerBound <= offset && offset <= range.upperBound
  }
}
