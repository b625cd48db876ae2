import Diagnostics
import NetIR
import YAMLSyntax

/// Reads a document's node tree as a spec. Every mistake is reported; what could be understood is returned.
package struct SpecReader {
  package private(set) var bag = DiagnosticBag()
  private var spec: Spec

  /// Keys of a spec with what they are for; the reference prints this table.
  package static let keys: [(key: String, doc: String)] = [
    ("name", "the network's name; the file's name without it"),
    ("layers", "the layers, in order"),
    ("outputs", "names of the layers that are outputs; the last layer without it"),
    ("classes", "names of the classes, in the order of the output's units"),
    ("data", "where examples come from and how they are prepared"),
    ("train", "how to train"),
  ]

  /// Keys of the language that this version does not know what to do with.
  package static let planned = ["let", "defaults", "blocks", "include", "base"]

  /// Keys that nolearn's flat spelling has for training.
  private static let nolearnKeys = [
    "update", "regression", "max_epochs", "objective", "objective_loss_function", "eval_size", "verbose",
  ]

  /// - Parameter fileName: the spec's name when it does not say one.
  package static func read(_ root: Node, fileName: String) -> (spec: Spec, bag: DiagnosticBag) {
    var reader = SpecReader(spec: Spec(name: fileName))
    reader.read(root)
    reader.spec.isComplete = !reader.bag.hasErrors
    return (reader.spec, reader.bag)
  }

  private init(spec: Spec) { self.spec = spec }

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
    for entry in entries {
      guard let key = entry.key.scalarText else {
        bag.report(
          Diagnostic(
            .unknownTopLevelKey, "a key must be a word, not \(entry.key.kindName)", at: entry.key.span))
        continue
      }
      switch key {
      case "name": readName(entry.value)
      case "layers": layers = entry.value
      case "outputs": readOutputs(entry.value)
      case "classes": readClasses(entry.value)
      case "data": readData(entry.value)
      case "train": readTraining(entry.value)
      case _ where Self.planned.contains(key):
        bag.report(
          Diagnostic(
            .notYetSupported, "`\(key)` is not in this version of netc", at: entry.key.span,
            help: ["write the layers out; YAML anchors and `<<` merges work"]))
      default: flat.append(entry)
      }
    }
    readLayers(layers, flat, at: root.span)
  }

  // MARK: Layers

  private mutating func readLayers(_ node: Node?, _ flat: [Node.Entry], at place: SourceSpan) {
    guard let node, !node.isNull, node.elements?.isEmpty != true else {
      bag.report(
        Diagnostic(
          .noLayers, node == nil ? "the spec has no `layers`" : "`layers` is empty",
          at: node?.span ?? firstLine(place),
          help: ["list them, beginning with `- Input: {shape: [null, 1, 28, 28]}`"]))
      return
    }
    guard let elements = node.elements else {
      bag.report(
        Diagnostic(
          .wrongType, "`layers` must be a list, not \(node.kindName)", at: node.span,
          help: ["begin each layer with `- `"]))
      return
    }
    let reader = LayerSpellings()
    var written = elements.map { reader.read($0, &bag) }
    distribute(flat, over: &written)
    var namer = LayerNamer()
    for layer in written {
      guard let layer else {
        // A hole keeps what follows from taking a wrong layer as the one above.
        spec.layers.append(.unreadable(at: node.span))
        continue
      }
      spec.layers.append(layer.declaration(&namer, &bag))
    }
  }

  /// nolearn's `conv1_num_filters: 32` beside the list of layers.
  private mutating func distribute(_ flat: [Node.Entry], over layers: inout [WrittenLayer?]) {
    let named = layers.indices.compactMap { index in
      layers[index]?.writtenName.map { (name: $0, index: index) }
    }
    for entry in flat {
      let key = entry.key.scalarText ?? ""
      if let owner = named.filter({ key.hasPrefix($0.name + "_") }).max(by: { $0.name.count < $1.name.count }) {
        let parameter = String(key.dropFirst(owner.name.count + 1))
        layers[owner.index]?.entries.append(entry.renamed(parameter))
      } else if Self.nolearnKeys.contains(key) || key.hasPrefix("update_") || key.hasPrefix("objective_") {
        if key == "update" { readUpdate(entry.value) }
      } else {
        let known = Self.keys.map(\.key) + Self.planned + (named.isEmpty ? [] : Self.nolearnKeys)
        bag.report(
          .unknown(
            .unknownTopLevelKey, "unknown key `\(key)`", word: key, at: entry.key.span,
            among: known + flatKeys(named.map { ($0.name, layers[$0.index]?.typeName ?? "") })))
      }
    }
  }

  /// `conv1_num_filters` and the like, for suggestions in a spec that uses them.
  private func flatKeys(_ named: [(name: String, type: String)]) -> [String] {
    named.flatMap { layer in
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
      return Reference(name: text, span: element.span)
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
  }

  private mutating func readData(_ node: Node) {
    let known = ["train", "valid", "test", "preprocess", "augment"]
    for entry in section("data", node, known) where entry.key.scalarText == "preprocess" {
      spec.preprocessing = PreprocessingReader.read(entry.value, &bag)
    }
  }

  private mutating func readTraining(_ node: Node) {
    let known = [
      "objective", "update", "schedule", "regularization", "batch_size", "max_epochs", "validation",
      "early_stopping", "seed", "freeze", "learning_rates",
    ]
    for entry in section("train", node, known) where entry.key.scalarText == "update" {
      readUpdate(entry.value)
    }
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

  private mutating func section(_ name: String, _ node: Node, _ known: [String]) -> [Node.Entry] {
    guard let entries = node.entries else {
      if !node.isNull {
        bag.report(Diagnostic(.wrongType, "`\(name)` must be a mapping, not \(node.kindName)", at: node.span))
      }
      return []
    }
    for entry in entries {
      let key = entry.key.scalarText ?? ""
      if !known.contains(key) {
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
