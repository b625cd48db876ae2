import Diagnostics
import Formatting
import YAMLSyntax

/// A spec and its canonical text, which was read again and found to mean the same.
package struct FormattedSpec: Sendable {
  package enum Outcome: Sendable, Equatable {
    case unchanged
    case changed(String)
    /// The file has errors that leave open what it means; they are in the bag.
    case refused
    /// The canonical text would mean something else: a mistake of netc.
    case unsafe(String)
  }

  package let loaded: LoadedSpec
  package let outcome: Outcome

  /// - Parameter path: a file, or `-` for standard input.
  package init(_ path: String) {
    self.init(SpecLoader.load(path), path)
  }

  package init(_ loaded: LoadedSpec, _ path: String) {
    self.loaded = loaded
    outcome = Self.outcome(loaded, path)
  }

  private static func outcome(_ loaded: LoadedSpec, _ path: String) -> Outcome {
    guard let root = loaded.root, let spec = loaded.spec, !isUnclear(loaded) else { return .refused }
    let source = loaded.map[root.span.file]
    guard let formatter = SpecFormatter(source) else { return .refused }
    let meaning = SpecMeaning(root: root, spec: spec, network: loaded.network, bag: loaded.bag)
    let keepsakes = formatter.keepsakes
    var reason = ""
    for rewriting in Rewriting.allCases {
      let text = formatter.formatted(rewriting)
      let bytes = Array(text.utf8)
      if bytes == source.bytes { return .unchanged }
      let again = SpecLoader.understand(bytes, path, as: loaded.path)
      if let difference = difference(of: again, from: meaning, keepsakes) {
        if reason.isEmpty { reason = difference }
      } else {
        return .changed(text)
      }
    }
    return .unsafe(reason)
  }

  private static func difference(
    of loaded: LoadedSpec, from meaning: SpecMeaning, _ keepsakes: [String]
  ) -> String? {
    guard let root = loaded.root, let spec = loaded.spec else { return "the result cannot be read" }
    guard SpecFormatter(loaded.map[root.span.file])?.keepsakes == keepsakes else {
      return "comments, anchors or tags are lost"
    }
    return SpecMeaning(root: root, spec: spec, network: loaded.network, bag: loaded.bag).difference(from: meaning)
  }

  /// Whether errors leave open what the file says: those of the syntax, and of keys, types and values. Shapes and
  /// connections may be wrong, and a file for `include` has no layers.
  private static func isUnclear(_ loaded: LoadedSpec) -> Bool {
    loaded.bag.sorted.contains { diagnostic in
      let code = diagnostic.code.rawValue
      if diagnostic.code == .noLayers, let root = loaded.root, root["layers"] == nil {
        return root["blocks"] == nil && root["defaults"] == nil && root["let"] == nil
      }
      return (code.hasPrefix("N00") || code.hasPrefix("N01")) && diagnostic.code != .duplicateLayerName
    }
  }
}
