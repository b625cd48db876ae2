/// A table of text, columns aligned.
package struct Table: Sendable {
  package struct Column: Sendable {
    package var title: String
    package var right: Bool
    /// Under a narrow terminal, columns with the highest number go first; 0 stays.
    package var expendable: Int

    package init(_ title: String, right: Bool = false, expendable: Int = 0) {
      (self.title, self.right, self.expendable) = (title, right, expendable)
    }
  }

  package var columns: [Column]
  package var rows: [[String]] = []

  package init(_ columns: [Column]) { self.columns = columns }

  /// The table within `width` columns if that can be: columns that can be spared go, then the longest text
  /// column is cut.
  package func rendered(width: Int, style: Style, indent: Int = 2) -> String {
    var shown = Array(columns.indices)
    func widths() -> [Int] {
      shown.map { column in max(columns[column].title.count, rows.map { $0[column].count }.max() ?? 0) }
    }
    func total() -> Int { indent + widths().reduce(0, +) + 2 * (shown.count - 1) }
    while total() > width,
      let victim = shown.filter({ columns[$0].expendable > 0 })
        .max(by: { columns[$0].expendable < columns[$1].expendable })
    {
      shown.removeAll { $0 == victim }
    }
    let space = String(repeating: " ", count: indent)
    let sizes = widths()
    func line(_ cells: [String]) -> String {
      var text = space
      for (place, column) in shown.enumerated() {
        text += Format.pad(cells[column], sizes[place], right: columns[column].right)
        if place < shown.count - 1 { text += "  " }
      }
      while text.last == " " { text.removeLast() }
      return text
    }
    let rule = space + sizes.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    let header = [line(columns.map(\.title)), style.dim(rule)]
    return (header + rows.map(line)).joined(separator: "\n") + "\n"
  }
}

extension Table {
  private static let fewestLetters = 12

  /// A table whose first column of text is cut as far as the width asks for, but not below some letters.
  ///
  /// - Parameters:
  ///   - width: columns; nil for as many as it takes.
  ///   - names: what stands in that column.
  ///   - table: the table with names of at most that many letters.
  package static func fitted(to width: Int?, style: Style, names: [String], _ table: (Int) -> Table) -> String {
    let longest = names.map(\.count).max() ?? 0
    let whole = table(longest).rendered(width: width ?? .max, style: Style(color: false))
    let columns = whole.split(separator: "\n").map(\.count).max() ?? 0
    let letters = max(fewestLetters, longest - max(0, columns - (width ?? .max)))
    return table(letters).rendered(width: width ?? .max, style: style)
  }

  /// Removes the column of that title.
  mutating func drop(_ title: String) {
    guard let index = columns.firstIndex(where: { $0.title == title }) else { return }
    columns.remove(at: index)
    for row in rows.indices { rows[row].remove(at: index) }
  }
}

extension String {
  /// Cut to that many letters, the last of them a mark where something is missing.
  func cut(to letters: Int) -> String { count <= letters ? self : prefix(letters - 1) + "…" }
}
