import Diagnostics

/// The anchors seen so far, and the aliases that found none.
struct AnchorTable {
  enum Found {
    case node(Loader.Composed)
    /// The anchor of a value that is still being read.
    case open(SourceSpan)
    case undefined
  }

  private struct Anchor {
    var serial: Int
    var span: SourceSpan
    var composed: Loader.Composed?
  }

  private var anchors: [String: Anchor] = [:]
  private var undefined: [(name: String, use: SourceSpan)] = []
  private var nextSerial = 0

  /// Notes that a value with an anchor begins. A later anchor of the same name replaces an earlier one.
  mutating func open(_ name: String, at span: SourceSpan) -> Int {
    nextSerial += 1
    anchors[name] = Anchor(serial: nextSerial, span: span)
    return nextSerial
  }

  /// Notes that the value is complete, unless the anchor was redefined inside of it.
  mutating func close(_ name: String, _ serial: Int, _ composed: Loader.Composed) {
    guard anchors[name]?.serial == serial else { return }
    anchors[name]?.composed = composed
  }

  mutating func lookUp(_ name: String, from use: SourceSpan) -> Found {
    guard let anchor = anchors[name] else {
      undefined.append((name, use))
      return .undefined
    }
    return anchor.composed.map { .node($0) } ?? .open(anchor.span)
  }

  /// One diagnostic per alias without an anchor. Asked at the end, when anchors that come too late are known.
  func undefinedAliases(_ id: FileID) -> [Diagnostic] {
    undefined.map { name, use in
      let message = "`*\(name)` names no anchor"
      if let late = anchors[name] {
        return Diagnostic(
          .undefinedAlias, message, at: use, label: "its anchor comes later",
          related: [.init(message: "`&\(name)` is here", span: late.span)],
          help: ["put the anchor at the first use and the alias at the later ones"])
      }
      let hint = Suggestion.unknown(word: name, among: anchors.keys)
      let near = hint.suggestion.map { "*" + $0 }
      let help = anchors.isEmpty ? ["an anchor is written `&\(name)` in front of a value"] : hint.help
      return Diagnostic(
        .undefinedAlias, message, at: use, label: near.map { "did you mean `\($0)`?" } ?? "", help: help,
        replacement: near.map { Replacement(span: use, text: $0) })
    }
  }
}
