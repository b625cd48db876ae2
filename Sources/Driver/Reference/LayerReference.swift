import Layers

/// What the layer registry knows of a layer, in words.
struct LayerReference {
  let kind: any LayerKind.Type

  func text(_ style: Style, width: Int) -> String {
    var text = "\(style.bold(kind.typeName))   layer"
    if !kind.aliases.isEmpty { text += ", also \(kind.aliases.joined(separator: ", "))" }
    text += "\n\n" + Prose.wrapped(kind.summary, width: width) + "\n"
    for info in kind.parameterInfos {
      text += "\n  \(style.accent(info.key))   \(info.fallbackWords)\n"
      text += Prose.wrapped(info.sentences, width: width, indent: 6) + "\n"
    }
    return text + "\n" + Prose.wrapped("Every layer also takes \(Self.commonKeys).", width: width) + "\n"
  }

  /// Keys that every layer takes, as words.
  static let commonKeys = (commonLayerKeys + ["repeat", "when"]).map { "`\($0)`" }.joined(separator: ", ")

  var markdown: String {
    var text = "## \(kind.typeName)\n\n\(kind.summary)\n"
    if !kind.aliases.isEmpty { text += "Also `\(kind.aliases.joined(separator: "`, `"))`.\n" }
    guard !kind.parameterInfos.isEmpty else { return text }
    return text + "\n"
      + Markdown.table(
        ["parameter", "default", "what", "value"],
        kind.parameterInfos.map { info in
          ["`\(info.key)`", info.fallback.map { "`\($0)`" } ?? "required", info.doc, info.expected]
        })
  }
}

/// A parameter's name, and the layers that have it.
struct ParameterReference {
  let key: String
  let owners: [(layer: String, info: ParameterInfo)]

  /// nil when no layer has such a parameter.
  init?(key: String) {
    self.key = key
    owners = LayerRegistry.kinds.flatMap { kind in
      kind.parameterInfos.filter { $0.key == key }.map { (kind.typeName, $0) }
    }
    if owners.isEmpty { return nil }
  }

  static var names: [String] { Set(LayerRegistry.kinds.flatMap { $0.parameterInfos.map(\.key) }).sorted() }

  func text(_ style: Style, width: Int) -> String {
    var text = "\(style.bold(key))   parameter\n"
    for (layer, info) in owners {
      text += "\n  of \(style.accent(layer))   \(info.fallbackWords)\n"
      text += Prose.wrapped(info.sentences, width: width, indent: 6) + "\n"
    }
    return text
  }
}

extension ParameterInfo {
  fileprivate var fallbackWords: String { fallback.map { "default \($0)" } ?? "required" }

  /// What it is, and what it may be.
  fileprivate var sentences: String { "\(Prose.sentence(doc)) Value: \(expected)." }
}
