import Compiler
import Exchange
import Layers

/// `textDocument/hover`: what stands under the cursor.
struct Hover {
  let document: OpenDocument
  let offset: Int
  let client: ClientAbilities

  var result: JSONValue {
    guard let cursor = Cursor(at: offset, in: document.outline) else { return .null }
    if let constant = document.text.constant(at: offset, in: cursor.leaf.range) {
      return answer(self.constant(constant.name, in: cursor.block), constant.range)
    }
    guard let text = cursor.leaf.text else { return .null }
    return answer(words(cursor, text), cursor.leaf.range)
  }

  private func answer(_ text: String?, _ range: Range<Int>) -> JSONValue {
    guard let text else { return .null }
    return ["contents": client.content(text), "range": JSONValue(range, in: document.text)]
  }

  private func words(_ cursor: Cursor, _ text: String) -> String? {
    switch cursor.subject {
    case .topLevelKey: return topLevel(text)
    case .sectionKey(let section): return key(text, in: SpecKeys.section(section))
    case .layerType(let use): return type(use.type, cursor)
    case .defaultsType: return LayerRegistry.kind(named: text).map(HoverText.layer)
    case .layerName, .layerReference: return layer(text, cursor)
    case .parameterKey(let use): return parameter(text, use)
    case .parameterValue(let use, let key): return value(text, use, key, cursor)
    case .functionName(let function): return HoverText.function(text, function)
    case .functionArgument(let function, let name): return HoverText.function(name, function)
    case .blockName: return NameTable(document: document).block(text).map(HoverText.block)
    case .constantName: return constant(text, in: nil)
    case .blockParameter: return constant(text, in: cursor.block)
    case .updateRule, .warningSwitch, .file, .other: return nil
    }
  }

  private func topLevel(_ text: String) -> String? {
    if let (layer, key) = document.outline.flat(text) {
      return parameter(key, Cursor.Use(type: layer.type))
    }
    return key(text, in: SpecReader.keys)
  }

  private func key(_ text: String, in rows: [SpecKeys.Row]) -> String? {
    rows.first { $0.key == text }.map { "**\($0.key)**\n\n\(HoverText.sentence($0.doc))" }
  }

  private func parameter(_ key: String, _ use: Cursor.Use) -> String? {
    if let info = LayerRegistry.kind(named: use.type)?.parameterInfos.first(where: { $0.key == key }) {
      return HoverText.parameter(info, of: use.type)
    }
    if let block = NameTable(document: document).block(use.type),
      let parameter = block.parameters.first(where: { $0.name == key })
    {
      let fallback = parameter.fallback.map { "default `\($0)`" } ?? "required"
      return "**\(key)** — parameter of the block `\(block.name)`, \(fallback)"
    }
    return use.isDefaults ? nil : self.key(key, in: SpecKeys.everyLayer)
  }

  private func value(_ text: String, _ use: Cursor.Use, _ key: String, _ cursor: Cursor) -> String? {
    guard let info = LayerRegistry.kind(named: use.type)?.parameterInfos.first(where: { $0.key == key }) else {
      return nil
    }
    if let function = info.schema.function {
      if let words = HoverText.function(text, function) { return words }
      if function == .initialiser, let words = layer(text, cursor) { return words }
    }
    return HoverText.parameter(info, of: use.type)
  }

  // MARK: Layers

  /// The type's reference, and below it what this layer has become.
  private func type(_ name: String, _ cursor: Cursor) -> String? {
    let facts = LayerFacts(document: document)
    let reference =
      LayerRegistry.kind(named: name).map(HoverText.layer)
      ?? NameTable(document: document).block(name).map(HoverText.block)
    let layers = document.outline.layers(in: cursor.block)
    let written = layers.first { $0.typeRange == cursor.leaf.range }
    let groups = written.map { facts.groups(of: $0, in: cursor.block) } ?? []
    return [HoverText.groups(groups), reference].compactMap { $0 }.joined(separator: "\n\n---\n\n").nilIfEmpty
  }

  private func layer(_ name: String, _ cursor: Cursor) -> String? {
    let facts = LayerFacts(document: document)
    if cursor.block != nil, name == "input" || name == "inputs" { return "What the block is given." }
    let own = document.outline.layers(in: cursor.block).first { $0.name == name }
    var groups = own.map { facts.groups(of: $0, in: cursor.block) } ?? []
    if groups.isEmpty, cursor.block == nil { groups = facts.groups(named: name) }
    if let words = HoverText.groups(groups) { return own.map { "\(words)\n\n\($0.type)" } ?? words }
    return own.map { "**\(name)** — \($0.type)" }
  }

  private func constant(_ name: String, in block: String?) -> String? {
    if name == "i" { return "**$i** — counts the copies of `repeat`, from 0" }
    return NameTable(document: document).constants(in: block).first { $0.name == name }.map { constant in
      let value = constant.text == "required" ? ", required" : " = `\(constant.text)`"
      return "**$\(name)**\(value)\n\n\(constant.doc)"
    }
  }
}

extension String {
  fileprivate var nilIfEmpty: String? { isEmpty ? nil : self }
}
