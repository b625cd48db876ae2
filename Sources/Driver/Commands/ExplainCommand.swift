import Diagnostics
import Layers

/// `netc explain`: the essay of a diagnostic, or the reference of a layer, a nonlinearity or an initialiser.
package struct ExplainCommand: Sendable {
  package var topic: String

  package init(topic: String) { self.topic = topic }

  package func run(_ console: Console) -> ExitCode {
    let style = Style(color: console.color)
    if let text = Self.text(topic, style, width: min(100, max(60, console.width))) {
      console.out(text)
      return .good
    }
    let hint = Suggestion.unknown(word: topic, among: Self.topics)
    console.err("error: `\(topic)` is no code, layer, nonlinearity or initialiser\n")
    console.err(
      "help: \(hint.label.isEmpty ? "try `netc explain N0203` or `netc explain Conv2D`" : hint.label)\n")
    return .wrongInput
  }

  /// Everything that can be explained.
  package static var topics: [String] {
    DiagnosticCode.allCases.map(\.rawValue) + DiagnosticCode.allCases.map(\.name) + LayerRegistry.names
      + NonlinearityInfo.names + InitialiserInfo.all.map(\.name)
  }

  /// nil when the topic is unknown.
  package static func text(_ topic: String, _ style: Style, width: Int) -> String? {
    let word = topic.uppercased()
    if let code = DiagnosticCode.allCases.first(where: { $0.rawValue == word || $0.name == topic }) {
      return essay(code, style, width)
    }
    if let kind = LayerRegistry.kind(named: topic)
      ?? LayerRegistry.kinds.first(where: { $0.typeName.lowercased() == topic.lowercased() })
    {
      return LayerReference(kind: kind).text(style, width: width)
    }
    if let info = NonlinearityInfo.named(topic) {
      let parameters = info.parameters.map { "\n  \($0.name) (\($0.fallback))" }.joined()
      let aliases = info.aliases.isEmpty ? "" : "   also \(info.aliases.joined(separator: ", "))"
      return "\(style.bold(info.name))   nonlinearity\(aliases)\n\n  \(info.formula)\(parameters)\n"
    }
    if let info = InitialiserInfo.named(topic) {
      let parameters = info.parameters.map(\.name).joined(separator: ", ")
      return "\(style.bold(info.name))   initialiser\n\n  \(info.formula)\n"
        + (parameters.isEmpty ? "" : "  parameters: \(parameters)\n")
    }
    return nil
  }

  private static func essay(_ code: DiagnosticCode, _ style: Style, _ width: Int) -> String {
    var text = "\(style.bold("\(code.rawValue) \(code.name)"))   \(code.title)\n\n"
    text += Prose.wrapped(code.essay, width: width) + "\n"
    for (title, example) in [("Wrong", code.example), ("Right", code.fixed)] {
      guard let example else { continue }
      let lines = example.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
      text += "\n\(title):\n\n" + lines.joined(separator: "\n").trimmingEnd() + "\n"
    }
    return text
  }
}

/// What the layer registry knows of a layer, in words.
package struct LayerReference {
  let kind: any LayerKind.Type

  package init(kind: any LayerKind.Type) { self.kind = kind }

  package func text(_ style: Style, width: Int) -> String {
    var text = "\(style.bold(kind.typeName))"
    if !kind.aliases.isEmpty { text += "   also \(kind.aliases.joined(separator: ", "))" }
    text += "\n\n" + Prose.wrapped(kind.summary, width: width) + "\n"
    for info in kind.parameterInfos {
      let fallback = info.fallback.map { "default \($0)" } ?? "required"
      text += "\n  \(style.accent(info.key))   \(fallback)\n"
      text += Prose.wrapped("\(info.doc): \(info.expected)", width: width, indent: 6) + "\n"
    }
    return text
  }

  package var markdown: String {
    var text = "## \(kind.typeName)\n\n\(kind.summary)\n\n"
    if !kind.aliases.isEmpty { text += "Also `\(kind.aliases.joined(separator: "`, `"))`.\n\n" }
    guard !kind.parameterInfos.isEmpty else { return text }
    text += "| parameter | default | what | value |\n|---|---|---|---|\n"
    for info in kind.parameterInfos {
      let fallback = info.fallback.map { "`\($0)`" } ?? "required"
      text += "| `\(info.key)` | \(fallback) | \(info.doc) | \(info.expected) |\n".replacing("\\|", with: "|")
    }
    return text + "\n"
  }
}

enum Prose {
  /// Paragraphs broken at words; lines that begin with spaces stay as they are.
  static func wrapped(_ text: String, width: Int, indent: Int = 2) -> String {
    let space = String(repeating: " ", count: indent)
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if paragraph.hasPrefix(" ") {
        lines.append(space + paragraph)
        continue
      }
      var line = space
      for word in paragraph.split(separator: " ") {
        if line.count > indent, line.count + 1 + word.count > width {
          lines.append(line)
          line = space
        }
        line += (line.count > indent ? " " : "") + word
      }
      lines.append(line.count > indent ? line : "")
    }
    return lines.joined(separator: "\n").trimmingEnd()
  }
}

extension String {
  /// Without white space at the end.
  func trimmingEnd() -> String {
    var text = self
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
  }
}
