import Layers

/// A layer as it is written, in whichever spelling.
struct OutlineLayer: Sendable {
  var type: String
  var typeRange: Range<Int>
  var name: String?
  var nameRange: Range<Int>?
  var range: Range<Int>
  /// The mapping of its parameters.
  var parameters: LooseNode?

  init?(_ node: LooseNode) {
    range = node.range
    if let entry = node.entries?.first, let word = entry.key.text {
      (type, typeRange) = (word, entry.key.range)
      parameters = entry.value
    } else if let text = node.text {
      (type, typeRange) = (text, node.range)
    } else if let elements = node.elements, let first = elements.first, let word = first.text {
      if elements.count > 1, let second = elements[1].text {
        (name, nameRange) = (word, first.range)
        (type, typeRange) = (second, elements[1].range)
        parameters = elements.count > 2 ? elements[2] : nil
      } else {
        (type, typeRange) = (word, first.range)
        parameters = elements.count > 1 ? elements[1] : nil
      }
    } else {
      return nil
    }
    if name == nil, let node = parameters?["name"] { (name, nameRange) = (node.text, node.range) }
  }
}

/// What a document says, as far as its text can be understood: for everything that has to work while somebody types.
struct Outline: Sendable {
  struct Definition: Sendable {
    var name: String
    var range: Range<Int>
    /// The value as it is written.
    var text: String
  }

  struct Block: Sendable {
    var name: String
    var nameRange: Range<Int>
    var range: Range<Int>
    var parameters: [Definition]
    var layers: [OutlineLayer]
  }

  let document: DocumentText
  let root: LooseNode
  private(set) var layers: [OutlineLayer] = []
  private(set) var blocks: [Block] = []
  private(set) var constants: [Definition] = []

  init(_ document: DocumentText) {
    self.document = document
    root = LooseParser.parse(document)
    layers = Self.layers(root["layers"])
    constants = Self.definitions(root["let"], document)
    blocks = (root["blocks"]?.entries ?? []).compactMap { entry in
      entry.key.text.map { name in
        Block(
          name: name, nameRange: entry.key.range,
          range: entry.key.range.lowerBound..<max(entry.key.range.upperBound, entry.value.range.upperBound),
          parameters: Self.definitions(entry.value["parameters"], document),
          layers: Self.layers(entry.value["layers"]))
      }
    }
  }

  private static func layers(_ node: LooseNode?) -> [OutlineLayer] {
    (node?.elements ?? []).compactMap(OutlineLayer.init)
  }

  private static func definitions(_ node: LooseNode?, _ document: DocumentText) -> [Definition] {
    (node?.entries ?? []).compactMap { entry in
      entry.key.text.map { Definition(name: $0, range: entry.key.range, text: document.text(entry.value.range)) }
    }
  }

  /// Whether nothing but blanks stands in front of a node.
  func startsLine(_ node: LooseNode) -> Bool {
    let line = document.range(ofLine: document.line(of: node.range.lowerBound))
    return document.bytes[line.lowerBound..<node.range.lowerBound].allSatisfy { $0 == 0x20 || $0 == 0x09 }
  }

  func block(_ name: String?) -> Block? { blocks.first { $0.name == name } }

  /// The layers that stand in one list: those of a block, or of the spec.
  func layers(in block: String?) -> [OutlineLayer] { block == nil ? layers : self.block(block)?.layers ?? [] }

  /// Where the value of an alias is written: the last anchor of the name above it.
  func anchor(_ name: String, above offset: Int) -> Range<Int>? {
    var found: Range<Int>?
    root.visit { node in
      guard let anchor = node.anchor, anchor.upperBound <= offset, document.text(anchor) == "&" + name else { return }
      found = anchor
    }
    return found
  }
}

extension Outline {
  /// The layer and the parameter of a flat key such as `conv1_num_filters`.
  func flat(_ key: String) -> (layer: OutlineLayer, parameter: String)? {
    let owners = layers.filter { layer in layer.name.map { key.hasPrefix($0 + "_") } ?? false }
    guard let owner = owners.max(by: { ($0.name?.count ?? 0) < ($1.name?.count ?? 0) }), let name = owner.name
    else { return nil }
    return (owner, String(key.dropFirst(name.count + 1)))
  }
}
