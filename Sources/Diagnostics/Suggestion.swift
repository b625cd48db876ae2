/// "Did you mean" for words that people type.
package enum Suggestion {
  /// What to say about a word that is not one of the words known here.
  package struct Hint: Sendable, Equatable {
    /// Goes under the carets: "did you mean `x`?", or empty.
    package var label: String
    /// The words known here, when none of them is near.
    package var help: [String]
    /// The near word.
    package var suggestion: String?

    package init(label: String, help: [String], suggestion: String?) {
      self.label = label
      self.help = help
      self.suggestion = suggestion
    }
  }

  /// More words than this are cut short in a hint.
  private static let listedWords = 12

  /// Longer words get no suggestion: the comparison takes the product of the lengths.
  private static let longestWord = 100

  /// The candidate nearest to `word`, if one is near enough to be a slip of the pen.
  ///
  /// Case, `_` and `-` do not count. The distance is that of Damerau and Levenshtein (optimal string
  /// alignment) and may be a third of the word, at least 1. Of equally near ones the first in alphabetical
  /// order wins.
  package static func best(for word: String, among candidates: some Sequence<String>) -> String? {
    let letters = normalised(word)
    guard letters.count <= longestWord else { return nil }
    let limit = max(1, word.count / 3)
    var best: (distance: Int, candidate: String)?
    for candidate in candidates {
      let other = normalised(candidate)
      // A word of one or two letters turns into any other by replacing them.
      guard abs(other.count - letters.count) <= limit else { continue }
      let found = distance(letters, other)
      guard found <= limit, found < max(letters.count, other.count) || found == 0 else { continue }
      if let current = best, (current.distance, current.candidate) <= (found, candidate) { continue }
      best = (found, candidate)
    }
    return best?.candidate
  }

  /// The words for an unknown `word`: the near candidate as a label, else the candidates as a line of help.
  package static func unknown(word: String, among candidates: some Sequence<String>) -> Hint {
    let candidates = Set(candidates).sorted()
    if let near = best(for: word, among: candidates) {
      return Hint(label: "did you mean `\(near)`?", help: [], suggestion: near)
    }
    guard !candidates.isEmpty else { return Hint(label: "", help: [], suggestion: nil) }
    let listed = candidates.prefix(listedWords).map { "`\($0)`" }.joined(separator: ", ")
    let more = candidates.count - listedWords
    let tail = more > 0 ? " and \(more) more" : ""
    let help = candidates.count == 1 ? "expected \(listed)" : "expected one of \(listed)\(tail)"
    return Hint(label: "", help: [help], suggestion: nil)
  }

  private static func normalised(_ word: String) -> [Character] {
    word.lowercased().filter { $0 != "_" && $0 != "-" }
  }

  /// The number of insertions, deletions, replacements and swaps of neighbours between two words.
  static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (i, letter) in left.enumerated() {
      var row = [i + 1]
      for (j, other) in right.enumerated() {
        var cost = min(last[j] + (letter == other ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, letter == right[j - 1], left[i - 1] == other {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      (beforeLast, last) = (last, row)
    }
    return last[right.count]
  }
}
