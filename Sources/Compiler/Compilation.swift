import NetIR

/// What passes work on: the graph, and at the end the plan.
package struct Compilation: Sendable {
  package var graph: Graph
  package let options: CompileOptions
  /// Whether the graph is a step of training.
  package let isTraining: Bool
  /// The graph without anything that depends on the target, kept for other machines.
  package var portable: Graph?
  package var plan: Plan?
  /// Counted while passes run, for the plan's last line.
  package var graphOps = 0
  package var foldedNorms = 0
  /// Values of the forward pass that the backward pass computes again, by name.
  package var computedAgain: [String] = []

  package init(graph: Graph, options: CompileOptions, isTraining: Bool = false) {
    self.graph = graph
    self.options = options
    self.isTraining = isTraining
  }
}

/// A network compiled: what runs here, and what is left of the source for other machines.
package struct CompiledNetwork: Sendable {
  package var plan: Plan
  /// The optimised graph before kernels and layouts: `plan.constants` name values in it.
  package var portable: Graph
  /// Values that a step of training computes again for its backward pass, by name.
  package var computedAgain: [String] = []
}

/// A compilation that failed; `netc` bugs and unsupported targets are told apart.
package struct CompileError: Error, Sendable {
  package enum Reason: Sendable { case unsupported, bug }
  package var reason: Reason
  package var message: String

  package init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }
}
