import Diagnostics

/// Writes a page as text: indentation, columns, line breaks. Knows nothing of networks.
struct PagePrinter {
  /// Lines of brackets are broken beyond this column.
  static let width = 100
  /// Comments stand below each other unless that pushes one beyond this column.
  private static let commentWidth = 120
  private static let commentGap = 3

  private struct Line {
    var code: String
    var comment: String?
    /// Comments of consecutive lines of one group stand below each other.
    var group = 0
  }

  private var lines: [Line] = []
  private var groups = 0

  static func text(_ page: Page) -> String {
    var printer = PagePrinter()
    for directive in page.directives { printer.lines.append(Line(code: directive)) }
    if !page.directives.isEmpty || !page.properties.isEmpty {
      printer.lines.append(Line(code: page.properties.isEmpty ? "---" : "--- " + page.properties))
    }
    printer.print(page.block, indent: 0)
    return printer.finished()
  }

  // MARK: Blocks

  private mutating func print(_ block: Block, indent: Int) {
    groups += 1
    let group = groups
    let layouts = layouts(of: block, indent: indent)
    for (item, layout) in zip(block.items, layouts) {
      print(item.above, indent: indent)
      print(item, layout, isElement: block.isSequence, indent: indent, group: group)
    }
    print(block.foot, indent: indent)
  }

  private mutating func print(_ remarks: [Remark], indent: Int) {
    for remark in remarks {
      switch remark {
      case .blank: lines.append(Line(code: ""))
      case .comment(let text): lines.append(Line(code: spaces(indent) + text))
      }
    }
  }

  private mutating func print(_ item: Item, _ layout: Layout, isElement: Bool, indent: Int, group: Int) {
    let head = head(of: item, isElement: isElement, indent: indent)
    let lead = layout.head + (item.properties.isEmpty ? "" : item.properties + " ")
    switch item.content {
    case .text(let text): lines.append(Line(code: lead + text, comment: item.behind, group: group))
    case .flow(let flow):
      if layout.isBroken {
        broken(flow, behind: lead, item.behind)
      } else {
        lines.append(Line(code: lead + flow.oneLine, comment: item.behind, group: group))
      }
    case .scalar(let header, let text):
      lines.append(Line(code: lead + header, comment: item.behind, group: group))
      for line in text { lines.append(Line(code: line.isEmpty ? "" : spaces(indent + 2) + line)) }
    case .block(let block):
      let isInline = isElement && item.key == nil && item.properties.isEmpty && item.behind == nil
      if isInline, block.items.first?.above.isEmpty == true {
        let first = lines.count
        print(block, indent: indent + 2)
        lines[first].code = head + lines[first].code.dropFirst(indent + 2)
      } else {
        lines.append(Line(code: lead.trimmedAtEnd, comment: item.behind, group: group))
        print(block, indent: indent + 2)
      }
    }
  }

  /// What stands in front of the content: indentation, dash, key and a blank.
  private func head(of item: Item, isElement: Bool, indent: Int) -> String {
    spaces(indent) + (isElement ? "- " : "") + (item.key.map { $0 + ": " } ?? "")
  }

  // MARK: Columns

  private struct Layout {
    var head: String
    var isBroken: Bool
  }

  /// Decides which brackets are broken, and lets `{` stand below each other over consecutive lines.
  private func layouts(of block: Block, indent: Int) -> [Layout] {
    let heads = block.items.map { head(of: $0, isElement: block.isSequence, indent: indent) }
    var layouts = zip(block.items, heads).map { item, head in
      Layout(head: head, isBroken: item.flow.map { mustBreak($0, head + item.properties, 0) } ?? false)
    }
    guard block.isAligned else { return layouts }
    // A broken line leaves its run, which may become narrower; it never comes back, so this ends.
    var isStable = false
    while !isStable {
      isStable = true
      var start = 0
      while start < layouts.count {
        guard isColumn(block.items[start], layouts[start]) else {
          start += 1
          continue
        }
        var end = start + 1
        while end < layouts.count, isColumn(block.items[end], layouts[end]), !block.items[end].above.contains(.blank) {
          end += 1
        }
        let column = (start..<end).map { DisplayWidth.of(heads[$0]) }.max() ?? 0
        for index in start..<end {
          let padding = column - DisplayWidth.of(heads[index])
          layouts[index].head = heads[index] + spaces(padding)
          guard let flow = block.items[index].flow, mustBreak(flow, heads[index], padding) else { continue }
          layouts[index] = Layout(head: heads[index], isBroken: true)
          isStable = false
        }
        start = end
      }
    }
    return layouts
  }

  /// Whether an item takes part in the columns.
  private func isColumn(_ item: Item, _ layout: Layout) -> Bool {
    item.key != nil && item.properties.isEmpty && item.flow?.open == "{" && !layout.isBroken
  }

  private func mustBreak(_ flow: FlowCollection, _ head: String, _ padding: Int) -> Bool {
    if flow.hasComments { return true }
    let width = DisplayWidth.of(head) + padding + DisplayWidth.of(flow.oneLine)
    return flow.entries.count > 1 && width > Self.width
  }

  /// Brackets over several lines, which begin one column behind the opening one.
  private mutating func broken(_ flow: FlowCollection, behind head: String, _ comment: String?) {
    groups += 1
    let indent = DisplayWidth.of(head) + 1
    let partsCommon = flow.entries.count(where: \.isCommon) > 1
    var line = head + flow.open
    var isFresh = true
    for (index, entry) in flow.entries.enumerated() {
      let isLast = index == flow.entries.count - 1
      let text = entry.text + (isLast ? flow.close : ",")
      let previous = index > 0 ? flow.entries[index - 1] : nil
      let isFull = DisplayWidth.of(line) + 1 + DisplayWidth.of(text) > Self.width
      let leavesCommon = partsCommon && previous?.isCommon == true && !entry.isCommon
      if !isFresh, isFull || leavesCommon || !entry.above.isEmpty || previous?.behind != nil {
        lines.append(Line(code: line, comment: previous?.behind, group: groups))
        for above in entry.above { lines.append(Line(code: spaces(indent) + above)) }
        line = spaces(indent)
        isFresh = true
      }
      line += (isFresh ? "" : " ") + text
      isFresh = false
    }
    lines.append(Line(code: line, comment: comment, group: groups))
  }

  // MARK: Comments at the ends of lines

  private mutating func finished() -> String {
    var text = ""
    var start = 0
    while start < lines.count {
      var end = start + 1
      while lines[start].comment != nil, end < lines.count, lines[end].comment != nil,
        lines[end].group == lines[start].group
      {
        end += 1
      }
      let widths = (start..<end).map { DisplayWidth.of(lines[$0].code) }
      let column = (widths.max() ?? 0) + Self.commentGap
      let fits = (start..<end).allSatisfy { column + DisplayWidth.of(lines[$0].comment ?? "") <= Self.commentWidth }
      for (line, width) in zip(lines[start..<end], widths) {
        text += line.code
        if let comment = line.comment { text += spaces(fits ? column - width : Self.commentGap) + comment }
        text += "\n"
      }
      start = end
    }
    return text
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}

extension Item {
  fileprivate var flow: FlowCollection? {
    if case .flow(let flow) = content { return flow }
    return nil
  }
}
