import NetIR

/// Keeps the graph as it is before anything depends on the target, so that an artefact can be made ready
/// for another machine.
enum KeepPortable {
  static let pass = Pass(
    name: "keep-portable", summary: "keep the graph for machines other than the target"
  ) { compilation in
    compilation.portable = compilation.graph
  }
}
