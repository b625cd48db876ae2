import Diagnostics
import YAMLSyntax

/// The section `warnings`: `{receptive-field: off}` silences a warning in this spec, by name or by code.
enum WarningSwitches {
  static func read(_ section: Node, _ bag: inout DiagnosticBag) -> Set<DiagnosticCode> {
    guard let entries = section.entries else {
      if !section.isNull {
        bag.report(
          Diagnostic(
            .wrongType, "`warnings` must be a mapping, not \(section.kindName)", at: section.span,
            help: ["such as `warnings: {receptive-field: off}`"]))
      }
      return []
    }
    let codes = DiagnosticCode.allCases.filter(\.isWarning)
    var silenced: Set<DiagnosticCode> = []
    for entry in entries {
      let word = entry.key.scalarText ?? ""
      guard let code = codes.first(where: { $0.name == word || $0.rawValue == word }) else {
        bag.report(
          .unknown(
            .unknownTopLevelKey, "there is no warning `\(word)`", word: word, at: entry.key.span,
            among: codes.map(\.name)))
        continue
      }
      switch entry.value.scalarText {
      case "off", "false": silenced.insert(code)
      case "on", "true": silenced.remove(code)
      default:
        bag.report(
          Diagnostic(
            .wrongType, "the warning `\(code.name)` is `on` or `off`, not \(entry.value.kindName)",
            at: entry.value.span))
      }
    }
    return silenced
  }
}
