import Diagnostics
import YAMLSyntax

extension Node {
  /// The entries of a section of a spec; what is no mapping is reported, and keys that are not known.
  ///
  /// - Parameter known: the keys that there are; nil for any.
  func section(_ name: String, _ known: [String]?, _ bag: inout DiagnosticBag) -> [Node.Entry] {
    guard let entries else {
      if !isNull { bag.report(Diagnostic(.wrongType, "`\(name)` must be a mapping, not \(kindName)", at: span)) }
      return []
    }
    for entry in entries {
      let key = entry.key.scalarText ?? ""
      if let known, !known.contains(key) {
        bag.report(
          .unknown(
            .unknownTopLevelKey, "unknown key `\(key)` in `\(name)`", word: key, at: entry.key.span,
            among: known))
      }
    }
    return entries
  }
}
