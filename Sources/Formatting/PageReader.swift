import Diagnostics
import Layers
import YAMLSyntax

/// What may change beside the spelling of single values.
package enum Rewriting: CaseIterable, Sendable {
  case everything
  /// nolearn's keys for training stay where they are.
  case keepingTraining
  /// Parameters and sections stay in their order as well, and every flat key in its place: for aliases that would
  /// get before their anchors.
  case keepingOrder
}

/// Where the next thing of the file begins that belongs to somebody else.
struct Bound {
  var position: SourcePosition
  /// Comments that are indented more than this stand before the bound and belong to what is above them.
  var column: Int
}

/// Turns the written tree and the comments of a file into a page. The generic part: values, blocks, comments.
struct PageReader {
  let text: SourceText
  let rewriting: Rewriting
  /// Names of the parameters of each block that the file defines.
  var blockParameters: [String: [String]] = [:]
  var comments: Comments

  /// Everything before is on the page.
  private var cursor = SourcePosition(line: 1, column: 1)
  /// The last line that is on the page, comments included.
  private var doneLine = 0
  /// Comments that lost their place in brackets and stand below it now.
  private var pending: [Remark] = []

  init(_ text: SourceText, _ root: WrittenNode, _ rewriting: Rewriting) {
    self.text = text
    self.rewriting = rewriting
    comments = Comments(text, root)
  }

  // MARK: Comments

  /// Goes to a place: what is between it and the last one stands above it.
  mutating func above(_ start: SourcePosition) -> [Remark] {
    var result = pending
    pending = []
    for comment in comments.take(from: cursor, to: start) { append(comment, to: &result) }
    appendBlank(before: start.line, to: &result)
    cursor = max(cursor, start)
    doneLine = max(doneLine, start.line)
    return result
  }

  /// Comments behind the last item of a block that are indented like it.
  mutating func foot(column: Int, _ bound: Bound) -> [Remark] {
    var result = pending
    pending = []
    while let comment = comments.takeFirst(
      from: cursor, to: bound.position,
      where: { $0.position.column >= column && $0.position.column > bound.column })
    {
      append(comment, to: &result)
      cursor = comment.position
    }
    return result
  }

  private mutating func append(_ comment: Comment, to remarks: inout [Remark]) {
    appendBlank(before: comment.position.line, to: &remarks)
    remarks.append(.comment(comment.text))
    doneLine = max(doneLine, comment.position.line)
  }

  private mutating func appendBlank(before line: Int, to remarks: inout [Remark]) {
    guard doneLine + 1 < line, remarks.last != .blank else { return }
    if (doneLine + 1..<line).contains(where: text.isBlank) { remarks.append(.blank) }
  }

  /// Goes behind a value that was read, and takes the comment of its last line.
  mutating func finish(_ end: SourcePosition, _ bound: Bound) -> String? {
    cursor = max(cursor, end)
    doneLine = max(doneLine, end.line)
    return comments.takeFirst(from: end, to: bound.position, where: { $0.position.line == end.line })?.text
  }

  mutating func stand(below lines: [String]) { pending += lines.map { .comment($0) } }

  /// Which comment of several stands at the end of the line; the others go above.
  static func settle(head: [Comment], last: String?, tail: String?) -> (above: [String], behind: String?) {
    let candidates = head.filter { !$0.isAlone }.map(\.text) + [last, tail].compactMap { $0 }
    return (head.filter(\.isAlone).map(\.text) + candidates.dropLast(), candidates.last)
  }

  // MARK: Items

  /// Reads an entry of a mapping, or with no key an element of a list.
  mutating func item(_ key: WrittenNode?, _ value: WrittenNode, _ bound: Bound, isAligned: Bool = false) -> Item {
    let above = above(key?.start ?? value.start)
    var item = Item(above: above, key: key.map { text.key($0, inFlow: false) }, content: .text(""))
    if !value.isFlow, value.entries != nil || value.elements != nil {
      item.behind = enter(key, value)
      item.properties = value.properties
      item.content = .block(block(value, bound, isAligned: isAligned))
      return item
    }
    let end = max(key?.end ?? value.end, value.end)
    if value.isFlow, let spans = value.childSpans {
      let head = comments.take(from: cursor, to: value.contentStart)
      let inside = Distribution(comments.take(from: value.contentStart, to: value.end), over: spans)
      let texts = value.entries?.map(text.flow) ?? value.elements?.map(text.flow) ?? []
      var flow = FlowCollection(
        open: value.entries == nil ? "[" : "{", close: value.entries == nil ? "]" : "}",
        entries: texts.indices.map { inside.entry($0, texts[$0]) })
      item.properties = value.properties
      item.add(&flow, head: head + inside.head, tail: finish(end, bound))
      item.content = .flow(flow)
      stand(below: inside.below)
      return item
    }
    let inner = comments.take(from: cursor, to: end)
    let settled = Self.settle(head: inner, last: nil, tail: finish(end, bound))
    item.above += settled.above.map { .comment($0) }
    item.behind = settled.behind
    item.content = content(value, &item.properties)
    return item
  }

  /// Goes to the first child of a block; the comment behind the key is the result.
  mutating func enter(_ key: WrittenNode?, _ value: WrittenNode) -> String? {
    let end = key?.end ?? value.start
    cursor = max(cursor, end)
    doneLine = max(doneLine, end.line)
    return comments.takeFirst(from: cursor, to: value.contentStart, where: { !$0.isAlone })?.text
  }

