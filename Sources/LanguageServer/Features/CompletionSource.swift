import Layers

/// The words that fit at a place.
struct CompletionSource {
  /// The document without the mark of the cursor; names come from here.
  let document: OpenDocument
  /// With the mark.
  let outline: Outline
  let cursor: Cursor
  private let names: NameTable

  init(document: OpenDocument, outline: Outline, cursor: Cursor) {
    (self.document, self.outline, self.cursor) = (document, outline, cursor)
    names = NameTable(document: document)
  }

  var items: [CompletionItem] {
    switch cursor.subject {
    case .topLevelKey: topLevel
    case .sectionKey(let section): keys(SpecKeys.section(section))
    case .layerType(let use): types(use)
    case .defaultsType: LayerRegistry.kinds.map { type($0, label: $0.typeName, text: colon($0.typeName)) }
    case .parameterKey(let use): parameters(use)
    case .parameterValue(let use, let key): values(use, key)
    case .functionName(let function): functions(function, isCall: true)
    case .functionArgument(let function, let name): arguments(function, name)
    case .layerReference(let use): layers(except: use)
    case .warningSwitch: words(["off", "on"])
    case .updateRule: Optimizer.allCases.map { CompletionItem(label: $0.rawValue, kind: .word) }
    case .layerName, .file, .blockName, .blockParameter, .constantName, .other: []
    }
  }

  /// A key with its colon, unless that is there.
  private func colon(_ key: String) -> String { cursor.isKey && cursor.hasColon ? key : key + ": " }

  // MARK: Keys

  private func keys(_ rows: [SpecKeys.Row], except present: [String] = []) -> [CompletionItem] {
    rows.filter { !present.contains($0.key) }.map { row in
      CompletionItem(label: row.key, kind: .key, doc: HoverText.sentence(row.doc), text: colon(row.key))
    }
  }

  private var topLevel: [CompletionItem] {
    let present = (outline.root.entries ?? []).compactMap(\.key.text)
    // nolearn's flat keys, for layers that bring no parameters themselves.
    let flat = document.outline.layers.filter { $0.parameters == nil && $0.name != nil }.flatMap { layer in
      (LayerRegistry.kind(named: layer.type)?.parameterInfos ?? []).map { info in
        let key = "\(layer.name ?? "")_\(info.key)"
        return CompletionItem(
          label: key, kind: .key, detail: layer.type, doc: HoverText.parameter(info, of: layer.type), text: colon(key),
          rank: 2)
      }
    }
    return keys(SpecReader.keys, except: present) + flat.filter { !present.contains($0.label) }
  }

  private func parameters(_ use: Cursor.Use) -> [CompletionItem] {
    var items: [CompletionItem] = []
    let kind = LayerRegistry.kind(named: use.type)
    for info in kind?.parameterInfos ?? [] {
      items.append(
        CompletionItem(
          label: info.key, kind: .key, detail: info.fallback.map { "default \($0)" } ?? "required",
          doc: HoverText.parameter(info, of: use.type), text: colon(info.key), snippet: snippet(info),
          rank: info.fallback == nil ? 0 : 1))
    }
    if kind == nil, let block = names.block(use.type) {
      for parameter in block.parameters {
        items.append(
          CompletionItem(
            label: parameter.name, kind: .key, detail: parameter.fallback.map { "default \($0)" } ?? "required",
            text: colon(parameter.name), rank: parameter.fallback == nil ? 0 : 1))
      }
    }
    if !use.isDefaults {
      for var item in keys(SpecKeys.everyLayer.filter { fits($0.key, kind) }) {
        item.rank = 2
        items.append(item)
      }
    }
    return items.filter { !use.keys.contains($0.label) }
  }

  /// Whether a key of every layer makes sense for a type.
  private func fits(_ key: String, _ kind: (any LayerKind.Type)?) -> Bool {
    switch kind?.arity {
    case Arity.none?: !["incoming", "incomings", "repeat"].contains(key)
    case .one?: key != "incomings"
    case .atLeast?: key != "incoming"
    case nil: true
    }
  }

  /// The key with its choices to pick from.
  private func snippet(_ info: ParameterInfo) -> String? {
    guard !(cursor.isKey && cursor.hasColon) else { return nil }
    switch info.schema {
    case .words(let words): return "\(info.key): ${1|\(words.joined(separator: ","))|}"
    case .boolean: return "\(info.key): ${1|true,false|}"
    case .list: return "\(info.key): [$1]"
    default: return nil
    }
  }

  // MARK: Types

