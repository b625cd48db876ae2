import Diagnostics
import Layers
import YAMLSyntax

/// A layer on its way to the first spelling, `Type: {key: value}`.
struct LayerLine {
  struct Parameter {
    var key: String
    var flow: FlowEntry
  }

  var above: [Remark]
  /// Comments behind the type.
  var head: [Comment] = []
  /// The comment behind the layer.
  var tail: String?
  /// The type as it will be written; empty when the layer was not understood.
  var type = ""
  /// The anchor of the layer: all of it then stands in brackets.
  var layerProperties = ""
  var properties = ""
  var parameters: [Parameter] = []
  /// An alias instead of parameters.
  var alias: String?
  /// What is printed when the layer was not understood.
  var raw: Content?
  /// The name as the file has it.
  var name: String?

  /// Whether keys from elsewhere may be added.
  var isOpen: Bool { raw == nil && alias == nil && layerProperties.isEmpty && properties.isEmpty }

  /// Keys of every layer, in the order in which they stand before its parameters.
  private static let common = ["name", "incoming", "incomings", "when", "repeat", "trainable", "<<"]

  /// - Parameter known: the parameters of its type in their order.
  func item(known: [String], keepsOrder: Bool) -> Item {
    var item = Item(above: above, key: type, properties: properties, content: .text(alias ?? ""), behind: tail)
    if let raw {
      (item.key, item.properties, item.content) = (nil, layerProperties, raw)
      return item
    }
    if alias != nil {
      let settled = PageReader.settle(head: head, last: nil, tail: tail)
      item.above += settled.above.map { .comment($0) }
      item.behind = settled.behind
      return wrapped(item)
    }
    func rank(_ parameter: Parameter) -> Int {
      if let place = Self.common.firstIndex(of: parameter.key) { return place }
      return Self.common.count + (known.firstIndex(of: parameter.key) ?? known.count)
    }
    let ranked = parameters.map { (parameter: $0, rank: rank($0)) }
    let sorted = keepsOrder ? ranked : ranked.stableSorted { $0.rank < $1.rank }
    var flow = FlowCollection(
      open: "{", close: "}",
      entries: sorted.map { place in
        var entry = place.parameter.flow
        entry.isCommon = place.rank < Self.common.count
        return entry
      })
    item.add(&flow, head: head, tail: tail)
    item.content = .flow(flow)
    return wrapped(item)
  }

  /// A layer with an anchor: `- &stem {Conv2D: {…}}`.
  private func wrapped(_ item: Item) -> Item {
    guard !layerProperties.isEmpty else { return item }
    var item = item
    var value = ""
    switch item.content {
    case .flow(let flow):
      let comments = flow.entries.flatMap { $0.above + [$0.behind].compactMap { $0 } }
      item.above += comments.map { .comment($0) }
      value = flow.oneLine
    case .text(let text): value = text
    default: break
    }
    let inner = item.properties.isEmpty ? value : item.properties + " " + value
    item.content = .flow(FlowCollection(open: "{", close: "}", entries: [FlowEntry(text: "\(type): \(inner)")]))
    (item.key, item.properties) = (nil, layerProperties)
    return item
  }
}

extension Array {
  /// Sorted, equal elements in the order that they had.
  func stableSorted(by isBefore: (Element, Element) -> Bool) -> [Element] {
    enumerated().sorted { left, right in
      if isBefore(left.element, right.element) { return true }
      return !isBefore(right.element, left.element) && left.offset < right.offset
    }.map(\.element)
  }
}

extension PageReader {
  /// The parameters of a layer type or block, in order.
  func knownParameters(_ type: String) -> [String] {
    LayerRegistry.kind(named: type)?.parameterInfos.map(\.key) ?? blockParameters[type] ?? []
  }

  func item(of layer: LayerLine) -> Item {
    layer.item(known: knownParameters(layer.type), keepsOrder: rewriting == .keepingOrder)
  }

  /// Reads a list of layers.
  mutating func layers(_ node: WrittenNode, _ bound: Bound) -> (layers: [LayerLine], foot: [Remark]) {
    var lines: [LayerLine] = []
    let foot = elements(of: node, bound, into: &lines) { reader, element, bound in reader.layer(element, bound) }
    return (lines, foot)
  }

