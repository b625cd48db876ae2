import Compiler
import Exchange
import Layers

/// Markdown for hovers and for the documentation of completions, from the tables of the compiler.
enum HoverText {
  /// More copies of a layer than this are counted instead of listed.
  private static let mostGroups = 4

  /// With a capital at the beginning and a full stop at the end.
  static func sentence(_ text: String) -> String {
    guard let first = text.first else { return text }
    let end = text.last.map { ".!?:".contains($0) } ?? false ? "" : "."
    return first.uppercased() + text.dropFirst() + end
  }

  static func layer(_ kind: any LayerKind.Type) -> String {
    let also = kind.aliases.isEmpty ? "" : ", also \(kind.aliases.map { "`\($0)`" }.joined(separator: ", "))"
    let parameters = kind.parameterInfos.map { info in
      let fallback = info.fallback.map { "default `\($0)`" } ?? "required"
      return "- `\(info.key)` (\(fallback)): \(info.doc)"
    }
    return (["**\(kind.typeName)** — layer\(also)", "", kind.summary, ""] + parameters).joined(separator: "\n")
  }

  static func block(_ block: NameTable.Block) -> String {
    let parameters = block.parameters.map { parameter in
      "- `\(parameter.name)` (\(parameter.fallback.map { "default `\($0)`" } ?? "required"))"
    }
    return (["**\(block.name)** — block", ""] + parameters).joined(separator: "\n")
  }

  static func parameter(_ info: ParameterInfo, of type: String) -> String {
    let fallback = info.fallback.map { "default `\($0)`" } ?? "required"
    return "**\(info.key)** — parameter of \(type), \(fallback)\n\n\(sentence(info.doc)) Value: \(info.expected)."
  }

  /// nil when there is no function of that name.
  static func function(_ name: String, _ function: Cursor.Function) -> String? {
    switch function {
    case .nonlinearity:
      return NonlinearityInfo.named(name).map { words($0.name, "nonlinearity", $0.formula, $0.parameters) }
    case .initialiser:
      return InitialiserInfo.named(name).map { words($0.name, "initialiser", $0.formula, $0.parameters) }
    }
  }

  private static func words(
    _ name: String, _ what: String, _ formula: String, _ parameters: [(name: String, fallback: Float)]
  ) -> String {
    let list = parameters.map { "- `\($0.name)` (\(fallback($0.fallback)))" }
    return (["**\(name)** — \(what)", "", formula] + (list.isEmpty ? [] : [""] + list)).joined(separator: "\n")
  }

  private static func fallback(_ value: Float) -> String {
    if value == -Float.greatestFiniteMagnitude { return "not set" }
    if value == Float(2).squareRoot() { return "default √2" }
    return "default \(value == value.rounded() ? "\(Int(value))" : "\(value)")"
  }

  /// What layers have become: shape, parameters, work, field; nil when nothing is known of them.
  static func groups(_ groups: [LayerFacts.Group]) -> String? {
    guard !groups.isEmpty else { return nil }
    let lines = groups.prefix(mostGroups).map { group in
      var facts = ["output `\(group.shape.crossed)`", "parameters \(group.parameters.grouped)"]
      if group.state > 0 { facts.append("state \(group.state.grouped)") }
      facts.append("MACs \(group.macs.grouped)")
      if let field = group.field {
        facts.append("receptive field \(field.size.crossed), jump \(field.jump.crossed)")
      }
      return "**\(group.name)**: \(facts.joined(separator: ", "))"
    }
    let more = groups.count - lines.count
    return (lines + (more > 0 ? ["and \(more) more"] : [])).joined(separator: "\n\n")
  }
}