  private func types(_ use: Cursor.Use) -> [CompletionItem] {
    let isPlain = use.isList || cursor.isKey && cursor.hasColon
    let kinds = LayerRegistry.kinds.map { kind -> CompletionItem in
      if isPlain {
        let name = use.isList ? kind.typeName + "Layer" : kind.typeName
        return type(kind, label: name, text: name)
      }
      var item = type(kind, label: kind.typeName, text: kind.typeName + ": ")
      item.snippet = call(kind.typeName, kind.parameterInfos.filter { $0.fallback == nil }.map(\.key))
      return item
    }
    let blocks = names.blocks.filter { $0.name != cursor.block }.map { block -> CompletionItem in
      var item = CompletionItem(label: block.name, kind: .block, detail: "block", doc: HoverText.block(block), rank: 0)
      guard !isPlain else { return item }
      item.text = block.name + ": "
      item.snippet = call(block.name, block.parameters.filter { $0.fallback == nil }.map(\.name))
      return item
    }
    return kinds + blocks
  }

  private func type(_ kind: any LayerKind.Type, label: String, text: String) -> CompletionItem {
    CompletionItem(label: label, kind: .type, detail: "layer", doc: HoverText.layer(kind), text: text)
  }

  /// `Conv2D: {name: $1, num_filters: $2, filter_size: $3}`
  private func call(_ name: String, _ required: [String]) -> String {
    let keys = ["name"] + required
    let places = keys.enumerated().map { "\($0.element): $\($0.offset + 1)" }
    return "\(name): {\(places.joined(separator: ", "))}"
  }

  // MARK: Values

  private func values(_ use: Cursor.Use, _ key: String) -> [CompletionItem] {
    var items: [CompletionItem] = []
    if key == "when" { items = words(["true", "false"]) }
    if let info = LayerRegistry.kind(named: use.type)?.parameterInfos.first(where: { $0.key == key }) {
      for choice in info.schema.alternatives { items += values(choice, use) }
      if let fallback = info.fallback, !items.contains(where: { $0.label == fallback }) {
        items.append(CompletionItem(label: fallback, kind: .value, detail: "default"))
      }
      for index in items.indices where items[index].label == info.fallback { items[index].rank = 0 }
    } else if let fallback = names.block(use.type)?.parameters.first(where: { $0.name == key })?.fallback {
      items.append(CompletionItem(label: fallback, kind: .value, detail: "default"))
    }
    return items + names.constants(in: cursor.block).map { Completion.item($0, label: "$" + $0.name, rank: 3) }
  }

  private func values(_ schema: ValueSchema, _ use: Cursor.Use) -> [CompletionItem] {
    switch schema {
    case .words(let words): self.words(words)
    case .boolean: words(["true", "false"])
    case .null: words(["null"])
    case .nonlinearity: functions(.nonlinearity, isCall: false)
    case .initialiser: functions(.initialiser, isCall: false) + layers(except: use)
    case .anything, .integer, .number, .list, .oneOf: []
    }
  }

  private func words(_ words: [String]) -> [CompletionItem] { words.map { CompletionItem(label: $0, kind: .word) } }

  private func functions(_ function: Cursor.Function, isCall: Bool) -> [CompletionItem] {
    let all =
      switch function {
      case .nonlinearity: NonlinearityInfo.all.map { ($0.name, $0.formula, $0.parameters.isEmpty) }
      case .initialiser: InitialiserInfo.all.map { ($0.name, $0.formula, $0.parameters.isEmpty) }
      }
    return all.filter { !isCall || !$0.2 }.map { name, formula, _ in
      CompletionItem(
        label: name, kind: .function, detail: formula, doc: HoverText.function(name, function) ?? "",
        text: isCall ? colon(name) : name)
    }
  }

  private func arguments(_ function: Cursor.Function, _ name: String) -> [CompletionItem] {
    let parameters =
      switch function {
      case .nonlinearity: NonlinearityInfo.named(name)?.parameters
      case .initialiser: InitialiserInfo.named(name)?.parameters
      }
    return (parameters ?? []).map { CompletionItem(label: $0.name, kind: .key, text: colon($0.name)) }
  }

  private func layers(except use: Cursor.Use?) -> [CompletionItem] {
    let own = outline.layers(in: cursor.block).first { $0.typeRange == use?.typeRange }?.name
    let facts = LayerFacts(document: document)
    return names.layerNames(in: cursor.block).filter { $0 != own }.map { name in
      let shape = cursor.block == nil ? facts.groups(named: name).last?.shape.crossed : nil
      return CompletionItem(label: name, kind: .layer, detail: shape ?? "layer", rank: 2)
    }
  }
}
