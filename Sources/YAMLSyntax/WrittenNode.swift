import Diagnostics

/// A value of a YAML document as its text has it: aliases, anchors, tags and merge keys are still there.
///
/// `Node` says what a document means, this says how it is written.
package struct WrittenNode: Sendable {
  package enum Value: Sendable {
    /// `*name`
    case alias(String)
    case scalar(Node.Scalar)
    case sequence([WrittenNode])
    case mapping([Entry])
  }

  package struct Entry: Sendable {
    package var key: WrittenNode
    package var value: WrittenNode

    package init(key: WrittenNode, value: WrittenNode) {
      self.key = key
      self.value = value
    }
  }

  package var value: Value
  /// Whether a collection has brackets.
  package var isFlow: Bool
  /// The anchor and the tag as written, such as `&a !!str`; empty where there is neither.
  package var properties: String
  /// Where it begins, the properties included.
  package var start: SourcePosition
  /// Where it begins behind its properties.
  package var contentStart: SourcePosition
  /// Block collections end with their last child.
  package var end: SourcePosition
}

extension WrittenNode {
  package var scalar: Node.Scalar? {
    if case .scalar(let scalar) = value { return scalar }
    return nil
  }

  package var elements: [WrittenNode]? {
    if case .sequence(let nodes) = value { return nodes }
    return nil
  }

  package var entries: [Entry]? {
    if case .mapping(let entries) = value { return entries }
    return nil
  }

  /// The meaning of a scalar; nil for anything else.
  package var resolved: Resolved? { scalar.map(CoreSchema.resolve) }
}

/// What a plain scalar of this text means by the core schema.
package func plainMeaning(of text: String) -> Resolved { CoreSchema.plainMeaning(of: text) }

/// The tree of a document that `parseYAML` has read without an error; nil otherwise.
package func parseWritten(_ source: SourceFile) -> WrittenNode? {
  guard let stream = EventStream(source.bytes) else { return nil }
  var loader = WrittenLoader(source, stream)
  return try? loader.load()
}

/// Builds the written tree. The bounds on depth and size are those that `parseYAML` has checked before.
private struct WrittenLoader: ~Copyable {
  private let source: SourceFile
  private var stream: EventStream
  private var spans: SpanFinder

  init(_ source: SourceFile, _ stream: consuming EventStream) {
    self.source = source
    self.stream = stream
    spans = SpanFinder(source)
  }

  mutating func load() throws(YAMLProblem) -> WrittenNode? {
    _ = try stream.next()
    guard case .documentStart = try stream.next().kind else { return nil }
    return try compose(try stream.next())
  }

  private mutating func compose(_ event: YAMLEvent) throws(YAMLProblem) -> WrittenNode {
    let start = spans.contentStart(of: event)
    var node = WrittenNode(
      value: .sequence([]), isFlow: false, properties: properties(of: event, upTo: start), start: event.start,
      contentStart: start, end: event.end)
    if node.properties.isEmpty { node.start = start }
    switch event.kind {
    case .alias(let name): node.value = .alias(name)
    case .scalar(let scalar):
      node.value = .scalar(scalar)
      node.end = max(start, spans.contentEnd(of: event, scalar))
    case .sequenceStart(let isFlow):
      node.isFlow = isFlow
      node.end = start
      var elements: [WrittenNode] = []
      var next = try stream.next()
      while !next.endsCollection {
        elements.append(try compose(next))
        node.end = max(node.end, elements.last?.end ?? node.end)
        next = try stream.next()
      }
      if isFlow { node.end = next.end }
      node.value = .sequence(elements)
    case .mappingStart(let isFlow):
      node.isFlow = isFlow
      node.end = start
      var entries: [WrittenNode.Entry] = []
      var next = try stream.next()
      while !next.endsCollection {
        let key = try compose(next)
        let value = try compose(try stream.next())
        entries.append(WrittenNode.Entry(key: key, value: value))
        node.end = max(node.end, key.end, value.end)
        next = try stream.next()
      }
      if isFlow, next.end > next.start { node.end = next.end }
      node.value = .mapping(entries)
    default: break
    }
    return node
  }

  /// The words of the anchor and the tag between the start of an event and its content.
  private func properties(of event: YAMLEvent, upTo end: SourcePosition) -> String {
    guard event.hasProperties else { return "" }
    var words: [String] = []
    for number in event.start.line...max(event.start.line, end.line) {
      var scalars = Array((source.line(number) ?? "").unicodeScalars)[...]
      if number == end.line { scalars = scalars.prefix(end.column - 1) }
      if number == event.start.line { scalars = scalars.dropFirst(event.start.column - 1) }
      let pieces = scalars.split { $0 == " " || $0 == "\t" }
      for piece in pieces {
        if piece.first == "#" { break }
        guard piece.first == "&" || piece.first == "!" else { continue }
        words.append(String(String.UnicodeScalarView(piece)))
      }
    }
    return words.joined(separator: " ")
  }
}

extension YAMLEvent {
  fileprivate var endsCollection: Bool {
    switch kind {
    case .sequenceEnd, .mappingEnd, .documentEnd, .streamEnd: true
    default: false
    }
  }
}
