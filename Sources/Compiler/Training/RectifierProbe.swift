import NetIR

/// A network whose outputs are what its rectifiers give: of each unit or channel (N×C) the largest value.
package struct RectifierProbe: Sendable {
  package let graph: Graph
  /// The layer of each output.
  package let layers: [String]
  /// How many units each output has.
  package var units: [Int] { graph.outputs.map { graph[$0].shape[1] } }

  /// - Parameter network: as it is lowered, before any pass.
  /// - Returns: nil where nothing is rectified.
  package init?(_ network: Graph) throws {
    let isConstant = network.constants()
    let rectifiers = network.ids.filter {
      network[$0].op == .activation(.rectify) && !isConstant[$0.index] && network[$0].shape.count >= 2
    }
    guard !rectifiers.isEmpty else { return nil }
    layers = rectifiers.map { network[$0].name }
    var graph = network
    graph.outputs = try rectifiers.map { value in
      graph[value].shape.count == 2
        ? value : try graph.add(.globalPool(.max), [value], name: "\(graph[value].name) at most")
    }
    self.graph = graph
  }
}
