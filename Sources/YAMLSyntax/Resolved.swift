/// What a scalar means.
package enum Resolved: Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
}

extension Node {
  /// More letters than this of a text are cut short in messages.
  private static let shownLetters = 40

  /// The meaning after the core schema of YAML 1.2; collections are `.null`, so ask for these first.
  ///
  /// Integers beyond 64 bits become floats. A quoted scalar is a string, unless a tag says otherwise; a
  /// scalar with a tag of one's own is a string.
  package var resolved: Resolved { scalar.map(CoreSchema.resolve) ?? .null }

  /// What to call this in a message: "a list", "the number 3", "the text `foo`".
  package var kindName: String {
    switch value {
    case .sequence: return "a list"
    case .mapping: return "a mapping"
    case .scalar(let scalar):
      switch CoreSchema.resolve(scalar) {
      case .null: return "nothing (null)"
      case .bool(let value): return "the boolean \(value)"
      case .int, .float: return "the number \(scalar.text)"
      case .string(let text):
        if text.isEmpty { return "an empty text" }
        let shown = text.count > Self.shownLetters ? text.prefix(Self.shownLetters - 1) + "…" : text[...]
        return "the text `\(shown)`"
      }
    }
  }
}
