import Diagnostics
import YAMLSyntax

/// A comment of a file.
struct Comment: Equatable {
  /// From `#` on, without blanks at the end.
  var text: String
  var position: SourcePosition
  /// Whether nothing but blanks stands before it in its line.
  var isAlone: Bool
}

/// The comments of a document, in order. Whoever prints something takes those that belong to it, so that each is
/// printed once.
struct Comments {
  private let all: [Comment]
  private var isTaken: [Bool]

  /// - Parameter root: tells where scalars are, in which `#` is a letter.
  init(_ text: SourceText, _ root: WrittenNode) {
    var scalars: [Range<SourcePosition>] = []
    Self.collect(root, &scalars)
    scalars.sort { $0.lowerBound < $1.lowerBound }
    var found: [Comment] = []
    var next = 0
    for number in 1...text.lineCount {
      let line = text.line(number)
      var isAlone = true
      var index = line.startIndex
      while index < line.endIndex {
        let position = SourcePosition(line: number, column: index - line.startIndex + 1)
        while next < scalars.count, scalars[next].upperBound <= position { next += 1 }
        if next < scalars.count, scalars[next].contains(position) {
          isAlone = false
          let end = scalars[next].upperBound
          index = end.line == number ? max(line.startIndex + end.column - 1, index + 1) : line.endIndex
          continue
        }
        let letter = line[index]
        let isBehindBlank = index == line.startIndex || line[index - 1] == " " || line[index - 1] == "\t"
        if letter == "#", isBehindBlank {
          var words = line[index...]
          while let last = words.last, last == " " || last == "\t" { words.removeLast() }
          found.append(Comment(text: String(words), position: position, isAlone: isAlone))
          break
        }
        if letter != " ", letter != "\t" { isAlone = false }
        index += 1
      }
    }
    all = found
    isTaken = Array(repeating: false, count: found.count)
  }

  /// The texts of all comments, sorted: what a formatted file must have as well.
  var texts: [String] { all.map(\.text).sorted() }

  /// The places of scalars; block scalars without their header, which may have a comment.
  private static func collect(_ node: WrittenNode, _ ranges: inout [Range<SourcePosition>]) {
    switch node.value {
    case .alias: break
    case .scalar(let scalar):
      var start = node.contentStart
      if scalar.style == .literal || scalar.style == .folded {
        start = SourcePosition(line: start.line + 1, column: 1)
      }
      if start < node.end { ranges.append(start..<node.end) }
    case .sequence(let elements):
      for element in elements { collect(element, &ranges) }
    case .mapping(let entries):
      for entry in entries {
        collect(entry.key, &ranges)
        collect(entry.value, &ranges)
      }
    }
  }

  /// Takes the comments from `start` up to `end` that nobody has taken.
  mutating func take(from start: SourcePosition, to end: SourcePosition) -> [Comment] {
    var result: [Comment] = []
    while let comment = takeFirst(from: start, to: end, where: { _ in true }) { result.append(comment) }
    return result
  }

  /// Takes the first comment in a range, if it is as wanted.
  mutating func takeFirst(
    from start: SourcePosition, to end: SourcePosition, where isWanted: (Comment) -> Bool
  ) -> Comment? {
    var index = firstIndex(from: start)
    while index < all.count, isTaken[index] { index += 1 }
    guard index < all.count, all[index].position < end, isWanted(all[index]) else { return nil }
    isTaken[index] = true
    return all[index]
  }

  private func firstIndex(from start: SourcePosition) -> Int {
    var low = 0
    var high = all.count
    while low < high {
      let middle = (low + high) / 2
      if all[middle].position < start { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
