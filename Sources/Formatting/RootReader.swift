import Diagnostics
import Layers
import YAMLSyntax

/// A key of the document with what it will be written as.
struct Section {
  var key: String
  var item: Item
  /// For `layers`: the layers, which are not yet in the item.
  var layers: [LayerLine]?
  var foot: [Remark] = []
  /// A key of nolearn's flat spelling: its value is one line.
  var isFlat = false

  /// A flat key: the comments above it without empty lines.
  var comments: [Remark] { item.above.filter { $0 != .blank } }

  /// The text of a flat key's value.
  var value: String {
    if case .text(let text) = item.content { return text }
    return ""
  }
}

/// Reads the keys of a document, each in its own way.
struct RootReader {
  private var reader: PageReader
  private let root: WrittenNode

  init(_ text: SourceText, _ root: WrittenNode, _ rewriting: Rewriting) {
    reader = PageReader(text, root, rewriting)
    self.root = root
    for entry in root.entries ?? [] where entry.key.scalar?.text == "blocks" {
      for block in entry.value.entries ?? [] {
        let parameters = block.value.entries?.first { $0.key.scalar?.text == "parameters" }?.value.entries
        reader.blockParameters[block.key.scalar?.text ?? ""] = parameters?.compactMap { $0.key.scalar?.text }
      }
    }
  }

  /// The whole document as a page.
  mutating func page() -> Page {
    var sections: [Section] = []
    let entries = root.entries ?? []
    let end = SourcePosition(line: reader.text.lineCount + 1, column: 1)
    for (index, entry) in entries.enumerated() {
      let next = index + 1 < entries.count ? entries[index + 1].key.start : nil
      // At the end of the file comments in the first column belong to no section.
      sections.append(section(entry, root.bound(next, else: Bound(position: end, column: 1))))
    }
    var rest: [Remark] = []
    if root.isFlow, let tail = reader.finish(root.end, Bound(position: end, column: 0)) { rest.append(.comment(tail)) }
    rest += reader.foot(column: 0, Bound(position: end, column: 0))
    if reader.rewriting != .keepingOrder {
      FlatKeys.fold(into: &sections)
      if reader.rewriting == .everything { TrainingKeys.convert(&sections) }
      moveTitleUp(&sections)
    }
    if sections.first?.item.above.first == .blank { sections[0].item.above.removeFirst() }
    return Page(
      directives: directives, properties: root.properties,
      block: Block(isSequence: false, items: sections.map(finished), foot: rest))
  }

  private var directives: [String] {
    (1..<max(root.start.line, 1)).compactMap { number in
      let line = reader.text.line(number)
      return line.first == "%" ? String(line.prefix { $0 != "#" }).trimmedAtEnd : nil
    }
  }

  private func finished(_ section: Section) -> Item {
    guard let layers = section.layers else { return section.item }
    var item = section.item
    item.content = .block(
      Block(isSequence: true, isAligned: true, items: layers.map(reader.item), foot: section.foot))
    return item
  }

  // MARK: Sections

  private mutating func section(_ entry: WrittenNode.Entry, _ bound: Bound) -> Section {
    let key = entry.key.scalar?.text ?? ""
    let value = entry.value
    switch key {
    case "layers" where value.elements?.isEmpty == false:
      var section = Section(key: key, item: header(entry))
      let (layers, foot) = reader.layers(value, bound)
      (section.layers, section.foot) = (layers, foot)
      close(&section.item, value, bound)
      return section
    case "blocks" where value.entries?.isEmpty == false:
      return mapping(entry, bound) { reader, entry, bound in Self.block(&reader, entry, bound) }
    case "defaults" where value.entries?.isEmpty == false:
      let types = value.entries?.map { LayerRegistry.kind(named: $0.key.scalar?.text ?? "")?.typeName } ?? []
      // Two spellings of one type would become a repeated key.
      guard Set(types).count == types.count else { break }
      return mapping(entry, bound, isAligned: true) { reader, entry, bound in
        Self.defaults(&reader, entry, bound)
      }
    case "data": return Section(key: key, item: reader.item(entry.key, value, bound, isAligned: true))
    default:
      guard SpecReader.keys.contains(where: { $0.key == key }) else { return flat(key, entry, bound) }
    }
    return Section(key: key, item: reader.item(entry.key, value, bound))
  }

  private mutating func header(_ entry: WrittenNode.Entry) -> Item {
    Self.header(&reader, entry)
  }