  private func content(_ value: WrittenNode, _ properties: inout String) -> Content {
    guard let scalar = value.scalar else { return .text(text.flow(value)) }
    properties = value.properties
    if scalar.tag == nil, let block = blockScalar(scalar, value) { return block }
    return .text(text.scalar(scalar, value, inFlow: false))
  }

  /// A block scalar with its lines; nil for other scalars, and for those whose indentation has to be said.
  private func blockScalar(_ scalar: Node.Scalar, _ node: WrittenNode) -> Content? {
    guard scalar.style == .literal || scalar.style == .folded, node.end.line > node.contentStart.line,
      !scalar.text.hasSuffix("\n\n"), scalar.text.contains("\n") || node.end.line > node.contentStart.line + 1
    else { return nil }
    let lines = (node.contentStart.line + 1...node.end.line).map(text.line)
    guard let first = lines.first(where: { !$0.allSatisfy { $0 == " " } }) else { return nil }
    let header = text.line(node.contentStart.line).dropFirst(node.contentStart.column - 1)
      .prefix { $0 != " " && $0 != "\t" }
    guard !header.contains(where: { $0.properties.numericType != nil }) else { return nil }
    let indentation = first.prefix { $0 == " " }.count
    let stripped = lines.map { line in String(line.dropFirst(min(indentation, line.prefix { $0 == " " }.count))) }
    // At the end of a file the last line may have no end either.
    let chomping = scalar.text.hasSuffix("\n") ? "" : "-"
    return .scalar(header: (scalar.style == .literal ? "|" : ">") + chomping, lines: stripped)
  }

  /// Reads a collection as lines of its own.
  mutating func block(_ node: WrittenNode, _ bound: Bound, isAligned: Bool = false) -> Block {
    if node.entries != nil {
      return lines(of: node, bound, isAligned: isAligned) { reader, entry, bound in
        reader.item(entry.key, entry.value, bound)
      }
    }
    return elements(of: node, bound) { reader, element, bound in reader.item(nil, element, bound) }
  }

  /// Reads the entries of a mapping as lines, with brackets or without.
  mutating func lines(
    of node: WrittenNode, _ bound: Bound, isAligned: Bool = false,
    _ read: (inout PageReader, WrittenNode.Entry, Bound) -> Item
  ) -> Block {
    var block = Block(isSequence: false, isAligned: isAligned, items: [])
    let entries = node.entries ?? []
    for (index, entry) in entries.enumerated() {
      let next = index + 1 < entries.count ? entries[index + 1].key.start : nil
      block.items.append(read(&self, entry, node.bound(next, else: bound)))
    }
    block.foot = footer(of: node, bound)
    return block
  }

  /// Reads the elements of a list as lines, with brackets or without.
  mutating func elements<Line>(
    of node: WrittenNode, _ bound: Bound, into lines: inout [Line],
    _ read: (inout PageReader, WrittenNode, Bound) -> Line
  ) -> [Remark] {
    let elements = node.elements ?? []
    for (index, element) in elements.enumerated() {
      let next = index + 1 < elements.count ? elements[index + 1].start : nil
      lines.append(read(&self, element, node.bound(next, else: bound)))
    }
    return footer(of: node, bound)
  }

  private mutating func elements(
    of node: WrittenNode, _ bound: Bound, _ read: (inout PageReader, WrittenNode, Bound) -> Item
  ) -> Block {
    var items: [Item] = []
    let foot = elements(of: node, bound, into: &items, read)
    return Block(isSequence: true, items: items, foot: foot)
  }

  private mutating func footer(of node: WrittenNode, _ bound: Bound) -> [Remark] {
    guard node.isFlow else { return foot(column: node.contentStart.column, bound) }
    let remarks = foot(column: 0, Bound(position: node.end, column: 0))
    cursor = max(cursor, node.end)
    doneLine = max(doneLine, node.end.line)
    return remarks
  }
}

extension Item {
  /// Moves comments that cannot stand within the brackets to where they can.
  mutating func add(_ flow: inout FlowCollection, head: [Comment], tail: String?) {
    var first: [String] = []
    var last: String?
    if !flow.entries.isEmpty {
      swap(&first, &flow.entries[0].above)
      swap(&last, &flow.entries[flow.entries.count - 1].behind)
    }
    // Behind the last of several lines what was said of the first would be far from it.
    let isBroken = flow.hasComments
    let settled = PageReader.settle(head: isBroken ? [] : head, last: last, tail: tail)
    above += ((isBroken ? head.map(\.text) : []) + settled.above + first).map { .comment($0) }
    behind = settled.behind
  }
}

extension WrittenNode {
  /// Where the entries or elements stand.
  var childSpans: [Range<SourcePosition>]? {
    entries?.map(\.span) ?? elements?.map { $0.start..<max($0.start, $0.end) }
  }

  /// The bound of a child: the next one, or else that of the collection.
  func bound(_ next: SourcePosition?, else bound: Bound) -> Bound {
    if let next { return Bound(position: next, column: isFlow ? 0 : contentStart.column) }
    return isFlow ? Bound(position: end, column: 0) : bound
  }
}

extension WrittenNode.Entry {
  var span: Range<SourcePosition> { key.start..<max(key.start, key.end, value.end) }
}
