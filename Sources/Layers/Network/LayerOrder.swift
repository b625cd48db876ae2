import Diagnostics

/// Puts layers into execution order: the written order, except that a layer's inputs come before it. Input
/// layers keep their order among themselves: it numbers the inputs of the network.
struct LayerOrder {
  let layers: [LayerDeclaration]
  let inputs: [[Int]?]

  /// - Returns: the order, without layers that stand in or behind a cycle, and an error per cycle.
  func sorted() -> (order: [Int], cycles: [Diagnostic]) {
    enum Mark { case new, open, done, broken }
    var marks = [Mark](repeating: .new, count: layers.count)
    var order: [Int] = []
    var cycles: [Diagnostic] = []
    // Depth-first with a stack of its own: a chain of layers may be longer than the call stack is deep.
    for root in layers.indices where marks[root] == .new {
      var path: [(layer: Int, next: Int)] = [(root, 0)]
      marks[root] = .open
      while let (layer, next) = path.last {
        let sources = inputs[layer] ?? []
        guard next < sources.count else {
          path.removeLast()
          guard marks[layer] == .open else { continue }
          if layers[layer].kind is Input {
            let earlier = (0..<layer).filter { marks[$0] == .new && layers[$0].kind is Input }
            for input in earlier { marks[input] = .done }
            order += earlier
          }
          marks[layer] = .done
          order.append(layer)
          continue
        }
        path[path.count - 1].next += 1
        let source = sources[next]
        switch marks[source] {
        case .new:
          marks[source] = .open
          path.append((source, 0))
        case .done: break
        case .broken: marks[layer] = .broken
        case .open:
          let start = path.firstIndex { $0.layer == source } ?? 0
          cycles.append(diagnostic(path[start...].map(\.layer)))
          for (member, _) in path { marks[member] = .broken }
        }
      }
    }
    return (order, cycles)
  }

  /// - Parameter members: each layer is an incoming of the one before it.
  private func diagnostic(_ members: [Int]) -> Diagnostic {
    let first = members.min { layers[$0].typeSpan.start < layers[$1].typeSpan.start } ?? members[0]
    let place = members.firstIndex(of: first) ?? 0
    let round = (members[...place].reversed() + members[(place + 1)...].reversed() + [first])
    let text = round.map { "`\(layers[$0].name)`" }.joined(separator: " → ")
    return Diagnostic(
      .cycle,
      members.count == 1 ? "`\(layers[first].name)` is its own input" : "layers feed themselves: \(text)",
      at: layers[first].typeSpan,
      related: members.filter { $0 != first }.map {
        Diagnostic.Related(message: "`\(layers[$0].name)` is part of the cycle", span: layers[$0].typeSpan)
      }, help: ["a layer can only see layers that do not depend on it"])
  }
}
