import Compiler
import Diagnostics
import Layers

/// `netc explain`: the essay of a diagnostic, the reference of a layer, of a parameter or of a key, or a list.
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
    console.err("error: nothing is called `\(SafeText.escaped(topic))` here\n")
    let lists = ReferenceChapter.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    console.err("help: \(hint.suggestion == nil ? "these list what there is: \(lists)" : hint.label)\n")
    return .wrongInput
  }

  /// Everything that can be explained.
  package static var topics: [String] {
    DiagnosticCode.allCases.map(\.rawValue) + DiagnosticCode.allCases.map(\.name) + LayerRegistry.names
      + NonlinearityInfo.names + InitialiserInfo.all.map(\.name) + SpecReader.keys.map(\.key)
      + ParameterReference.names + Pipeline.inference.map(\.name) + ReferenceChapter.allCases.map(\.rawValue)
  }

  /// nil when the topic is unknown.
  package static func text(_ topic: String, _ style: Style, width: Int) -> String? {
    let word = topic.uppercased()
    if let code = DiagnosticCode.allCases.first(where: { $0.rawValue == word || $0.name == topic }) {
      return DiagnosticReference(code: code).text(style, width: width)
    }
    if let chapter = ReferenceChapter(rawValue: topic) { return chapter.text(style, width: width) }
    if let kind = LayerRegistry.kind(named: topic) { return LayerReference(kind: kind).text(style, width: width) }
    if let info = NonlinearityInfo.named(topic) { return FunctionReference(info).text(style, width: width) }
    if let info = InitialiserInfo.named(topic) { return FunctionReference(info).text(style, width: width) }
    if let key = SpecReader.keys.first(where: { $0.key == topic }) {
      let inside = ReferenceChapter.sections.first { $0.key == topic }?.rows.map { (term: $0.key, text: $0.doc) }
      return "\(style.bold(key.key))   key of a spec\n\n" + Prose.wrapped(Prose.sentence(key.doc), width: width) + "\n"
        + (inside.map { "\n" + Prose.definitions($0, style, width: width) } ?? "")
    }
    if let parameter = ParameterReference(key: topic) { return parameter.text(style, width: width) }
    if let index = Pipeline.inference.firstIndex(where: { $0.name == topic }) {
      let pass = Pipeline.inference[index]
      return "\(style.bold(pass.name))   pass \(index + 1) of \(Pipeline.inference.count)\n\n"
        + Prose.wrapped(Prose.sentence(pass.summary), width: width) + "\n"
    }
    // People write `conv2d` and mean the layer.
    return LayerRegistry.kinds.first { $0.typeName.lowercased() == topic.lowercased() }
      .map { LayerReference(kind: $0).text(style, width: width) }
  }
}
