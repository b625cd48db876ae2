import Diagnostics

/// Builds the node tree from the event stream.
struct Loader: ~Copyable {
  /// The bounds that keep a hostile file harmless.
  enum Bound {
    static let depth = 64
    static let nodes = 1_000_000
    /// Nodes that aliases may stand for: so many in any file, and so many more per node that is written.
    static let aliasedNodes = 100_000
    static let aliasedNodesPerNode = 10
  }

  /// A node on its way up, with what its parents need to know.
  struct Composed {
    var node: Node
    /// Where it ends in the text; for an alias the end of the alias.
    var end: SourcePosition
    /// The nodes in it, those behind aliases included.
    var size: Int
    /// The levels of collections in it.
    var height: Int
  }

  enum Stop: Error {
    case syntax(YAMLProblem)
    /// A bound was passed and reported.
    case bound
  }

  let id: FileID
  let source: SourceFile
  var bag = DiagnosticBag()
  var anchors = AnchorTable()
  /// Whether the tree says what the file says.
  var isFaithful = true

  private var stream: EventStream
  private var spans: SpanFinder
  private var writtenNodes = 0
  private var aliasedNodes = 0

  init(_ id: FileID, _ source: SourceFile, _ stream: consuming EventStream) {
    self.id = id
    self.source = source
    self.stream = stream
    self.spans = SpanFinder(source)
  }

  mutating func load() -> Node? {
    var root: Node?
    do throws(Stop) {
      root = try document()
    } catch {
      isFaithful = false
      if case .syntax(let problem) = error { bag.report(SyntaxReport(problem, source, id).diagnostic) }
    }
    for undefined in anchors.undefinedAliases(id) {
      bag.report(undefined)
      isFaithful = false
    }
    return isFaithful ? root : nil
  }

  private mutating func next() throws(Stop) -> YAMLEvent {
    do throws(YAMLProblem) {
      return try stream.next()
    } catch {
      throw .syntax(error)
    }
  }

  private mutating func document() throws(Stop) -> Node? {
    _ = try next()
    let start = try next()
    guard case .documentStart = start.kind else { return empty(at: SourcePosition(line: 1, column: 1)) }
    let first = try next()
    let root = try compose(first, depth: 1)
    _ = try next()
    let after = try next()
    if case .documentStart = after.kind {
      let end = after.end > after.start ? after.end : after.start
      bag.report(
        Diagnostic(
          .secondDocument, "the file holds a second YAML document", at: span(after.start, end),
          label: "begins here",
          related: [.init(message: "the first document is here", span: root.node.span)],
          help: ["keep one document, without a line `---` between"]))
      return root.node
    }
    if case .scalar(let scalar) = first.kind, scalar.style == .plain, scalar.text.isEmpty {
      return empty(at: first.start)
    }
    return root.node
  }

  private mutating func empty(at position: SourcePosition) -> Node? {
    let position = source.clamped(position)
    bag.report(
      Diagnostic(
        .emptyDocument, "the file holds no YAML value", at: span(position, position),
        label: "nothing but blanks and comments", help: ["a spec needs at least `layers:`"]))
    return nil
  }

  func span(_ start: SourcePosition, _ end: SourcePosition) -> SourceSpan {
    SourceSpan(file: id, start: start, end: max(start, end))
  }

  private mutating func compose(_ event: YAMLEvent, depth: Int) throws(Stop) -> Composed {
    if case .alias(let name) = event.kind { return try alias(name, event, depth) }
    let start = spans.contentStart(of: event)
    let serial = event.anchor.map { anchors.open($0, at: span(event.start, start)) }
    var isScalar = false
    if case .scalar = event.kind { isScalar = true }
    try countWritten(at: start, levels: isScalar ? depth - 1 : depth)
    let composed: Composed
    switch event.kind {
    case .sequenceStart: composed = try sequence(from: start, depth)
    case .mappingStart: composed = try mapping(from: start, depth)
    case .scalar(let scalar):
      let end = spans.contentEnd(of: event, scalar)
      let node = Node(value: .scalar(scalar), span: span(start, end))
      composed = Composed(node: node, end: max(start, end), size: 1, height: 0)
    default:
      // The event grammar allows nothing else here.
      composed = Composed(node: absent(at: event), end: event.end, size: 1, height: 0)
    }
    if let name = event.anchor, let serial { anchors.close(name, serial, composed) }
    return composed
  }

