import NetIR

/// Values that the backward pass reads a second time are kept until then, or computed again where it reads them. All
/// are kept where a step's arena has room for them; else those are computed again first that free most bytes for their
/// time.
///
/// Passes over memory are tried before products. A value that is computed again is computed by the same kernel from the
/// same numbers, random ones included: results have the same bits. What it is computed from may be computed again as
/// well, so that segments between kept values come about where memory is short (Chen, Xu, Zhang, Guestrin 2016,
/// "Training Deep Nets with Sublinear Memory Cost").
enum Rematerialise {
  private static let name = "rematerialise"
  static let pass = Pass(
    name: name, summary: "compute values again in the backward pass that memory has no room to keep"
  ) { compilation in
    guard let limit = compilation.options.arenaLimit else { return }
    let step = StepHalves(compilation.graph)
    func arena(_ values: [ValueID]) throws -> Int {
      var rest = compilation
      rest.graph = step.computingAgain(Set(values))
      return try Pipeline.arenaBytes(of: rest, after: name)
    }
    guard try arena([]) > limit else { return }
    let candidates = step.candidates()
    // Passes over what is kept: the fewest of the best that fit.
    let cheap = candidates.filter { !step.graph[$0].op.hasWeights }
    var (few, many) = (0, cheap.count)
    while few < many {
      let middle = (few + many) / 2
      if try arena(Array(cheap[..<middle])) > limit { few = middle + 1 } else { many = middle }
    }
    var chosen = Array(cheap[..<few])
    var least = try arena(chosen)
    // Products, where that is not enough. Chains of them are in memory together when the first is computed again, so
    // that each has to prove itself.
    for value in candidates where step.graph[value].op.hasWeights && least > limit {
      let bytes = try arena(chosen + [value])
      guard bytes < least else { continue }
      chosen.append(value)
      least = bytes
    }
    // Some of them were not in memory when it was short.
    var part = least <= limit ? chosen.count : 0
    while part > 1 {
      part = (part + 1) / 2
      for start in stride(from: 0, to: chosen.count, by: part).reversed() {
        var fewer = chosen
        fewer.removeSubrange(start..<min(start + part, fewer.count))
        if try arena(fewer) <= limit { chosen = fewer }
      }
    }
    compilation.graph = step.computingAgain(Set(chosen))
    compilation.computedAgain = chosen.map { step.graph[$0].name }
  }

  /// A step of training whose forward pass ends with the loss: what stands behind it is the backward pass.
  private struct StepHalves {
    let graph: Graph
    private let loss: ValueID
    /// Whether the backward pass reads a value, or another view of it.
    private let isReadAgain: [Bool]
    /// Whether a value is in memory anyway while the backward pass runs.
    private let stays: [Bool]

    init(_ graph: Graph) {
      self.graph = graph
      loss = graph.outputs[0]
      var read = [Bool](repeating: false, count: graph.nodes.count)
      for id in graph.ids.reversed() {
        let isRead = if case .reshape = graph[id].op { read[id.index] } else { false }
        for operand in graph[id].operands where id > graph.outputs[0] || isRead { read[operand.index] = true }
      }
      isReadAgain = read
      let (isConstant, outputs) = (graph.constants(), Set(graph.outputs))
      stays = graph.ids.map { isConstant[$0.index] || graph[$0].op.isInput || outputs.contains($0) }
    }

    /// What may be computed again, the most bytes for their time first.
    func candidates() -> [ValueID] {
      graph.ids.filter { $0 < loss && isReadAgain[$0.index] && !stays[$0.index] && graph[$0].kernel != nil }
        .map { (id: $0, gain: Double(graph[$0].shape.elements) / Double(max(1, time(of: $0)))) }
        .sorted { ($1.gain, $0.id) < ($0.gain, $1.id) }.map(\.id)
    }

    /// Nanoseconds to compute a value, and what is gone by then that it is computed from.
    private func time(of id: ValueID) -> Int {
      graph[id].operands.filter { isGone($0) }
        .reduce(graph[id].choice?.taken?.nanoseconds ?? 0) { $0 + time(of: $1) }
    }

    /// Whether nothing keeps a value for the backward pass.
    private func isGone(_ id: ValueID) -> Bool { !stays[id.index] && !isReadAgain[id.index] }

    /// - Parameter values: are computed again where the backward pass reads them first.
    func computingAgain(_ values: Set<ValueID>) -> Graph {
      var copies: [ValueID: ValueID] = [:]
      func isMissing(_ id: ValueID) -> Bool {
        if values.contains(id) || isGone(id) { return true }
        guard case .reshape = graph[id].op, !stays[id.index] else { return false }
        return isMissing(graph[id].operands[0])
      }
      func copy(of id: ValueID, in result: inout Graph) -> ValueID {
        if let known = copies[id] { return known }
        var node = graph[id]
        node.operands = node.operands.map { isMissing($0) ? copy(of: $0, in: &result) : $0 }
        node.name += " again"
        let made = result.append(node)
        copies[id] = made
        return made
      }
      return graph.rewritten { result, id, node in
        // Nodes of the forward pass keep their places.
        guard id > loss else { return result.append(node) }
        var node = node
        for (place, operand) in graph[id].operands.enumerated() where operand <= loss && isMissing(operand) {
          node.operands[place] = copy(of: operand, in: &result)
        }
        return result.append(node)
      }
    }
  }
}
