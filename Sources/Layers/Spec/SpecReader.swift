import Diagnostics
import NetIR
import YAMLSyntax

/// Reads a document's node tree as a spec. Every mistake is reported; what could be understood is returned.
package struct SpecReader {
  package private(set) var bag = DiagnosticBag()
  private var spec: Spec
  private var definitions = Definitions()
  private var training = TrainingReader()
  private var documents: SpecDocuments

  /// Keys of a spec with what they are for; the reference prints this table.
  package static let keys: [(key: String, doc: String)] = [
    ("name", "the network's name; the file's name without it"),
    ("layers", "the layers, in order"),
    ("outputs", "names of the layers that are outputs; the last layer without it"),
    ("classes", "names of the classes, in the order of the output's units; or a file with a name on each line"),
    ("data", "where examples come from and how they are prepared"),
    ("train", "how to train"),
    ("let", "constants: `$name` and `${name * 2}` use them"),
    ("defaults", "parameters that every layer of a type gets unless it says otherwise"),
    ("blocks", "groups of layers with parameters, used like layer types"),
    ("include", "files whose blocks, defaults and constants are used here"),
    ("base", "another spec to start from"),
    ("warnings", "warnings to switch off, by name: `{receptive-field: off}`"),
  ]

  /// - Parameter fileName: the spec's name when it does not say one.
  /// - Parameter files: finds what `include` and `base` name.
  package static func read(_ root: Node, fileName: String, files: any SpecFiles = NoFiles()) -> (
    spec: Spec, bag: DiagnosticBag
  ) {
    read(root, fileName: fileName, documents: SpecDocuments(files, root: root))
  }

  private static func read(_ root: Node, fileName: String, documents: SpecDocuments) -> (
    spec: Spec, bag: DiagnosticBag
  ) {
    var reader = SpecReader(spec: Spec(name: fileName), documents: documents)
    reader.read(root)
    reader.bag.remove(reader.spec.silenced)
    reader.spec.isComplete = !reader.bag.hasErrors
    return (reader.spec, reader.bag)
  }

  private init(spec: Spec, documents: SpecDocuments) { (self.spec, self.documents) = (spec, documents) }

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
    definitions.read(entries, documents, &bag)
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
      case "train": training.read(entry.value, &bag)
      case "warnings": spec.silenced.formUnion(WarningSwitches.read(entry.value, &bag))
      default: flat.append(entry)
      }
    }
    readLayers(layers, flat, base, in: root)
    spec.training = training.finish(&bag)
    (spec.objective, spec.optimizer) = (training.objective, training.optimizer)
    spec.objectiveOutputs = training.outputs
    (spec.constants, spec.blocks) = (definitions.constants.values, definitions.blocks)
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
    FlatKeys.distribute(flat, over: &written, &training, &bag)
    var expander = Expander(definitions)
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
    for finding in UnusedDefinitions(blocks: definitions.blocks).findings(in: root) { bag.report(finding) }
  }

  // MARK: Base

  private mutating func readBase(_ node: Node, _ written: inout [WrittenLayer?]) -> BaseStart? {
    guard let reference = BaseReference.read(node, &bag),
      let document = documents.document(reference.path, reference.pathSpan, &bag)
    else { return nil }
    let (base, found) = SpecReader.read(document, fileName: reference.path, documents: documents.within(document))
    bag.append(found)
    guard !found.hasErrors else { return nil }
    spec.baseWeights = reference.weights(of: base)
    spec.silenced.formUnion(base.silenced)
    if spec.preprocessing.isEmpty { spec.preprocessing = base.preprocessing }
    if spec.classes.isEmpty, written.isEmpty { (spec.classes, spec.classesSpan) = (base.classes, base.classesSpan) }
    return reference.start(from: base, &written, &bag)
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
    if let path = node.scalarText, !node.isNull {
      guard let lines = documents.lines(path, node.span, &bag) else { return }
      guard !lines.isEmpty else {
        bag.report(
          Diagnostic(.wrongType, "`\(path)` names no classes", at: node.span, help: ["write a name on each line"]))
        return
      }
      spec.classes = lines
    } else {
      let names = (node.elements ?? []).compactMap { $0.isNull ? nil : $0.scalarText }
      guard let elements = node.elements, !names.isEmpty, names.count == elements.count else {
        bag.report(
          Diagnostic(
            .wrongType, "`classes` must be a list of names, or a file of them, not \(node.kindName)", at: node.span))
        return
      }
      spec.classes = names
    }
    spec.classesSpan = node.span
  }

  private mutating func readData(_ node: Node) {
    for entry in node.section("data", SpecKeys.data.map(\.key), &bag) {
      switch entry.key.scalarText {
      case "preprocess": spec.preprocessing = PreprocessingReader.read(entry.value, &bag)
      case "train": spec.data.train = DataSourceReader.read(entry, &bag)
      case "valid": spec.data.valid = DataSourceReader.read(entry, &bag)
      case "test": spec.data.test = DataSourceReader.read(entry, &bag)
      case "augment":
        spec.data.augmentation = AugmentationReader.read(entry.value, &bag)
        spec.data.augmentationSpan = entry.value.span
      case "balance":
        var context = DecodeContext(bag: bag, layerType: "data", key: "balance")
        spec.data.balance = ValueType<DataSettings.Balance>.word.decode(entry.value, &context)
        bag = context.bag
      default: break
      }
    }
  }

  private func firstLine(_ span: SourceSpan) -> SourceSpan {
    SourceSpan(file: span.file, start: span.start, end: span.start)
  }
}
