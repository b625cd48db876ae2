import YAMLSyntax

/// nolearn's `conv1_num_filters: 32` becomes a parameter of the layer `conv1`.
enum FlatKeys {
  static func fold(into sections: inout [Section]) {
    guard let place = sections.firstIndex(where: { $0.layers != nil }), var layers = sections[place].layers else {
      return
    }
    let named = layers.indices.compactMap { index in layers[index].name.map { (name: $0, index: index) } }
    var kept: [Section] = []
    for section in sections {
      guard section.isFlat, let owner = owner(of: section.key, among: named), layers[owner.index].isOpen else {
        kept.append(section)
        continue
      }
      let parameter = String(section.key.dropFirst(owner.name.count + 1))
      guard !layers[owner.index].parameters.contains(where: { $0.key == parameter }) else {
        kept.append(section)
        continue
      }
      layers[owner.index].above += section.comments
      layers[owner.index].parameters.append(
        LayerLine.Parameter(
          key: parameter,
          flow: FlowEntry(text: "\(ScalarText.text(parameter)): \(section.value)", behind: section.item.behind)))
    }
    sections = kept
    if let place = sections.firstIndex(where: { $0.layers != nil }) { sections[place].layers = layers }
  }

  /// The layer that a flat key belongs to: the one with the longest name.
  static func owner(of key: String, among named: [(name: String, index: Int)]) -> (name: String, index: Int)? {
    named.filter { key.hasPrefix($0.name + "_") }.max { $0.name.count < $1.name.count }
  }
}

/// nolearn's keys for training become the section `train`, where it is certain what they mean.
enum TrainingKeys {
  static let order = ["objective", "update", "regularization", "max_epochs"]

  static func convert(_ sections: inout [Section]) {
    let flat = sections.filter(\.isFlat)
    var new: [(key: String, value: String, from: [String])] = []
    func text(_ key: String) -> String? { flat.first { $0.key == key }?.value }
    if let update = text("update") {
      let details = flat.filter { $0.key.hasPrefix("update_") }
      let words = details.map { "\(ScalarText.text(String($0.key.dropFirst(7)))): \($0.value)" }
      let arguments = words.joined(separator: ", ")
      // A rule that is a mapping already has its numbers.
      if details.isEmpty {
        new.append(("update", update, ["update"]))
      } else if update.unicodeScalars.allSatisfy({ $0 == "_" || $0.properties.isAlphabetic }), update != "null" {
        new.append(("update", "{\(update): {\(arguments)}}", ["update"] + details.map(\.key)))
      }
    }
    if let objective = objective(text) { new.append(objective) }
    if let epochs = text("max_epochs") { new.append(("max_epochs", epochs, ["max_epochs"])) }
    let existing = sections.firstIndex { $0.key == "train" }
    let taken = existing.map { keys(of: sections[$0].item) } ?? []
    guard let taken else { return }
    new.removeAll { taken.contains($0.key) }
    new = new.stableSorted {
      (order.firstIndex(of: $0.key) ?? order.count) < (order.firstIndex(of: $1.key) ?? order.count)
    }
    guard let first = sections.firstIndex(where: { section in new.contains { $0.from.contains(section.key) } })
    else { return }
    // What is above the first of them heads the new section.
    let heading = existing == nil ? sections[first].key : nil
    let items = new.map { key, value, sources in
      item(key, value, flat.filter { sources.contains($0.key) }, without: heading)
    }
    let used = Set(new.flatMap(\.from))
    if let existing {
      add(items, to: &sections[existing].item)
    } else {
      let block = Block(isSequence: false, items: items)
      let item = Item(above: sections[first].item.above, key: "train", content: .block(block))
      sections.insert(Section(key: "train", item: item), at: first)
    }
    sections.removeAll { $0.isFlat && used.contains($0.key) }
  }

  /// What is minimised. nolearn's `regression` chooses it where it is not said.
  private static func objective(_ text: (String) -> String?) -> (key: String, value: String, from: [String])? {
    let said = ["objective", "objective_loss_function"].filter { text($0) != nil }
    if let key = said.first {
      guard said.count == 1, text("regression") == nil, let value = text(key), value != "null" else { return nil }
      return ("objective", value, [key])
    }
    switch text("regression") {
    case "true": return ("objective", "squared_error", ["regression"])
    case "false": return ("objective", "categorical_crossentropy", ["regression"])
    default: return nil
    }
  }

  /// The keys of a section; nil if nothing can be added to it.
  private static func keys(of item: Item) -> [String]? {
    guard item.properties.isEmpty else { return nil }
    switch item.content {
    case .block(let block): return block.isSequence ? nil : block.items.compactMap(\.key)
    case .flow(let flow) where flow.open == "{":
      return flow.entries.map { String($0.text.prefix { $0 != ":" }) }
    default: return nil
    }
  }

  private static func item(_ key: String, _ value: String, _ sources: [Section], without heading: String?) -> Item {
    var above = sources.filter { $0.key != heading }.flatMap(\.comments)
    let behind = sources.compactMap(\.item.behind)
    if behind.count > 1 { above += behind.dropLast().map { .comment($0) } }
    return Item(above: above, key: key, content: .text(value), behind: behind.last)
  }

  private static func add(_ items: [Item], to item: inout Item) {
    switch item.content {
    case .block(var block):
      block.items += items
      item.content = .block(block)
    case .flow(var flow):
      for new in items {
        item.above += new.above + [new.behind].compactMap { $0.map { .comment($0) } }
        if case .text(let value) = new.content, let key = new.key {
          flow.entries.append(FlowEntry(text: "\(key): \(value)"))
        }
      }
      item.content = .flow(flow)
    default: break
    }
  }
}