  /// Stands where no node can be had; the tree is then not handed out. An empty mapping, since that may be
  /// merged without a second complaint.
  private mutating func absent(at event: YAMLEvent) -> Node {
    isFaithful = false
    return Node(value: .mapping([]), span: span(event.start, event.end))
  }

  private mutating func sequence(from start: SourcePosition, _ depth: Int) throws(Stop) -> Composed {
    var result = Composed(node: absentRoot(start), end: start, size: 1, height: 1)
    var elements: [Node] = []
    while true {
      let event = try next()
      if case .sequenceEnd = event.kind {
        // The end mark of a block collection lies at the next token.
        if event.end > event.start { result.end = event.end }
        break
      }
      let element = try compose(event, depth: depth + 1)
      result.include(element)
      elements.append(element.node)
    }
    result.node = Node(value: .sequence(elements), span: span(start, result.end))
    return result
  }

  private mutating func mapping(from start: SourcePosition, _ depth: Int) throws(Stop) -> Composed {
    var result = Composed(node: absentRoot(start), end: start, size: 1, height: 1)
    var builder = MappingBuilder()
    while true {
      let event = try next()
      if case .mappingEnd = event.kind {
        if event.end > event.start { result.end = event.end }
        break
      }
      let key = try compose(event, depth: depth + 1)
      result.include(key)
      let value = try compose(try next(), depth: depth + 1)
      result.include(value)
      for fault in builder.add(key.node, value.node, isWritten: key.node.uses.isEmpty) {
        if fault.code == .badMerge { isFaithful = false }
        bag.report(fault)
      }
    }
    result.node = Node(value: .mapping(builder.finish()), span: span(start, result.end))
    return result
  }

  private func absentRoot(_ start: SourcePosition) -> Node {
    Node(value: .sequence([]), span: span(start, start))
  }
}

extension Loader.Composed {
  /// Counts a child in.
  fileprivate mutating func include(_ child: Loader.Composed) {
    end = max(end, child.end)
    size += child.size
    height = max(height, child.height + 1)
  }
}

// MARK: - Aliases and bounds

extension Loader {
  private mutating func alias(_ name: String, _ event: YAMLEvent, _ depth: Int) throws(Stop) -> Composed {
    let use = span(event.start, event.end)
    switch anchors.lookUp(name, from: use) {
    case .node(var composed):
      guard depth - 1 + composed.height <= Bound.depth else { throw tooDeep(use) }
      aliasedNodes += composed.size
      let bound = Bound.aliasedNodes + Bound.aliasedNodesPerNode * writtenNodes
      guard aliasedNodes <= min(bound, Bound.nodes - writtenNodes) else { throw tooMany(use, name) }
      composed.node = composed.node.used(through: [use])
      composed.end = event.end
      return composed
    case .open(let definition):
      bag.report(
        Diagnostic(
          .recursiveAlias, "`*\(name)` stands inside the value that it names", at: use,
          label: "would contain itself",
          related: [.init(message: "`&\(name)` begins here", span: definition)]))
    case .undefined: break
    }
    return Composed(node: absent(at: event), end: event.end, size: 1, height: 0)
  }

  private mutating func countWritten(at position: SourcePosition, levels: Int) throws(Stop) {
    writtenNodes += 1
    let place = span(position, SourcePosition(line: position.line, column: position.column + 1))
    guard levels <= Bound.depth else { throw tooDeep(place) }
    guard writtenNodes + aliasedNodes <= Bound.nodes else {
      bag.report(
        Diagnostic(.tooDeep, "the document holds more than \(Bound.nodes) values", at: place))
      throw .bound
    }
  }

  private mutating func tooDeep(_ place: SourceSpan) -> Stop {
    bag.report(
      Diagnostic(
        .tooDeep, "the document is nested more than \(Bound.depth) levels deep", at: place,
        label: "level \(Bound.depth + 1)"))
    return .bound
  }

  private mutating func tooMany(_ use: SourceSpan, _ name: String) -> Stop {
    bag.report(
      Diagnostic(
        .tooDeep, "the aliases of this document stand for too many values", at: use,
        label: "`*\(name)` goes beyond the bound",
        notes: ["\(writtenNodes) values are written so far, and aliases stand for \(aliasedNodes) more"]))
    return .bound
  }
}
