/// The number of insertions, deletions, replacements and swaps of neighbours between two words. Keeps its rows, so that
/// many words can be compared without allocating.
struct EditDistance {
  private var beforeLast: [Int] = []
  private var last: [Int] = []
  private var row: [Int] = []

  /// - Returns: nil when it is more than `limit`.
  mutating func distance(_ left: [UInt32], _ right: [UInt32], atMost limit: Int) -> Int? {
    let width = right.count + 1
    if row.count < width {
      beforeLast = Array(repeating: 0, count: width)
      last = beforeLast
      row = beforeLast
    }
    for j in 0..<width { last[j] = j }
    for i in 0..<left.count {
      row[0] = i + 1
      var least = i + 1
      for j in 0..<right.count {
        var cost = min(last[j] + (left[i] == right[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        row[j + 1] = cost
        least = min(least, cost)
      }
      // A swap reaches back two rows, and costs one more than what stands there.
      if least > limit + 1 { return nil }
      (beforeLast, last, row) = (last, row, beforeLast)
    }
    return last[right.count] <= limit ? last[right.count] : nil
  }
}
