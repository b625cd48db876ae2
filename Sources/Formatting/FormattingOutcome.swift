import Diagnostics
import Layers
import YAMLSyntax

/// What a reader makes of a spec's text.
package struct ReadSpec: Sendable {
  package var map: SourceMap
  package var bag: DiagnosticBag
  /// The document as written; nil when the text is no YAML.
  package var root: Node?
  package var spec: Spec?
  /// nil when there are errors.
  package var network: Network?

  package init(map: SourceMap, bag: DiagnosticBag, root: Node?, spec: Spec?, network: Network?) {
    (self.map, self.bag, self.root, self.spec, self.network) = (map, bag, root, spec, network)
  }
}

/// What becomes of a spec that is formatted. A canonical text counts only after it was read again and found to mean
/// the same.
package enum FormattingOutcome: Sendable, Equatable {
  case unchanged
  case changed(String)
  /// The text has errors that leave open what it means; they are in the bag.
  case refused
  /// The canonical text would mean something else: a mistake of netc.
  case unsafe(String)

  /// - Parameter again: reads another text as if it were in the same file.
  package init(_ read: ReadSpec, readingAgain again: ([UInt8]) -> ReadSpec) {
    self = Self.outcome(read, again)
  }

  private static func outcome(_ read: ReadSpec, _ again: ([UInt8]) -> ReadSpec) -> FormattingOutcome {
    guard let root = read.root, let spec = read.spec, !isUnclear(read) else { return .refused }
    let source = read.map[root.span.file]
    guard let formatter = SpecFormatter(source) else { return .refused }
    let meaning = SpecMeaning(root: root, spec: spec, network: read.network, bag: read.bag)
    let keepsakes = formatter.keepsakes
    var reason = ""
    for rewriting in Rewriting.allCases {
      let text = formatter.formatted(rewriting)
      let bytes = Array(text.utf8)
      if bytes == source.bytes { return .unchanged }
      guard let difference = difference(of: again(bytes), from: meaning, keepsakes) else { return .changed(text) }
      if reason.isEmpty { reason = difference }
    }
    return .unsafe(reason)
  }

  private static func difference(of read: ReadSpec, from meaning: SpecMeaning, _ keepsakes: [String]) -> String? {
    guard let root = read.root, let spec = read.spec else { return "the result cannot be read" }
    guard SpecFormatter(read.map[root.span.file])?.keepsakes == keepsakes else {
      return "comments, anchors or tags are lost"
    }
    return SpecMeaning(root: root, spec: spec, network: read.network, bag: read.bag).difference(from: meaning)
  }

  /// Whether errors leave open what the text says: those of the syntax, and of keys, types and values. Shapes and
  /// connections may be wrong, and a file for `include` has no layers.
  private static func isUnclear(_ read: ReadSpec) -> Bool {
    read.bag.sorted.contains { diagnostic in
      let code = diagnostic.code.rawValue
      if diagnostic.code == .noLayers, let root = read.root, root["layers"] == nil {
        return root["blocks"] == nil && root["defaults"] == nil && root["let"] == nil
      }
      return (code.hasPrefix("N00") || code.hasPrefix("N01")) && diagnostic.code != .duplicateLayerName
    }
  }
}
