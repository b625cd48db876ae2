/// Lines of C, indented as their blocks nest.
struct CText: Hashable {
  private(set) var lines: [String] = []
  private var depth = 1

  mutating func line(_ text: String) {
    lines.append(text.isEmpty ? "" : String(repeating: "  ", count: depth) + text)
  }

  /// `head {`, what `body` writes, `}`.
  mutating func block(_ head: String, _ body: (inout CText) -> Void) {
    line(head.isEmpty ? "{" : head + " {")
    depth += 1
    body(&self)
    depth -= 1
    line("}")
  }

  /// A loop that counts to `count`. A single pass needs none: the body, which may be given no other name than its
  /// surroundings have, stands for itself and counts in `0`.
  mutating func loop(_ variable: String, _ count: Int, step: Int = 1, _ body: (inout CText, String) -> Void) {
    guard count > step else { return body(&self, "0") }
    let advance = step == 1 ? "\(variable)++" : "\(variable) += \(step)"
    block("for (int \(variable) = 0; \(variable) < \(count); \(advance))") { body(&$0, variable) }
  }
}

extension CText {
  /// `head a + b + …;` in lines that end within 100 columns.
  mutating func sum(_ head: String, _ terms: [String]) {
    let words = terms.enumerated().map { $0 == 0 ? $1 : "+ \($1)" }
    let lines = CWords.lines([head] + words, width: 84)
    for (index, part) in lines.enumerated() {
      line((index == 0 ? "" : "  ") + part + (index == lines.count - 1 ? ";" : ""))
    }
  }
}

/// Places in arrays, as sums of counters times steps.
enum CIndex {
  /// `c * 64 + i + 3`; terms that are always 0 are left out.
  static func sum(_ terms: [(counter: String, step: Int)], plus constant: Int = 0) -> String {
    var words = terms.filter { $0.counter != "0" && $0.step != 0 }.map { counter, step in
      let isSum = counter.contains(" ")
      return step == 1 ? counter : (isSum ? "(\(counter))" : counter) + " * \(step)"
    }
    if constant != 0 || words.isEmpty { words.append("\(constant)") }
    return words.joined(separator: " + ").replacing("+ -", with: "- ")
  }

  /// `x + c * 64`, or `x`.
  static func pointer(_ base: String, _ terms: [(counter: String, step: Int)], plus constant: Int = 0) -> String {
    let place = sum(terms, plus: constant)
    return place == "0" ? base : "\(base) + \(place)"
  }
}

extension String {
  /// All occurrences of a text replaced; both are short.
  fileprivate func replacing(_ part: String, with other: String) -> String {
    var (result, rest) = ("", self[...])
    while let first = rest.first {
      if rest.hasPrefix(part) {
        result += other
        rest = rest.dropFirst(part.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}
