import Diagnostics

/// The comments within a collection, given to its entries.
struct Distribution {
  /// Behind the bracket or the key, before the first entry.
  private(set) var head: [Comment] = []
  /// In lines of their own behind the last entry.
  private(set) var below: [String] = []
  private var above: [[String]]
  private var behind: [[String]]

  /// - Parameter spans: where the entries stand, in order.
  init(_ comments: [Comment], over spans: [Range<SourcePosition>]) {
    above = Array(repeating: [], count: spans.count)
    behind = above
    var index = -1
    for comment in comments {
      while index + 1 < spans.count, spans[index + 1].lowerBound <= comment.position { index += 1 }
      if index < 0 {
        if !comment.isAlone {
          head.append(comment)
        } else if spans.isEmpty {
          below.append(comment.text)
        } else {
          above[0].append(comment.text)
        }
      } else if comment.position < spans[index].upperBound {
        if comment.isAlone { above[index].append(comment.text) } else { behind[index].append(comment.text) }
      } else if !comment.isAlone, comment.position.line == spans[index].upperBound.line {
        behind[index].append(comment.text)
      } else if index + 1 < spans.count {
        above[index + 1].append(comment.text)
      } else {
        below.append(comment.text)
      }
    }
  }

  /// Gives one more comment to the end of an entry.
  mutating func add(_ comment: String?, behind index: Int) {
    if let comment { behind[index].append(comment) }
  }

  /// An entry with its comments: one stands behind it, others above.
  func entry(_ index: Int, _ text: String) -> FlowEntry {
    FlowEntry(text: text, above: above[index] + behind[index].dropLast(), behind: behind[index].last)
  }
}
