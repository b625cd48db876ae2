/// Breaks prose into lines.
enum TextWrap {
  /// The lines of `text`, broken at spaces to at most `width` columns; explicit line breaks stay.
  ///
  /// A word longer than a line keeps its line to itself. Without a width only explicit breaks count. Inner
  /// runs of spaces stay as they are, so that aligned notes stay aligned.
  static func lines(_ text: String, width: Int?) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .flatMap { paragraph -> [String] in
        let safe = SafeText.escaped(String(paragraph))
        guard let width, DisplayWidth.of(safe) > width else { return [safe] }
        return wrapped(safe, width: max(width, 20))
      }
  }

  private static func wrapped(_ paragraph: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var used = 0
    for word in paragraph.split(separator: " ", omittingEmptySubsequences: false) {
      let length = DisplayWidth.of(String(word))
      if used > 0, used + 1 + length > width {
        lines.append(trimmed(line))
        line = String(word)
        used = length
      } else {
        line += (line.isEmpty ? "" : " ") + word
        used += length + (used > 0 ? 1 : 0)
      }
    }
    lines.append(trimmed(line))
    return lines
  }

  private static func trimmed(_ line: String) -> String {
    var line = Substring(line)
    while line.last == " " { line.removeLast() }
    return String(line)
  }
}
