import Diagnostics
import NetIR
import YAMLSyntax

/// A layer of the list before its parameters are understood: every spelling comes to this.
struct WrittenLayer {
  var typeName: String
  var typeSpan: SourceSpan
  /// `[conv1, Conv2DLayer]` names the layer outside of its parameters.
  var name: Node?
  var entries: [Node.Entry]

  /// The node of the name, wherever it is written.
  var nameNode: Node? { name ?? entry("name")?.value }
  var writtenName: String? { nameNode?.scalarText }

  func entry(_ key: String) -> Node.Entry? { entries.first { $0.key.scalarText == key } }

  /// Gives the layer another name, which keeps the place of the written one.
  mutating func rename(_ text: String, at span: SourceSpan) {
    entries.removeAll { $0.key.scalarText == "name" }
    name = Node(value: .scalar(Node.Scalar(text: text, style: .doubleQuoted)), span: span)
  }
}

/// The three spellings of a layer, and a bare type.
struct LayerSpellings {
  func read(_ node: Node, _ bag: inout DiagnosticBag) -> WrittenLayer? {
    if let entries = node.entries { return mapping(node, entries, &bag) }
    if let elements = node.elements { return list(node, elements, &bag) }
    if let text = node.scalarText, case .string = node.resolved {
      return WrittenLayer(typeName: text, typeSpan: node.span, name: nil, entries: [])
    }
    return malformed(node, &bag)
  }

  /// `- Conv2D: {name: conv1, num_filters: 32}`
  private func mapping(_ node: Node, _ entries: [Node.Entry], _ bag: inout DiagnosticBag) -> WrittenLayer? {
    guard let first = entries.first, let type = first.key.scalarText else { return malformed(node, &bag) }
    if let second = entries.dropFirst().first {
      let known = LayerRegistry.kind(named: type) != nil
      bag.report(
        Diagnostic(
          .malformedLayer,
          known && first.value.isNull
            ? "the parameters of \(type) are not indented below it" : "a layer has one key, its type",
          at: second.key.span, label: known ? "on the level of `\(type)`" : "a second key",
          related: [Diagnostic.Related(message: "the layer begins here", span: first.key.span)],
          help: ["indent the parameters below `\(type):`, or write `- \(type): {…}`"]))
      return nil
    }
    guard let parameters = first.value.entries ?? (first.value.isNull ? [] : nil) else {
      bag.report(
        Diagnostic(
          .malformedLayer, "the parameters of \(type) must be a mapping, not \(first.value.kindName)",
          at: first.value.span, help: ["write `- \(type): {name: …}`"]))
      return nil
    }
    return WrittenLayer(typeName: type, typeSpan: first.key.span, name: nil, entries: parameters)
  }

  /// `- [conv1, Conv2DLayer]` or `- [Conv2DLayer, {num_filters: 32}]`
  private func list(_ node: Node, _ elements: [Node], _ bag: inout DiagnosticBag) -> WrittenLayer? {
    guard let first = elements.first, let word = first.scalarText, (1...3).contains(elements.count)
    else { return malformed(node, &bag) }
    if elements.count == 1 {
      return WrittenLayer(typeName: word, typeSpan: first.span, name: nil, entries: [])
    }
    if elements.count == 2, let parameters = elements[1].entries {
      return WrittenLayer(typeName: word, typeSpan: first.span, name: nil, entries: parameters)
    }
    guard let type = elements[1].scalarText, elements.count == 2 || elements[2].entries != nil
    else { return malformed(node, &bag) }
    return WrittenLayer(
      typeName: type, typeSpan: elements[1].span, name: first,
      entries: elements.count == 3 ? elements[2].entries ?? [] : [])
  }

  private func malformed(_ node: Node, _ bag: inout DiagnosticBag) -> WrittenLayer? {
    bag.report(
      Diagnostic(
        .malformedLayer, "a layer cannot be \(node.kindName)", at: node.span,
        help: ["write `- Conv2D: {name: conv1, num_filters: 32, filter_size: 5}`"]))
    return nil
  }
}

/// Gives a name to layers that have none: `<type><n>`, counted per type.
struct LayerNamer {
  private var counts: [String: Int] = [:]

  mutating func next(_ type: String) -> String {
    let word = type.lowercased()
    counts[word, default: 0] += 1
    return "\(word)\(counts[word] ?? 0)"
  }
}

