/// The groups of a diagram as a tree whose levels are free of cycles.
///
/// A group is drawn as one box of the level above it. Where that would close a cycle (a path leaves a group
/// and comes back), the group is split into as many pieces as it takes, all with its name.
struct GroupTree {
  indirect enum Item {
    case node(Int)
    case group(Level)
  }

  struct Level {
    var name: String
    /// In the order of their first nodes.
    var items: [Item]
    /// All nodes inside, ascending.
    var nodes: [Int]
  }

  let root: Level

  init(_ diagram: Diagram) {
    root = Self.level("", Array(diagram.nodes.indices), depth: 0, diagram)
  }

  private static func level(_ name: String, _ nodes: [Int], depth: Int, _ diagram: Diagram) -> Level {
    var groups = Dictionary(
      grouping: nodes.filter { diagram.nodes[$0].groups.count > depth }, by: { diagram.nodes[$0].groups[depth] })
    var parts: [[Int]] = []
    for node in nodes {
      if diagram.nodes[node].groups.count <= depth {
        parts.append([node])
      } else if let members = groups.removeValue(forKey: diagram.nodes[node].groups[depth]) {
        parts.append(members)
      }
    }
    parts = acyclic(parts, diagram).sorted { ($0.first ?? 0) < ($1.first ?? 0) }
    let items = parts.map { part in
      let first = part[0]
      return diagram.nodes[first].groups.count > depth
        ? Item.group(level(diagram.nodes[first].groups[depth], part, depth: depth + 1, diagram)) : .node(first)
    }
    return Level(name: name, items: items, nodes: nodes)
  }

  /// Splits the parts on cycles. Along any path, each step from one part of a cycle to another raises the
  /// depth; pieces of one part with one depth cannot be on a cycle.
  private static func acyclic(_ parts: [[Int]], _ diagram: Diagram) -> [[Int]] {
    var owner: [Int: Int] = [:]
    for (index, part) in parts.enumerated() { for node in part { owner[node] = index } }
    let edges = diagram.edges.compactMap { edge -> (from: Int, to: Int, edge: Diagram.Edge)? in
      guard let from = owner[edge.from], let to = owner[edge.to] else { return nil }
      return (from, to, edge)
    }
    let component = strongComponents(parts.count, edges.map { ($0.from, $0.to) })
    var sizes: [Int: Int] = [:]
    for index in parts.indices { sizes[component[index], default: 0] += 1 }
    guard sizes.values.contains(where: { $0 > 1 }) else { return parts }
    var depth: [Int: Int] = [:]
    for (from, to, edge) in edges.sorted(by: { $0.edge.to < $1.edge.to }) where component[from] == component[to] {
      depth[edge.to] = max(depth[edge.to] ?? 0, (depth[edge.from] ?? 0) + (from == to ? 0 : 1))
    }
    return parts.enumerated().flatMap { index, part in
      guard sizes[component[index]] != 1 else { return [part] }
      return Dictionary(grouping: part) { depth[$0] ?? 0 }.sorted { $0.key < $1.key }.map(\.value)
    }
  }

  /// The number of the strongly connected component of each vertex, by who reaches whom.
  private static func strongComponents(_ count: Int, _ edges: [(Int, Int)]) -> [Int] {
    var next: [[Int]] = Array(repeating: [], count: count)
    var previous = next
    for (from, to) in edges where from != to {
      next[from].append(to)
      previous[to].append(from)
    }
    // Kosaraju: finishing order forwards, then collecting backwards.
    var order: [Int] = []
    var seen = Array(repeating: false, count: count)
    for start in 0..<count where !seen[start] {
      seen[start] = true
      var stack = [(vertex: start, place: 0)]
      while let (vertex, place) = stack.last {
        if place < next[vertex].count {
          stack[stack.count - 1].place += 1
          let other = next[vertex][place]
          if !seen[other] {
            seen[other] = true
            stack.append((other, 0))
          }
        } else {
          order.append(vertex)
          stack.removeLast()
        }
      }
    }
    var component = Array(repeating: -1, count: count)
    for start in order.reversed() where component[start] < 0 {
      var stack = [start]
      component[start] = start
      while let vertex = stack.popLast() {
        for other in previous[vertex] where component[other] < 0 {
          component[other] = start
          stack.append(other)
        }
      }
    }
    return component
  }
}
