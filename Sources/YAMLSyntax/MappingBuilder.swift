import Diagnostics

/// Collects the entries of one mapping: finds repeated keys and merges `<<`.
struct MappingBuilder {
  private var entries: [Node.Entry] = []
  private var firstKeys: [String: SourceSpan] = [:]
  private var merged: [Node] = []
  private var mergeKey: SourceSpan?

  /// Adds an entry as it is written.
  ///
  /// - Parameter isWritten: whether the key stands here itself, not an alias of it; only a plain `<<` that
  ///   stands here merges.
  /// - Returns: what is wrong with the entry. A repeated key leaves the first in place.
  mutating func add(_ key: Node, _ value: Node, isWritten: Bool) -> [Diagnostic] {
    guard let scalar = key.scalar else {
      entries.append(Node.Entry(key: key, value: value))
      return []
    }
    let isMerge = isWritten && scalar.text == "<<" && scalar.style == .plain && scalar.tag == nil
    if isMerge { return addMerge(key, value) }
    if let first = firstKeys[scalar.text] { return [duplicate(scalar.text, key.place, first, help: [])] }
    firstKeys[scalar.text] = key.place
    entries.append(Node.Entry(key: key, value: value))
    return []
  }

  /// The written entries, then those that merges add: an explicit key wins, then the earlier merge.
  func finish() -> [Node.Entry] {
    guard !merged.isEmpty else { return entries }
    var result = entries
    var known = Set(firstKeys.keys)
    for entry in merged.flatMap({ $0.entries ?? [] }) {
      if let text = entry.key.scalarText, !known.insert(text).inserted { continue }
      result.append(entry)
    }
    return result
  }

  private mutating func addMerge(_ key: Node, _ value: Node) -> [Diagnostic] {
    if let first = mergeKey {
      return [duplicate("<<", key.span, first, help: ["merge several with a list: `<<: [*a, *b]`"])]
    }
    mergeKey = key.span
    let sources = value.elements ?? [value]
    let faults = sources.filter { $0.entries == nil }
      .map { source in
        let hop: [Diagnostic.Related] =
          source.uses.isEmpty ? [] : [.init(message: "it is defined here", span: source.span)]
        return Diagnostic(
          .badMerge, "`<<` merges mappings, not \(source.kindName)", at: source.place,
          label: "not a mapping", related: hop,
          help: ["give a mapping, an alias of one, or a list of these; quote \"<<\" if the key is meant"])
      }
    merged += sources.filter { $0.entries != nil }
    return faults
  }

  private func duplicate(
    _ text: String, _ span: SourceSpan, _ first: SourceSpan, help: [String]
  ) -> Diagnostic {
    Diagnostic(
      .duplicateKey, "key `\(text)` is given twice", at: span, label: "repeated here",
      related: [.init(message: "it was first given here", span: first)], help: help)
  }
}

extension Node {
  /// Where the node stands in the text: at the outermost alias if there is one.
  package var place: SourceSpan { uses.first ?? span }
}
