import Diagnostics
import NetIR
import YAMLSyntax

/// Finds the other files that a spec names.
package protocol SpecFiles {
  /// The document of a file, whose path counts from the folder of the file that names it; nil after a report.
  mutating func document(_ path: String, namedAt span: SourceSpan, _ bag: inout DiagnosticBag) -> Node?
}

/// For specs that stand alone.
package struct NoFiles: SpecFiles {
  package init() {}

  package func document(_ path: String, namedAt span: SourceSpan, _ bag: inout DiagnosticBag) -> Node? {
    bag.report(Diagnostic(.badInclude, "cannot read `\(path)`: this spec has no folder", at: span))
    return nil
  }
}

/// Reads a document's node tree as a spec. Every mistake is reported; what could be understood is returned.
package struct SpecReader {
  package private(set) var bag = DiagnosticBag()
  private var spec: Spec
  private var expander = Expander()
  private var files: any SpecFiles
  /// The files that are being read, to find one that includes itself.
  private var open: [FileID]

  /// Keys of a spec with what they are for; the reference prints this table.
  package static let keys: [(key: String, doc: String)] = [
    ("name", "the network's name; the file's name without it"),
    ("layers", "the layers, in order"),
    ("outputs", "names of the layers that are outputs; the last layer without it"),
    ("classes", "names of the classes, in the order of the output's units"),
    ("data", "where examples come from and how they are prepared"),
    ("train", "how to train"),
    ("let", "constants: `$name` and `${name * 2}` use them"),
    ("defaults", "parameters that every layer of a type gets unless it says otherwise"),
    ("blocks", "groups of layers with parameters, used like layer types"),
    ("include", "files whose blocks, defaults and constants are used here"),
    ("base", "another spec to start from"),
    ("warnings", "warnings to switch off, by name: `{receptive-field: off}`"),
  ]

  /// A longer key is no layer's: each `_` in it may end a name.
  private static let longestKey = 1000

  /// - Parameter fileName: the spec's name when it does not say one.
  /// - Parameter files: finds what `include` and `base` name.
  package static func read(_ root: Node, fileName: String, files: any SpecFiles = NoFiles()) -> (
    spec: Spec, bag: DiagnosticBag
  ) {
    read(root, fileName: fileName, files: files, open: [])
  }

  static func read(_ root: Node, fileName: String, files: any SpecFiles, open: [FileID]) -> (
    spec: Spec, bag: DiagnosticBag
  ) {
    var reader = SpecReader(spec: Spec(name: fileName), files: files, open: open + [root.span.file])
    reader.read(root)
    reader.bag.remove(reader.spec.silenced)
    reader.spec.isComplete = !reader.bag.hasErrors
    return (reader.spec, reader.bag)
  }

  private init(spec: Spec, files: any SpecFiles, open: [FileID]) {
    (self.spec, self.files, self.open) = (spec, files, open)
  }

  private mutating func read(_ root: Node) {
    guard let entries = root.entries else {
      bag.report(
        Diagnostic(
          .wrongType, "a spec is a mapping with the key `layers`, not \(root.kindName)", at: root.span,
          help: ["begin with `layers:` and list the layers below it"]))
      return
    }
    var flat: [Node.Entry] = []
    var layers: Node?
    var base: Node?
    readShared(entries)
    for entry in entries {
      guard let key = entry.key.scalarText else {
        bag.report(
          Diagnostic(
            .unknownTopLevelKey, "a key must be a word, not \(entry.key.kindName)", at: entry.key.span))
        continue
      }
      switch key {
      case "let", "defaults", "blocks", "include": break
      case "base": base = entry.value
      case "name": readName(entry.value)
      case "layers": layers = entry.value
      case "outputs": readOutputs(entry.value)
      case "classes": readClasses(entry.value)
      case "data": readData(entry.value)
      case "train": readTraining(entry.value)
      case "warnings": spec.silenced.formUnion(WarningSwitches.read(entry.value, &bag))
      default: flat.append(entry)
      }
    }
    readLayers(layers, flat, base, in: root)
    spec.constants = expander.constants.values
    spec.blocks = expander.blocks
  }

  // MARK: Layers

  private mutating func readLayers(_ node: Node?, _ flat: [Node.Entry], _ base: Node?, in root: Node) {
    var elements: [Node] = []
    if let node, !node.isNull, node.elements?.isEmpty != true {
      guard let list = node.elements else {
        bag.report(
          Diagnostic(
            .wrongType, "`layers` must be a list, not \(node.kindName)", at: node.span,
            help: ["begin each layer with `- `"]))
        return
      }
      elements = list
    } else if base == nil {
      bag.report(
        Diagnostic(
          .noLayers, node == nil ? "the spec has no `layers`" : "`layers` is empty",
          at: node?.span ?? firstLine(root.span),
          help: ["list them, beginning with `- Input: {shape: [null, 1, 28, 28]}`"]))
      return
    }
    let spellings = LayerSpellings()
    var written = elements.map { spellings.read($0, &bag) }
    distribute(flat, over: &written)
    var previous: Reference?
    if let base {
      guard let start = readBase(base, &written) else { return }
      expander.adopt(start.layers, start.aliases)
      previous = start.last
    }
    expander.expand(written, after: previous)
    bag.append(expander.bag)
    (spec.layers, spec.aliases) = (expander.layers, expander.aliases)
    guard !bag.hasErrors else { return }
    guard !spec.layers.isEmpty else {
      bag.report(
        Diagnostic(
          .noLayers, "written out, the spec has no layers", at: node?.span ?? firstLine(root.span),
          help: ["each of them has `repeat: 0` or a `when` that is false"]))
      return
    }
    for finding in UnusedDefinitions(blocks: expander.blocks).findings(in: root) { bag.report(finding) }
  }

  // MARK: Shared definitions

  /// Reads what other files may define as well: constants first, because defaults and blocks use them.
  private mutating func readShared(_ entries: [Node.Entry]) {
    func value(_ key: String) -> Node? { entries.first { $0.key.scalarText == key }?.value }
    if let node = value("include") { readIncludes(node) }
    if let node = value("let") { readConstants(node) }
    if let node = value("defaults") { readDefaults(node) }
    if let node = value("blocks") {
      for block in BlockDefinition.read(node, &bag) { expander.blocks[block.name] = block }
    }
  }

  private mutating func readConstants(_ node: Node) {
    for entry in section("let", node, nil) {
      guard let name = entry.key.scalarText, let first = name.first, first == "_" || first.isLetter,
        name.allSatisfy({ $0 == "_" || $0.isLetter || $0.isNumber }), !["min", "max", "true", "false"].contains(name)
      else {
        bag.report(
          Diagnostic(
            .badLayerName, "`\(entry.key.scalarText ?? "")` is no name for a constant", at: entry.key.span,
            help: ["use letters, digits and `_`, beginning with a letter"]))
        continue
      }
      if let value = expander.constants.substituted(entry.value, &bag) { expander.constants.define(name, value) }
    }
  }

  private mutating func readDefaults(_ node: Node) {
    for entry in section("defaults", node, nil) {
      let name = entry.key.scalarText ?? ""
      guard let kind = LayerRegistry.kind(named: name) else {
        bag.report(
          .unknown(
            .unknownLayerType, "unknown layer type `\(name)` in `defaults`", word: name, at: entry.key.span,
            among: LayerRegistry.names))
        continue
      }
      guard let parameters = expander.constants.substituted(entry.value, &bag)?.entries else {
        bag.report(
          Diagnostic(
            .wrongType, "the defaults of \(name) must be a mapping, not \(entry.value.kindName)", at: entry.value.span))
        continue
      }
      let known = kind.parameterInfos.map(\.key)
      let own = parameters.filter { parameter in
        let key = parameter.key.scalarText ?? ""
        if known.contains(key) { return true }
        bag.report(
          .unknown(
            .unknownParameter, "unknown parameter `\(key)` of \(kind.typeName)", word: key, at: parameter.key.span,
            among: known))
        return false
      }
      let inherited = expander.defaults[kind.typeName] ?? []
      let keys = Set(own.map { $0.key.scalarText ?? "" })
      expander.defaults[kind.typeName] = own + inherited.filter { !keys.contains($0.key.scalarText ?? "") }
    }
  }

  private mutating func readIncludes(_ node: Node) {
    for path in node.elements ?? [node] {
      guard let text = path.scalarText, !path.isNull else {
        bag.report(
          Diagnostic(.wrongType, "`include` must be a list of files, not \(path.kindName)", at: path.span))
        continue
      }
      guard let document = document(text, path.span), let entries = document.entries else { continue }
      open.append(document.span.file)
      for entry in entries {
        let key = entry.key.scalarText ?? ""
        guard !["let", "defaults", "blocks", "include"].contains(key) else { continue }
        bag.report(
          Diagnostic(
            .badInclude, "an included file cannot have `\(key)`", at: entry.key.span,
            related: [Diagnostic.Related(message: "included here", span: path.span)],
            help: ["it may have `blocks`, `defaults`, `let` and `include`; `base` starts from the layers of a spec"]))
      }
      readShared(entries)
      open.removeLast()
    }
  }

  /// A document that is not being read already.
  private mutating func document(_ path: String, _ span: SourceSpan) -> Node? {
    guard let document = files.document(path, namedAt: span, &bag) else { return nil }
    guard !open.contains(document.span.file), open.count < 16 else {
      bag.report(
        Diagnostic(
          .badInclude, "`\(path)` is being read already: the files name each other in a circle", at: span,
          help: ["move what both need into a third file"]))
      return nil
    }
    return document
  }

  // MARK: Base

  private mutating func readBase(_ node: Node, _ written: inout [WrittenLayer?]) -> BaseStart? {
    guard let reference = BaseReference.read(node, &bag), let document = document(reference.path, reference.pathSpan)
    else { return nil }
    let (base, found) = SpecReader.read(document, fileName: reference.path, files: files, open: open)
    bag.append(found)
    guard !found.hasErrors else { return nil }
    spec.baseWeights = reference.weights(of: base)
    spec.silenced.formUnion(base.silenced)
    if spec.preprocessing.isEmpty { spec.preprocessing = base.preprocessing }
    if spec.classes.isEmpty, written.isEmpty { (spec.classes, spec.classesSpan) = (base.classes, base.classesSpan) }
    return reference.start(from: base, &written, &bag)
  }

  /// nolearn's `conv1_num_filters: 32` beside the list of layers.
  private mutating func distribute(_ flat: [Node.Entry], over layers: inout [WrittenLayer?]) {
    let named = layers.indices.compactMap { index in
      layers[index]?.writtenName.map { (name: $0, index: index) }
    }
    let owners = Dictionary(named.map { ($0.name, $0.index) }, uniquingKeysWith: { first, _ in first })
    for entry in flat {
      let key = entry.key.scalarText ?? ""
      // The longest name that the key begins with.
      let breaks = key.utf8.count > Self.longestKey ? [] : key.indices.reversed().filter { key[$0] == "_" }
      if let end = breaks.first(where: { owners[String(key[..<$0])] != nil }), let owner = owners[String(key[..<end])] {
        layers[owner]?.entries.append(entry.renamed(String(key[key.index(after: end)...])))
      } else if SpecKeys.nolearn.contains(key) || SpecKeys.nolearnPrefixes.contains(where: key.hasPrefix) {
        if key == "update" { readUpdate(entry.value) }
        if key == "objective" || key == "objective_loss_function" { readObjective(entry.value) }
        if key == "regression", case .bool(let isRegression) = entry.value.resolved, spec.objective == nil {
          let name = isRegression ? "squared_error" : "categorical_crossentropy"
          spec.objective = WrittenObjective(name: name, span: entry.key.span)
        }
      } else {
        let known = Self.keys.map(\.key) + (named.isEmpty ? [] : SpecKeys.nolearn)
        bag.report(
          .unknown(
            .unknownTopLevelKey, "unknown key `\(key)`", word: key, at: entry.key.span,
            among: known + flatKeys(named.map { ($0.name, layers[$0.index]?.typeName ?? "") })))
      }
    }
  }

  /// `conv1_num_filters` and the like, for suggestions in a spec that uses them.
  private func flatKeys(_ named: [(name: String, type: String)]) -> [String] {
    // Among more nothing is sought.
    guard named.count <= Suggestion.mostCandidates / 4 else { return [] }
    return named.flatMap { layer in
      (LayerRegistry.kind(named: layer.type)?.parameterInfos ?? []).map { "\(layer.name)_\($0.key)" }
    }
  }

  // MARK: Other keys

  private mutating func readName(_ node: Node) {
    guard let text = node.scalarText, !text.isEmpty, !node.isNull else {
      bag.report(Diagnostic(.wrongType, "`name` must be a word, not \(node.kindName)", at: node.span))
      return
    }
    spec.name = text
  }

  private mutating func readOutputs(_ node: Node) {
    let nodes = node.elements ?? [node]
    let references = nodes.compactMap { element -> Reference? in
      guard let text = element.scalarText, !element.isNull else {
        bag.report(
          Diagnostic(
            .wrongType, "`outputs` must be a list of layer names, not \(element.kindName)", at: element.span))
        return nil
      }
      return Reference(name: text, span: element.span, scope: "")
    }
    if references.isEmpty, nodes.isEmpty {
      bag.report(
        Diagnostic(.wrongType, "`outputs` is empty", at: node.span, help: ["leave it out, or name a layer"]))
    } else {
      spec.outputs = references
    }
  }

  private mutating func readClasses(_ node: Node) {
    let names = node.elements?.map { $0.isNull ? nil : $0.scalarText }
    guard let names, !names.isEmpty, !names.contains(nil) else {
      bag.report(
        Diagnostic(.wrongType, "`classes` must be a list of names, not \(node.kindName)", at: node.span))
      return
    }
    spec.classes = names.compactMap { $0 }
    spec.classesSpan = node.span
  }

  private mutating func readData(_ node: Node) {
    for entry in section("data", node, SpecKeys.data.map(\.key)) where entry.key.scalarText == "preprocess" {
      spec.preprocessing = PreprocessingReader.read(entry.value, &bag)
    }
  }

  private mutating func readTraining(_ node: Node) {
    for entry in section("train", node, SpecKeys.train.map(\.key)) {
      switch entry.key.scalarText {
      case "update": readUpdate(entry.value)
      case "objective": readObjective(entry.value)
      default: break
      }
    }
  }

  private mutating func readObjective(_ node: Node) {
    guard let call = NamedCall(node) else { return }
    spec.objective = WrittenObjective(name: call.name, span: call.span)
  }

  private mutating func readUpdate(_ node: Node) {
    guard let call = NamedCall(node) else {
      bag.report(
        Diagnostic(
          .wrongType, "`update` must be an update rule such as `adam`, not \(node.kindName)", at: node.span))
      return
    }
    guard let optimizer = Optimizer(rawValue: call.name) else {
      bag.report(
        .unknown(
          .outOfRange, "unknown update rule `\(call.name)`", word: call.name, at: call.span,
          among: Optimizer.allCases.map(\.rawValue)))
      return
    }
    spec.optimizer = optimizer
  }

  /// - Parameter known: the keys that there are; nil for any.
  private mutating func section(_ name: String, _ node: Node, _ known: [String]?) -> [Node.Entry] {
    guard let entries = node.entries else {
      if !node.isNull {
        bag.report(Diagnostic(.wrongType, "`\(name)` must be a mapping, not \(node.kindName)", at: node.span))
      }
      return []
    }
    for entry in entries {
      let key = entry.key.scalarText ?? ""
      if let known, !known.contains(key) {
        bag.report(
          .unknown(
            .unknownTopLevelKey, "unknown key `\(key)` in `\(name)`", word: key, at: entry.key.span,
            among: known))
      }
    }
    return entries
  }

  private func firstLine(_ span: SourceSpan) -> SourceSpan {
    SourceSpan(file: span.file, start: span.start, end: span.start)
  }
}

extension Node.Entry {
  /// The same value under another key, which keeps its place.
  fileprivate func renamed(_ key: String) -> Node.Entry {
    var entry = self
    entry.key = Node(value: .scalar(Node.Scalar(text: key, style: .plain)), span: self.key.span)
    return entry
  }
}
