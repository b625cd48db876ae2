import Diagnostics

/// `conv1.W`, or with wildcards `conv[12]_*`: `*` is any text, `?` any letter, `[12]` one of these letters.
package struct NamePattern: Sendable, Equatable {
  package let text: String
  package let span: SourceSpan
  private let pieces: [Piece]

  private enum Piece: Sendable, Equatable {
    case letter(Unicode.Scalar)
    case any
    case anyText
    case set([ClosedRange<Unicode.Scalar>], isExcluded: Bool)

    func matches(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .letter(let letter): letter == scalar
      case .any: true
      case .anyText: false
      case .set(let ranges, let isExcluded): ranges.contains { $0.contains(scalar) } != isExcluded
      }
    }
  }

  package init(_ text: String, span: SourceSpan) {
    (self.text, self.span) = (text, span)
    var pieces: [Piece] = []
    var rest = Array(text.unicodeScalars)[...]
    while let first = rest.popFirst() {
      switch first {
      case "*": pieces.append(.anyText)
      case "?": pieces.append(.any)
      case "[": pieces.append(Self.set(&rest) ?? .letter(first))
      default: pieces.append(.letter(first))
      }
    }
    self.pieces = pieces
  }

  /// What stands behind a `[`; nil where no `]` follows.
  private static func set(_ rest: inout ArraySlice<Unicode.Scalar>) -> Piece? {
    guard let end = rest.dropFirst().firstIndex(of: "]") else { return nil }
    var letters = rest[..<end]
    rest = rest[(end + 1)...]
    let isExcluded = letters.first == "!" || letters.first == "^"
    if isExcluded { letters.removeFirst() }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    while let first = letters.popFirst() {
      let tail = letters.prefix(2)
      if tail.count == 2, tail.first == "-", let last = tail.last, first <= last {
        ranges.append(first...last)
        letters = letters.dropFirst(2)
      } else {
        ranges.append(first...first)
      }
    }
    return .set(ranges, isExcluded: isExcluded)
  }

  /// Whether a tensor is meant: by its own name, by that of its layer, or of a block that its layer is in.
  package func matches(tensor: String) -> Bool {
    if matches(tensor) { return true }
    guard let dot = tensor.lastIndex(of: ".") else { return false }
    var name = tensor[..<dot]
    while true {
      if matches(String(name)) { return true }
      guard let slash = name.lastIndex(of: "/") else { return false }
      name = name[..<slash]
    }
  }

  /// Whether the whole of a name fits.
  package func matches(_ name: String) -> Bool {
    let scalars = Array(name.unicodeScalars)
    var (piece, letter) = (0, 0)
    // Where the last `*` was, and how far its text reaches.
    var star: (piece: Int, letter: Int)?
    while letter < scalars.count {
      if piece < pieces.count, pieces[piece] == .anyText {
        star = (piece, letter)
        piece += 1
      } else if piece < pieces.count, pieces[piece].matches(scalars[letter]) {
        (piece, letter) = (piece + 1, letter + 1)
      } else if let last = star {
        star = (last.piece, last.letter + 1)
        (piece, letter) = (last.piece + 1, last.letter + 1)
      } else {
        return false
      }
    }
    return pieces[piece...].allSatisfy { $0 == .anyText }
  }
}
