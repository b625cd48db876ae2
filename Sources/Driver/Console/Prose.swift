/// Text for people, broken into lines.
enum Prose {
  /// Paragraphs broken at words. Paragraphs are parted by an empty line, and the breaks inside one carry no
  /// meaning; lines that begin with spaces stay as they are.
  static func wrapped(_ text: String, width: Int, indent: Int = 2) -> String {
    let space = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = ""
    func add(_ finished: String) { lines.append(finished.isEmpty ? "" : space + finished) }
    for source in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if source.isEmpty || source.hasPrefix(" ") {
        if !line.isEmpty { add(line) }
        line = ""
        add(String(source))
        continue
      }
      for word in source.split(separator: " ") {
        if line.isEmpty {
          line = String(word)
        } else if indent + line.count + 1 + word.count > width {
          add(line)
          line = String(word)
        } else {
          line += " " + word
        }
      }
    }
    if !line.isEmpty { add(line) }
    return lines.joined(separator: "\n").trimmingEnd()
  }

  /// Terms in a column, each with its text beside it.
  static func definitions(_ items: [(term: String, text: String)], _ style: Style, width: Int) -> String {
    let column = (items.map(\.term.count).max() ?? 0) + 4
    return items.map { term, text in
      let body = wrapped(text, width: width, indent: column).dropFirst(column)
      return "  \(style.accent(term))\(String(repeating: " ", count: column - 2 - term.count))\(body)\n"
    }.joined()
  }

  /// `step of the filter` → `Step of the filter.`
  static func sentence(_ words: String) -> String {
    words.prefix(1).uppercased() + words.dropFirst() + (words.hasSuffix(".") ? "" : ".")
  }
}

extension String {
  /// Without white space at the end.
  func trimmingEnd() -> String {
    var text = self
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
  }
}

/// Pieces of Markdown.
enum Markdown {
  /// A table; `align` has a letter per column, `r` for numbers.
  static func table(_ header: [String], align: String = "", _ rows: [[String]]) -> String {
    let letters = Array(align)
    let rule = header.indices.map { $0 < letters.count && letters[$0] == "r" ? "--:" : "---" }
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    return line(header) + "|" + rule.joined(separator: "|") + "|\n"
      + rows.map { line($0.map { $0.replacing("|", with: "\\|") }) }.joined()
  }

  static func code(_ text: String, _ language: String) -> String {
    "```\(language)\n\(text.trimmingEnd())\n```\n"
  }
}