  private static func header(_ reader: inout PageReader, _ entry: WrittenNode.Entry) -> Item {
    var item = Item(
      above: reader.above(entry.key.start), key: reader.text.key(entry.key, inFlow: false),
      properties: entry.value.properties, content: .text(""))
    item.behind = reader.enter(entry.key, entry.value)
    return item
  }

  /// Behind the closing bracket of what is no longer in brackets there may be a comment.
  private mutating func close(_ item: inout Item, _ value: WrittenNode, _ bound: Bound) {
    Self.close(&reader, &item, value, bound)
  }

  private static func close(_ reader: inout PageReader, _ item: inout Item, _ value: WrittenNode, _ bound: Bound) {
    guard value.isFlow, let tail = reader.finish(value.end, bound) else { return }
    if item.behind == nil { item.behind = tail } else { reader.stand(below: [tail]) }
  }

  private mutating func mapping(
    _ entry: WrittenNode.Entry, _ bound: Bound, isAligned: Bool = false,
    _ read: (inout PageReader, WrittenNode.Entry, Bound) -> Item
  ) -> Section {
    var section = Section(key: entry.key.scalar?.text ?? "", item: header(entry))
    section.item.content = .block(reader.lines(of: entry.value, bound, isAligned: isAligned, read))
    close(&section.item, entry.value, bound)
    return section
  }

  /// A block of `blocks:` with its parameters in one line and its layers below.
  private static func block(_ reader: inout PageReader, _ entry: WrittenNode.Entry, _ bound: Bound) -> Item {
    guard entry.value.entries?.isEmpty == false else { return reader.item(entry.key, entry.value, bound) }
    var item = header(&reader, entry)
    item.content = .block(
      reader.lines(of: entry.value, bound) { reader, entry, bound in
        switch entry.key.scalar?.text {
        case "layers" where entry.value.elements?.isEmpty == false:
          var item = header(&reader, entry)
          let (layers, foot) = reader.layers(entry.value, bound)
          item.content = .block(
            Block(isSequence: true, isAligned: true, items: layers.map(reader.item), foot: foot))
          close(&reader, &item, entry.value, bound)
          return item
        case "parameters" where entry.value.entries != nil:
          return reader.parameters(entry.key, name: nil, entry.value, in: entry.value, start: entry.key.start, bound)
            .item(known: [], keepsOrder: true)
        default: return reader.item(entry.key, entry.value, bound)
        }
      })
    close(&reader, &item, entry.value, bound)
    return item
  }

  private static func defaults(_ reader: inout PageReader, _ entry: WrittenNode.Entry, _ bound: Bound) -> Item {
    guard entry.value.entries != nil else { return reader.item(entry.key, entry.value, bound) }
    let line = reader.parameters(
      entry.key, name: nil, entry.value, in: entry.value, start: entry.key.start, bound)
    return reader.item(of: line)
  }

  /// A key such as `conv1_num_filters`, in one line.
  private mutating func flat(_ key: String, _ entry: WrittenNode.Entry, _ bound: Bound) -> Section {
    var item = Item(
      above: reader.above(entry.key.start), key: reader.text.key(entry.key, inFlow: false), content: .text(""))
    let inside = reader.comments.take(from: entry.key.start, to: entry.span.upperBound)
    let settled = PageReader.settle(head: inside, last: nil, tail: reader.finish(entry.span.upperBound, bound))
    item.above += settled.above.map { .comment($0) }
    item.behind = settled.behind
    item.content = .text(reader.text.flow(entry.value))
    return Section(key: key, item: item, isFlat: true)
  }

  /// The name and the classes stand before everything else; what is above the first key heads the file.
  private func moveTitleUp(_ sections: inout [Section]) {
    let sorted = sections.stableSorted { left, right in
      ["name", "classes"].contains(left.key) && !["name", "classes"].contains(right.key)
    }
    guard sorted.first?.key != sections.first?.key else { return sections = sorted }
    let old = sections[0].item.above
    let head = old.lastIndex(of: .blank).map { old[...$0] } ?? old[...]
    sections[0].item.above.removeFirst(head.count)
    let key = sections[0].key
    guard let place = sorted.firstIndex(where: { $0.key == key }) else { return }
    let rest = sections[0]
    sections = sorted
    sections[place] = rest
    if sections[0].item.above.first == .blank { sections[0].item.above.removeFirst() }
    sections[0].item.above.insert(contentsOf: head, at: 0)
  }
}

extension String {
  var trimmedAtEnd: String {
    var text = self[...]
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }
}