extension WrittenLayer {
  /// Takes the keys of every layer out, and hands the rest to the layer's type.
  ///
  /// - Parameters:
  ///   - knownBlocks: blocks that may be meant by an unknown type.
  ///   - unreadable: keys whose value could not be computed, which was reported.
  func declaration(
    _ namer: inout LayerNamer, knownBlocks: [String], unreadable: Set<String> = [], _ bag: inout DiagnosticBag
  ) -> LayerDeclaration {
    let type = LayerRegistry.kind(named: typeName)
    if type == nil { reportUnknownType(knownBlocks, &bag) }
    var declaration = LayerDeclaration(
      typeName: type?.typeName ?? typeName, typeSpan: typeSpan, name: "", nameSpan: typeSpan, incomings: nil,
      kind: nil, places: [:])
    var parameters: [Node.Entry] = []
    var nameNode = name
    var incoming: Node.Entry?
    var isReadable = true
    for entry in entries {
      guard let key = entry.key.scalarText else {
        isReadable = false
        bag.report(
          Diagnostic(
            .unknownParameter, "a parameter's name must be a word, not \(entry.key.kindName)",
            at: entry.key.span))
        continue
      }
      if let first = declaration.places.updateValue(entry.value.span, forKey: key) {
        // YAML has no key twice: the other one is in nolearn's flat spelling.
        bag.report(
          Diagnostic(
            .conflictingParameters, "`\(key)` of this layer is given twice", at: entry.key.span,
            related: [Diagnostic.Related(message: "first here", span: first)]))
        continue
      }
      switch key {
      case "name":
        if let nameNode {
          bag.report(
            Diagnostic(
              .conflictingParameters, "the layer is named twice", at: entry.key.span,
              related: [Diagnostic.Related(message: "first here", span: nameNode.span)]))
        } else {
          nameNode = entry.value
        }
      case "incoming", "incomings":
        if let other = incoming {
          bag.report(
            Diagnostic(
              .conflictingParameters, "`\(key)` and `\(other.key.scalarText ?? "")` name the inputs twice",
              at: entry.key.span, related: [Diagnostic.Related(message: "first here", span: other.key.span)]))
        }
        incoming = entry
      case Self.trainableKey: declaration.isFrozen = !isTrainable(&bag)
      default: parameters.append(entry)
      }
    }
    if let incoming { declaration.incomings = references(incoming, &bag) }
    if let nameNode, let text = validName(nameNode, &bag) {
      declaration.name = text
      declaration.nameSpan = nameNode.span
      _ = type.map { namer.count($0.typeName) }
    } else {
      declaration.name = namer.next(declaration.typeName)
    }
    if let type {
      var context = DecodeContext(bag: bag)
      let kind = type.decode(parameters, at: typeSpan, unreadable: unreadable, context: &context)
      declaration.kind = isReadable ? kind : nil
      bag = context.bag
    }
    return declaration
  }

  private static let trainableKey = "trainable"

  /// What `trainable` says; true without it, and where it is wrong and reported.
  func isTrainable(_ bag: inout DiagnosticBag) -> Bool {
    guard let value = entry(Self.trainableKey)?.value else { return true }
    var context = DecodeContext(bag: bag, layerType: typeName, key: Self.trainableKey)
    defer { bag = context.bag }
    return ValueType<Bool>.bool.decode(value, &context) ?? true
  }

  private func references(_ entry: Node.Entry, _ bag: inout DiagnosticBag) -> [Reference]? {
    let nodes = entry.value.elements ?? [entry.value]
    let references = nodes.compactMap { node in
      node.isNull ? nil : node.scalarText.map { Reference(name: $0, span: node.span, scope: "") }
    }
    guard references.count == nodes.count, !nodes.isEmpty else {
      let key = entry.key.scalarText ?? "incoming"
      bag.report(
        Diagnostic(
          .wrongType, "`\(key)` must be the name of a layer, or a list of names, not \(entry.value.kindName)",
          at: entry.value.span))
      return nil
    }
    return references
  }

  /// The name, if it is one; reports it otherwise.
  func validName(_ node: Node, _ bag: inout DiagnosticBag) -> String? {
    let text = node.scalarText ?? ""
    if case .string = node.resolved, case .scalar = node.value, !text.isEmpty,
      text.unicodeScalars.allSatisfy({
        $0.properties.isAlphabetic || "0123456789_-".unicodeScalars.contains($0)
      })
    {
      return text
    }
    var help = ["use letters, digits, `_` and `-`"]
    if case .scalar = node.value, !text.isEmpty, node.isNull == false, Int(text) != nil {
      help = ["write it in quotes: `name: \"\(text)\"`"]
    }
    bag.report(
      Diagnostic(.badLayerName, "\(node.kindName) is no name for a layer", at: node.span, help: help))
    return nil
  }

  private func reportUnknownType(_ blocks: [String], _ bag: inout DiagnosticBag) {
    let suffix = typeName.hasSuffix("Layer") ? "Layer" : ""
    // Who leaves out the number of axes means images.
    let stem = typeName.dropLast(suffix.count).lowercased()
    let forImages = LayerRegistry.names.filter { $0.lowercased() == stem + "2d" }
    bag.report(
      .unknown(
        .unknownLayerType, "unknown layer type `\(typeName)`", word: typeName, at: typeSpan,
        among: forImages.isEmpty ? LayerRegistry.names.map { $0 + suffix } + blocks : forImages.map { $0 + suffix }))
  }
}

extension LayerNamer {
  /// A named layer is counted as well, so that a name given by netc tells the layer's place among its type.
  mutating func count(_ type: String) { _ = next(type) }
}
