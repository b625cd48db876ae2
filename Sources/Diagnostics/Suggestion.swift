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

  /// Among more words than this nothing is sought: a file may have as many mistakes as it has words.
  package static let mostCandidates = 500

  /// The candidate nearest to `word`, if one is near enough to be a slip of the pen.
  ///
  /// Case, `_` and `-` do not count. The distance is that of Damerau and Levenshtein (optimal string
  /// alignment) and may be a third of the word, at least 1. A word that lacks a letter or two at its end is as near
  /// as one slip. Of equally near ones the first in alphabetical order wins.
  package static func best(for word: String, among candidates: some Sequence<String>) -> String? {
    let letters = normalised(word)
    guard letters.count <= longestWord else { return nil }
    let limit = max(1, word.count / 3)
    var rows = EditDistance()
    var best: (distance: Int, candidate: String)?
    for candidate in candidates {
      guard candidate.utf8.count <= 4 * longestWord else { continue }
      let other = normalised(candidate)
      let isCutShort = letters.count > 2 && (1...2).contains(other.count - letters.count) && other.starts(with: letters)
      // A word of one or two letters turns into any other by replacing them.
      guard isCutShort || abs(other.count - letters.count) <= limit,
        let found = isCutShort ? 1 : rows.distance(letters, other, atMost: limit),
        found < max(letters.count, other.count) || found == 0
      else { continue }
      if let current = best, (current.distance, current.candidate) <= (found, candidate) { continue }
      best = (found, candidate)
    }
    return best?.candidate
  }

  /// The words for an unknown `word`: the near candidate as a label, else the candidates as a line of help.
  package static func unknown(word: String, among candidates: some Sequence<String>) -> Hint {
    let candidates = Set(candidates.prefix(mostCandidates + 1))
    guard !candidates.isEmpty, candidates.count <= mostCandidates else {
      return Hint(label: "", help: [], suggestion: nil)
    }
    if let near = best(for: word, among: candidates) {
      return Hint(label: "did you mean `\(near)`?", help: [], suggestion: near)
    }
    let listed = first(listedWords, of: candidates).map { "`\($0)`" }.joined(separator: ", ")
    let more = candidates.count - listedWords
    let tail = more > 0 ? " and \(more) more" : ""
    let help = candidates.count == 1 ? "expected \(listed)" : "expected one of \(listed)\(tail)"
    return Hint(label: "", help: [help], suggestion: nil)
  }

  /// The first words in alphabetical order; sorting all of them would cost more than the search.
  private static func first(_ count: Int, of words: Set<String>) -> [String] {
    var found: [String] = []
    for word in words {
      if found.count == count, let last = found.last, last < word { continue }
      found.insert(word, at: found.firstIndex { word < $0 } ?? found.count)
      if found.count > count { found.removeLast() }
    }
    return found
  }

  private static func normalised(_ word: String) -> [UInt32] {
    var letters: [UInt32] = []
    letters.reserveCapacity(word.utf8.count)
    let isPlain = word.utf8.allSatisfy { $0 < 0x80 }
    for scalar in (isPlain ? word : word.lowercased()).unicodeScalars where scalar != "_" && scalar != "-" {
      let isCapital = (0x41...0x5A).contains(scalar.value)
      letters.append(isCapital ? scalar.value + 32 : scalar.value)
    }
    return letters
  }
}
