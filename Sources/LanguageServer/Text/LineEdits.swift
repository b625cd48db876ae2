import Exchange

/// What to change in a text to get another one, line by line: cursors and folds in lines that stay are left alone.
struct LineEdits {
  private let old: DocumentText
  private let new: DocumentText

  /// Comparing takes memory that grows with the square of the differences (Myers 1986): beyond this everything from
  /// the first to the last difference is one edit.
  private static let mostCompared = 1000

  init(from old: DocumentText, to new: DocumentText) { (self.old, self.new) = (old, new) }

  /// `TextEdit`s in the order of the text, which do not touch each other.
  var edits: [JSONValue] {
    hunks.map { hunk in
      ["range": JSONValue(bytes(hunk.old, of: old), in: old), "newText": .string(new.text(bytes(hunk.new, of: new)))]
    }
  }

  /// Ranges of lines that are replaced, and what they are replaced by.
  private var hunks: [(old: Range<Int>, new: Range<Int>)] {
    let (before, after) = (lines(of: old), lines(of: new))
    let head = zip(before, after).prefix { $0 == $1 }.count
    let most = min(before.count, after.count) - head
    let tail = zip(before.reversed(), after.reversed()).prefix(most).prefix { $0 == $1 }.count
    let whole = (old: head..<before.count - tail, new: head..<after.count - tail)
    guard max(whole.old.count, whole.new.count) <= Self.mostCompared else { return [whole] }
    let difference = after[whole.new].difference(from: before[whole.old])
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset + head)
      case .insert(let offset, _, _): inserted.insert(offset + head)
      }
    }
    var hunks: [(old: Range<Int>, new: Range<Int>)] = []
    var (i, j) = (head, head)
    while i < whole.old.upperBound || j < whole.new.upperBound {
      let (first, second) = (i, j)
      while removed.contains(i) { i += 1 }
      while inserted.contains(j) { j += 1 }
      if first == i, second == j { (i, j) = (i + 1, j + 1) } else { hunks.append((first..<i, second..<j)) }
    }
    return hunks
  }

  /// The lines with what ends them.
  private func lines(of text: DocumentText) -> [ArraySlice<UInt8>] {
    text.lineStarts.indices.map { text.bytes[bytes($0..<$0 + 1, of: text)] }
  }

  private func bytes(_ lines: Range<Int>, of text: DocumentText) -> Range<Int> {
    func start(_ line: Int) -> Int { line < text.lineStarts.count ? text.lineStarts[line] : text.bytes.count }
    return start(lines.lowerBound)..<start(lines.upperBound)
  }
}
