/// Who wants what within one level of the group tree, and in which row each item goes.
struct LevelPlan {
  /// A value within this level: where it comes from and which items want it.
  struct Signal {
    var source: Int
    /// nil: from outside.
    var origin: Int?
    var users: [Int]
    var leaves: Bool
  }

  /// By the number of the source.
  let signals: [Signal]
  /// The row of each item; row 0 belongs to values from outside if there are any.
  let ranks: [Int]

  init(_ level: GroupTree.Level, _ diagram: Diagram) {
    signals = Self.signals(level, diagram)
    let hasEntries = signals.contains { $0.origin == nil }
    ranks = Self.ranks(level.items.count, signals, first: hasEntries ? 1 : 0)
  }

  /// The sources whose values come to an item past other rows.
  func distant(for item: Int) -> Set<Int> {
    let far = signals.filter { signal in
      signal.users.contains(item) && ranks[item] > (signal.origin.map { ranks[$0] } ?? 0) + 1
    }
    return Set(far.map(\.source))
  }

  private static func signals(_ level: GroupTree.Level, _ diagram: Diagram) -> [Signal] {
    var owner: [Int: Int] = [:]
    for (index, item) in level.items.enumerated() {
      switch item {
      case .node(let node): owner[node] = index
      case .group(let inner): for node in inner.nodes { owner[node] = index }
      }
    }
    var signals: [Int: Signal] = [:]
    for node in level.nodes where diagram.nodes[node].isOutput {
      signals[node] = Signal(source: node, origin: owner[node], users: [], leaves: true)
    }
    for edge in diagram.edges {
      let (from, to) = (owner[edge.from], owner[edge.to])
      if from == to { continue }
      var signal = signals[edge.from] ?? Signal(source: edge.from, origin: from, users: [], leaves: false)
      if let to {
        if !signal.users.contains(to) { signal.users.append(to) }
      } else {
        signal.leaves = true
      }
      signals[edge.from] = signal
    }
    return signals.values.sorted { $0.source < $1.source }
  }

  /// The longest way from the top; what has no input goes right above its first user.
  private static func ranks(_ count: Int, _ signals: [Signal], first: Int) -> [Int] {
    var next: [[Int]] = Array(repeating: [], count: count)
    var waiting = Array(repeating: 0, count: count)
    var isFed = Array(repeating: false, count: count)
    for signal in signals {
      for user in signal.users {
        isFed[user] = true
        guard let origin = signal.origin else { continue }
        next[origin].append(user)
        waiting[user] += 1
      }
    }
    var ranks = Array(repeating: first, count: count)
    var order = (0..<count).filter { waiting[$0] == 0 }
    var place = 0
    while place < order.count {
      let item = order[place]
      place += 1
      for user in next[item] {
        ranks[user] = max(ranks[user], ranks[item] + 1)
        waiting[user] -= 1
        if waiting[user] == 0 { order.append(user) }
      }
    }
    for item in order.reversed() where !isFed[item] {
      if let nearest = next[item].map({ ranks[$0] }).min() { ranks[item] = nearest - 1 }
    }
    return ranks
  }
}
