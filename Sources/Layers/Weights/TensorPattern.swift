/// A pattern for the whole name of a tensor, with groups whose text a target takes: `features\.(\d+)\.weight`.
///
/// Of regular expressions it has letters, `.`, `\d`, `\w`, `\.` and other escapes, sets `[a-z]`, groups, `|`, and `*`,
/// `+` and `?` behind them.
package struct TensorPattern: Sendable, Equatable {
  package struct Fault: Error, Equatable {
    package var message: String

    package init(message: String) { self.message = message }
  }

  private indirect enum Piece: Sendable, Equatable {
    case letters([ClosedRange<Unicode.Scalar>], isExcluded: Bool)
    /// Groups count from 1.
    case group(Int, [[Piece]])
    case repeated(Piece, least: Int, most: Int)
  }

  package let text: String
  private let alternatives: [[Piece]]
  /// How many groups there are.
  package let groups: Int

  package init(_ text: String) throws(Fault) {
    var parser = Parser(rest: Array(text.unicodeScalars)[...])
    self.text = text
    alternatives = try parser.alternatives(depth: 0)
    guard parser.rest.isEmpty else { throw Fault(message: "a `)` that closes nothing") }
    groups = parser.groups
  }

  /// - Returns: what the groups hold, the first of them at 0; nil where the name is another.
  package func match(_ name: String) -> [String]? {
    var matcher = Matcher(letters: Array(name.unicodeScalars), groups: [Range<Int>?](repeating: nil, count: groups))
    let count = matcher.letters.count
    guard matcher.any(alternatives, at: 0, then: { _, place in place == count }) else { return nil }
    return matcher.groups.map { range in
      range.map { String(String.UnicodeScalarView(matcher.letters[$0])) } ?? ""
    }
  }

  // MARK: Reading

  private struct Parser {
    var rest: ArraySlice<Unicode.Scalar>
    var groups = 0

    /// Groups within groups more deeply than this nobody writes.
    private static let deepest = 16

    mutating func alternatives(depth: Int) throws(Fault) -> [[Piece]] {
      guard depth <= Self.deepest else { throw Fault(message: "groups lie too deep") }
      var result: [[Piece]] = [[]]
      while let next = rest.first, next != ")" {
        rest.removeFirst()
        if next == "|" { result.append([]) } else { result[result.count - 1].append(try piece(next, depth)) }
      }
      return result
    }

    private mutating func piece(_ first: Unicode.Scalar, _ depth: Int) throws(Fault) -> Piece {
      let piece: Piece
      switch first {
      case ".": piece = .letters([], isExcluded: true)
      case "\\": piece = try escape()
      case "[": piece = try set()
      case "(":
        groups += 1
        let number = groups
        let inner = try alternatives(depth: depth + 1)
        guard rest.popFirst() == ")" else { throw Fault(message: "a `(` that is never closed") }
        piece = .group(number, inner)
      case "*", "+", "?": throw Fault(message: "a `\(first)` with nothing before it")
      default: piece = .letters([first...first], isExcluded: false)
      }
      switch rest.first {
      case "*": return repeated(piece, 0, .max)
      case "+": return repeated(piece, 1, .max)
      case "?": return repeated(piece, 0, 1)
      default: return piece
      }
    }

    private mutating func repeated(_ piece: Piece, _ least: Int, _ most: Int) -> Piece {
      rest.removeFirst()
      return .repeated(piece, least: least, most: most)
    }

    private static let words: [ClosedRange<Unicode.Scalar>] = ["a"..."z", "A"..."Z", "0"..."9", "_"..."_"]

    private mutating func escape() throws(Fault) -> Piece {
      guard let letter = rest.popFirst() else { throw Fault(message: "a `\\` at the end") }
      switch letter {
      case "d": return .letters(["0"..."9"], isExcluded: false)
      case "w": return .letters(Self.words, isExcluded: false)
      case "a"..."z", "A"..."Z", "0"..."9": throw Fault(message: "`\\\(letter)`, which is not known")
      default: return .letters([letter...letter], isExcluded: false)
      }
    }

    private mutating func set() throws(Fault) -> Piece {
      let isExcluded = rest.first == "^"
      if isExcluded { rest.removeFirst() }
      var ranges: [ClosedRange<Unicode.Scalar>] = []
      while let letter = rest.popFirst() {
        if letter == "]", !ranges.isEmpty { return .letters(ranges, isExcluded: isExcluded) }
        let tail = rest.prefix(2)
        if tail.count == 2, tail.first == "-", let last = tail.last, last != "]", letter <= last {
          ranges.append(letter...last)
          rest = rest.dropFirst(2)
        } else {
          ranges.append(letter...letter)
        }
      }
      throw Fault(message: "a `[` that is never closed")
    }
  }

  // MARK: Matching

  private struct Matcher {
    let letters: [Unicode.Scalar]
    var groups: [Range<Int>?]
    /// Patterns that would try for ever fit nothing.
    var steps = 100_000

    typealias Then = (inout Matcher, Int) -> Bool

    mutating func any(_ alternatives: [[Piece]], at place: Int, then: Then) -> Bool {
      for alternative in alternatives where all(alternative[...], at: place, then: then) { return true }
      return false
    }

    private mutating func all(_ pieces: ArraySlice<Piece>, at place: Int, then: Then) -> Bool {
      guard let first = pieces.first else { return then(&self, place) }
      return one(first, at: place) { $0.all(pieces.dropFirst(), at: $1, then: then) }
    }

    private mutating func one(_ piece: Piece, at place: Int, then: Then) -> Bool {
      steps -= 1
      guard steps > 0 else { return false }
      switch piece {
      case .letters(let ranges, let isExcluded):
        guard place < letters.count, ranges.contains(where: { $0.contains(letters[place]) }) != isExcluded else {
          return false
        }
        return then(&self, place + 1)
      case .group(let number, let alternatives):
        let before = groups[number - 1]
        let fits = any(alternatives, at: place) { matcher, end in
          matcher.groups[number - 1] = place..<end
          return then(&matcher, end)
        }
        if !fits { groups[number - 1] = before }
        return fits
      case .repeated(let inner, let least, let most):
        // As many as fit, and fewer where what follows does not.
        if most > 0,
          one(
            inner, at: place,
            then: { matcher, end in
              guard end > place || least > 0 else { return false }
              let rest = Piece.repeated(inner, least: max(0, least - 1), most: most == .max ? .max : most - 1)
              return matcher.one(rest, at: end, then: then)
            })
        {
          return true
        }
        return least == 0 && then(&self, place)
      }
    }
  }
}