  /// Reads one layer in any spelling.
  mutating func layer(_ node: WrittenNode, _ bound: Bound) -> LayerLine {
    if let entry = node.entries?.first, node.entries?.count == 1, isType(entry.key), entry.value.mayBeParameters {
      var layer = parameters(entry.key, name: nil, entry.value, in: node, start: node.start, bound)
      layer.layerProperties = node.properties
      return layer
    }
    if let elements = node.elements, node.properties.isEmpty,
      elements.allSatisfy({ $0.isPlainScalar || $0.entries != nil })
    {
      let words = elements.prefix { $0.scalar != nil }
      let rest = elements.dropFirst(words.count)
      if (1...2).contains(words.count), rest.count <= 1, let type = words.last {
        return parameters(
          type, name: words.count == 2 ? words.first : nil, rest.first, in: node, start: node.start, bound)
      }
    }
    if node.isPlainScalar { return parameters(node, name: nil, nil, in: node, start: node.start, bound) }
    let item = item(nil, node, bound)
    var layer = LayerLine(above: item.above, tail: item.behind)
    (layer.raw, layer.layerProperties) = (item.content, item.properties)
    return layer
  }

  /// Reads the parameters of a type, in the list of layers or in `defaults`.
  ///
  /// - Parameter whole: the node from whose beginning to whose end comments are the layer's.
  mutating func parameters(
    _ type: WrittenNode, name: WrittenNode?, _ mapping: WrittenNode?, in whole: WrittenNode, start: SourcePosition,
    _ bound: Bound
  ) -> LayerLine {
    var layer = LayerLine(above: above(start))
    layer.type = typeText(type)
    layer.name = name?.scalar?.text
    layer.properties = mapping?.properties ?? ""
    let entries = mapping?.entries ?? []
    var spans = entries.map(\.span)
    if let name { spans.insert(name.start..<name.end, at: 0) }
    let end = max(whole.end, type.end)
    var inside = Distribution(comments.take(from: start, to: end), over: spans)
    let tail = finish(end, bound)
    // A comment behind the last line of a mapping without brackets belongs to that line.
    let belongsToLast = mapping?.isFlow == false && !entries.isEmpty && !whole.isFlow
    if belongsToLast { inside.add(tail, behind: spans.count - 1) }
    if let name {
      layer.parameters.append(
        LayerLine.Parameter(key: "name", flow: inside.entry(0, "name: " + text.flow(name))))
    }
    for (index, entry) in entries.enumerated() {
      let key = entry.key.scalar?.text ?? ""
      layer.parameters.append(
        LayerLine.Parameter(key: key, flow: inside.entry(index + (name == nil ? 0 : 1), text.flow(entry))))
      if key == "name", layer.name == nil { layer.name = entry.value.scalar?.text }
    }
    if let mapping, mapping.entries == nil, !mapping.isPlainNull {
      layer.alias = text.flow(mapping).droppingPrefix(layer.properties)
    }
    (layer.head, layer.tail) = (inside.head, belongsToLast ? nil : tail)
    stand(below: inside.below)
    return layer
  }

  /// `Conv2D` for `Conv2DDNNLayer`.
  private func typeText(_ node: WrittenNode) -> String {
    guard let word = node.scalar?.text, let kind = LayerRegistry.kind(named: word), kind.typeName != word else {
      return text.key(node, inFlow: false)
    }
    return (node.properties.isEmpty ? "" : node.properties + " ") + ScalarText.text(kind.typeName)
  }

  private func isType(_ key: WrittenNode) -> Bool {
    guard let scalar = key.scalar, scalar.tag == nil, case .string = key.resolved else { return false }
    return scalar.text != "<<" || scalar.style != .plain
  }
}

extension String {
  fileprivate func droppingPrefix(_ properties: String) -> String {
    properties.isEmpty || !hasPrefix(properties + " ") ? self : String(dropFirst(properties.count + 1))
  }
}

extension WrittenNode {
  /// A text without an anchor and a tag.
  var isPlainScalar: Bool {
    guard let scalar, properties.isEmpty, scalar.tag == nil, case .string = resolved else { return false }
    return true
  }

  /// Null without an anchor.
  var isPlainNull: Bool { properties.isEmpty && resolved == .null }

  fileprivate var mayBeParameters: Bool {
    if case .alias = value { return true }
    return entries != nil || resolved == .null
  }
}
