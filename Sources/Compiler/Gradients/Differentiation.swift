import NetIR

/// Why a graph has no gradient: the op, and the layer that it came from.
package struct GradientProblem: Error, Sendable, Equatable {
  package var layer: String
  package var op: String
  package var reason: String

  package var message: String { "\(op) of `\(layer)` has no gradient: \(reason)" }
}

/// Reverse-mode differentiation (Linnainmaa 1970) of graphs into graphs: what it adds are nodes like any other, which
/// go through the same passes.
package enum Differentiation {
  /// Adds the derivatives of a scalar to a graph.
  ///
  /// Only what lies between the variables and the scalar is differentiated: there is no data gradient for a layer
  /// that nothing trainable comes before.
  /// - Parameters:
  ///   - scalar: a value of one element.
  ///   - variables: the values that derivatives are wanted of.
  ///   - factor: a value of the scalar's shape that all derivatives are multiplied by; 1 where nil.
  /// - Returns: for each variable the value that holds its derivative, of its shape; nil where the scalar does not
  ///   depend on it.
  /// - Throws: `GradientProblem` where an op on the way is for inference alone or has values that cannot be varied.
  package static func gradients(
    of scalar: ValueID, for variables: [ValueID], times factor: ValueID? = nil, in graph: inout Graph
  ) throws -> [ValueID?] {
    guard graph[scalar].shape.elements == 1 else {
      throw GraphProblem("`\(graph[scalar].name)` is \(graph[scalar].shape), no scalar")
    }
    let varies = dependents(of: variables, in: graph)
    guard varies[scalar.index] else { return variables.map { _ in nil } }
    var parts = [[ValueID]](repeating: [], count: scalar.index + 1)
    var totals = [ValueID?](repeating: nil, count: scalar.index + 1)
    // The graph is replaced when everything went well.
    var step = GradientStep(graph: graph, result: scalar, g: scalar)
    parts[scalar.index] = [try factor ?? step.fill(1, graph[scalar].shape)]
    for index in (0...scalar.index).reversed() where varies[index] && !parts[index].isEmpty {
      step.result = ValueID(index)
      step.g = try step.sum(parts[index])
      totals[index] = step.g
      for (place, operand) in step.node.operands.enumerated() where varies[operand.index] {
        guard let part = try step.gradient(place) else { continue }
        guard step.graph[part].shape == step.graph[operand].shape else {
          throw GraphProblem("a gradient of `\(step.graph[operand].name)` is \(step.graph[part].shape)")
        }
        parts[operand.index].append(part)
      }
    }
    graph = step.graph
    return variables.map { totals.indices.contains($0.index) ? totals[$0.index] : nil }
  }

  private static func dependents(of variables: [ValueID], in graph: Graph) -> [Bool] {
    var varies = [Bool](repeating: false, count: graph.nodes.count)
    for variable in variables { varies[variable.index] = true }
    for id in graph.ids where graph[id].operands.contains(where: { varies[$0.index] }) { varies[id.index] = true }
    return varies
  }
}
