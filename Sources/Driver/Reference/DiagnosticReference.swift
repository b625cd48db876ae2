import Diagnostics

/// What the catalogue knows of a diagnostic code.
struct DiagnosticReference {
  let code: DiagnosticCode

  private var examples: [(title: String, spec: String)] {
    [("Wrong", code.example), ("Right", code.fixed)].compactMap { title, spec in spec.map { (title, $0) } }
  }

  func text(_ style: Style, width: Int) -> String {
    var text = "\(style.bold("\(code.rawValue) \(code.name)"))\n\n"
    text += style.bold(Prose.wrapped(Prose.sentence(code.title), width: width)) + "\n\n"
    text += Prose.wrapped(code.essay, width: width) + "\n"
    for (title, spec) in examples {
      let lines = spec.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
      text += "\n  \(title):\n\n" + lines.joined(separator: "\n").trimmingEnd() + "\n"
    }
    return text
  }

  var markdown: String {
    var text = "## \(code.rawValue) \(code.name)\n\n**\(Prose.sentence(code.title))**\n\n\(code.essay)\n"
    for (title, spec) in examples { text += "\n\(title):\n\n" + Markdown.code(spec, "yaml") }
    return text
  }
}
