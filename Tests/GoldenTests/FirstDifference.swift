/// Where two texts part, in words.
func firstDifference(expected: String, actual: String) -> String? {
  if Array(expected.utf8) == Array(actual.utf8) { return nil }
  let (left, right) = (lines(expected), lines(actual))
  let place = zip(left, right).enumerated().first { $1.0 != $1.1 }?.offset ?? min(left.count, right.count)
  func shown(_ lines: [String]) -> String { place < lines.count ? "|\(lines[place])|" : "(the end)" }
  return """
    line \(place + 1)
      in the repository: \(shown(left))
      now:               \(shown(right))
    """
}

private func lines(_ text: String) -> [String] {
  text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}
