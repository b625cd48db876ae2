import Diagnostics
import Layers
import YAMLSyntax

/// The names that a document defines or gets from other files, and where each is defined.
struct NameTable {
  /// Where something is defined.
  enum Place {
    /// In the document as it is now.
    case here(Range<Int>)
    /// Where the last analysis found it, which may be another file.
    case there(SourceSpan, Analysis)
    /// A file itself.
    case file(String)
  }

  struct Constant {
    var name: String
    /// As it is written, or what became of it.
    var text: String
    var doc: String
    var place: Place?
  }

  struct Block {
    var name: String
    /// With their defaults; nil is `required`.
    var parameters: [(name: String, fallback: String?)]
    var place: Place
  }

  let document: OpenDocument
  private var outline: Outline { document.outline }

  // MARK: Layers

  /// Names that a layer may give as its incoming.
  func layerNames(in block: String?) -> [String] {
    var names: [String] = []
    func add(_ name: String?) {
      if let name, !name.isEmpty, !name.contains("$"), !names.contains(name) { names.append(name) }
    }
    outline.layers(in: block).forEach { add($0.name) }
    guard block == nil else { return names + ["input", "inputs"] }
    // Names that netc gave, and the layers of a base.
    for layer in document.spec?.layers ?? [] where layer.scope.isEmpty && !layer.isContinuation { add(layer.name) }
    return names
  }

  /// The layer that a name means; in a block its own layers come first.
  func layer(_ name: String, in block: String?) -> Place? {
    for scope in block == nil ? [nil] : [block, nil] {
      guard let layer = outline.layers(in: scope).first(where: { $0.name == name }) else { continue }
      return .here(layer.nameRange ?? layer.typeRange)
    }
    guard let analysis = document.specAnalysis, let spec = analysis.spec else { return nil }
    if let layer = spec.layers.first(where: { $0.name == name }) { return .there(layer.nameSpan, analysis) }
    return spec.aliases[name].map { .there($0.span, analysis) }
  }

  // MARK: Blocks

  var blocks: [Block] {
    let own = outline.blocks.map { block in
      Block(
        name: block.name,
        parameters: block.parameters.map { ($0.name, $0.text == "required" ? nil : $0.text) },
        place: .here(block.nameRange))
    }
    guard let analysis = document.specAnalysis else { return own }
    let others = (analysis.spec?.blocks ?? [:]).values.filter { block in !own.contains { $0.name == block.name } }
    return own
      + others.sorted { $0.name < $1.name }.map { block in
        Block(
          name: block.name, parameters: block.parameters.map { ($0.name, $0.fallback?.flowText) },
          place: .there(block.span, analysis))
      }
  }

  func block(_ name: String) -> Block? { blocks.first { $0.name == name } }

  // MARK: Constants

  /// The constants that are known at a place.
  func constants(in block: String?) -> [Constant] {
    var found: [Constant] = []
    func add(_ constant: Constant) {
      if !found.contains(where: { $0.name == constant.name }) { found.append(constant) }
    }
    for parameter in outline.block(block)?.parameters ?? [] {
      let doc = "Parameter of the block `\(block ?? "")`."
      add(Constant(name: parameter.name, text: parameter.text, doc: doc, place: .here(parameter.range)))
    }
    let analysis = document.specAnalysis
    let values = analysis?.spec?.constants ?? [:]
    for constant in outline.constants {
      let value = values[constant.name]?.flowText
      let isComputed = value.map { $0 != constant.text } ?? false
      add(
        Constant(
          name: constant.name, text: value ?? constant.text,
          doc: isComputed ? "Written as `\(constant.text)`." : "A constant of this file.", place: .here(constant.range))
      )
    }
    for (name, node) in values.sorted(by: { $0.key < $1.key }) {
      let place = analysis.map { Place.there(node.span, $0) }
      add(Constant(name: name, text: node.flowText, doc: "A constant of an included file.", place: place))
    }
    return found
  }
}

extension Node {
  /// The value on one line, as it could be written.
  var flowText: String {
    switch value {
    case .scalar(let scalar): scalar.text
    case .sequence(let nodes): "[" + nodes.map(\.flowText).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{" + entries.map { "\($0.key.flowText): \($0.value.flowText)" }.joined(separator: ", ") + "}"
    }
  }
}

extension DocumentText {
  /// The constant at a place, with its dollar where it has one: `$width`, or `width` in `${2 * width}`.
  func constant(at offset: Int, in range: Range<Int>) -> (name: String, range: Range<Int>)? {
    func isWord(_ index: Int) -> Bool {
      guard range.contains(index) else { return false }
      let byte = bytes[index]
      return byte == UInt8(ascii: "_") || byte >= 0x80 || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
        || (0x61...0x7A).contains(byte)
    }
    var start = offset
    while isWord(start - 1) { start -= 1 }
    var end = offset
    while isWord(end) { end += 1 }
    if start == end, range.contains(start), bytes[start] == UInt8(ascii: "$") {
      (start, end) = (start + 1, start + 1)
      while isWord(end) { end += 1 }
    }
    guard start < end, start > range.lowerBound else { return nil }
    let name = text(start..<end)
    if bytes[start - 1] == UInt8(ascii: "$") { return (name, start - 1..<end) }
    // Inside of braces a word alone is a constant.
    let before = bytes[range.lowerBound..<start]
    guard let brace = before.lastIndex(of: UInt8(ascii: "{")), brace > range.lowerBound,
      bytes[brace - 1] == UInt8(ascii: "$"), !bytes[brace..<start].contains(UInt8(ascii: "}"))
    else { return nil }
    return Int(name) == nil ? (name, start..<end) : nil
  }
}
