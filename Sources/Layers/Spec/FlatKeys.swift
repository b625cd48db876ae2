import Diagnostics
import YAMLSyntax

/// nolearn's keys beside the list of layers: `conv1_num_filters: 32`, `update: adam`.
enum FlatKeys {
  /// A longer key is no layer's: each `_` in it may end a name.
  private static let longestKey = 1000

  /// Gives entries to the layers that they name, or to training; what names neither is reported.
  static func distribute(
    _ flat: [Node.Entry], over layers: inout [WrittenLayer?], _ training: inout TrainingReader,
    _ bag: inout DiagnosticBag
  ) {
    let named = layers.indices.compactMap { index in
      layers[index]?.writtenName.map { (name: $0, index: index) }
    }
    let owners = Dictionary(named.map { ($0.name, $0.index) }, uniquingKeysWith: { first, _ in first })
    for entry in flat {
      let key = entry.key.scalarText ?? ""
      // The longest name that the key begins with.
      let breaks = key.utf8.count > longestKey ? [] : key.indices.reversed().filter { key[$0] == "_" }
      if let end = breaks.first(where: { owners[String(key[..<$0])] != nil }), let owner = owners[String(key[..<end])] {
        layers[owner]?.entries.append(entry.renamed(String(key[key.index(after: end)...])))
      } else if SpecKeys.nolearn.contains(key) || SpecKeys.nolearnPrefixes.contains(where: key.hasPrefix) {
        training.read(flat: entry, &bag)
      } else {
        let known = SpecReader.keys.map(\.key) + (named.isEmpty ? [] : SpecKeys.nolearn)
        bag.report(
          .unknown(
            .unknownTopLevelKey, "unknown key `\(key)`", word: key, at: entry.key.span,
            among: known + flatKeys(named.map { ($0.name, layers[$0.index]?.typeName ?? "") })))
      }
    }
  }

  /// `conv1_num_filters` and the like, for suggestions in a spec that uses them.
  private static func flatKeys(_ named: [(name: String, type: String)]) -> [String] {
    // Among more nothing is sought.
    guard named.count <= Suggestion.mostCandidates / 4 else { return [] }
    return named.flatMap { layer in
      (LayerRegistry.kind(named: layer.type)?.parameterInfos ?? []).map { "\(layer.name)_\($0.key)" }
    }
  }
}

extension Node.Entry {
  /// The same value under another key, which keeps its place.
  fileprivate func renamed(_ key: String) -> Node.Entry {
    var entry = self
    entry.key = Node(value: .scalar(Node.Scalar(text: key, style: .plain)), span: self.key.span)
    return entry
  }
}
