/// A source line as a terminal shows it, and where its scalars land.
///
/// Tabs become spaces up to the next multiple of four, controls become escapes, and each scalar has its
/// width in terminal columns, so carets can be put under it.
struct SnippetLine {
  private struct Cell {
    var text: String
    var width: Int
  }

  /// One line cut to a width, with the carets' place in it.
  struct Window {
    var text: String
    var caretStart: Int
    var caretWidth: Int
  }

  private static let tabStop = 4

  private let cells: [Cell]
  /// The column at which each cell begins, and behind the last one the width of the line.
  private let offsets: [Int]

  init(_ line: String) {
    var cells: [Cell] = []
    var offsets = [0]
    var offset = 0
    for scalar in line.unicodeScalars {
      let cell: Cell
      if scalar == "\t" {
        let width = Self.tabStop - offset % Self.tabStop
        cell = Cell(text: String(repeating: " ", count: width), width: width)
      } else if let escape = SafeText.escape(for: scalar) {
        cell = Cell(text: escape, width: escape.unicodeScalars.count)
      } else {
        cell = Cell(text: String(scalar), width: DisplayWidth.of(scalar))
      }
      cells.append(cell)
      offset += cell.width
      offsets.append(offset)
    }
    self.cells = cells
    self.offsets = offsets
  }

  /// The number of scalars up to the last that is no space.
  private var trimmedCount: Int {
    (cells.lastIndex { !$0.text.allSatisfy { $0 == " " } } ?? -1) + 1
  }

  /// The line, or the part of it around the caret with `…` at the cut ends.
  ///
  /// - Parameters:
  ///   - start: the first underlined scalar, 0-based; beyond the line means its end.
  ///   - end: the scalar after the last underlined one; nil for the rest of the line.
  ///   - width: the columns there are.
  func window(from start: Int, to end: Int?, width: Int) -> Window {
    let first = min(max(start, 0), cells.count)
    let last = min(end ?? max(trimmedCount, first), cells.count)
    let caret = offsets[first]
    let caretEnd = max(offsets[max(last, first)], caret + 1)
    guard max(offsets[cells.count], caretEnd) > width, width > 4 else {
      return Window(text: text(0..<cells.count), caretStart: caret, caretWidth: caretEnd - caret)
    }

    // The caret stands a third from the left, further right where the line ends before the window does.
    let total = max(offsets[cells.count], caretEnd)
    let leftColumn = caretEnd <= width - 1 ? 0 : max(0, min(caret - width / 3, total - (width - 1)))
    var from = offsets.firstIndex { $0 >= leftColumn } ?? first
    from = min(from, first)
    // A combining mark stays with its letter.
    while from > 0, from < cells.count, cells[from].width == 0 { from -= 1 }
    let lead = from > 0 ? 1 : 0
    let room = width - lead
    var to = from
    if offsets[cells.count] - offsets[from] <= room {
      to = cells.count
    } else {
      while to < cells.count, offsets[to + 1] - offsets[from] <= room - 1 { to += 1 }
    }
    let shown = (lead > 0 ? "…" : "") + text(from..<to) + (to < cells.count ? "…" : "")
    let shift = lead - offsets[from]
    let shownEnd = offsets[to] + (to < cells.count ? 1 : 0)
    let caretWidth = max(1, min(caretEnd, max(shownEnd, caret + 1)) - caret)
    return Window(text: shown, caretStart: caret + shift, caretWidth: caretWidth)
  }

  private func text(_ range: Range<Int>) -> String {
    cells[range].reduce(into: "") { $0 += $1.text }
  }
}
