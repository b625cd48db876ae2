import Diagnostics
import YAMLSyntax

/// Where layers are written out.
struct ExpansionScope {
  /// `conv2/first`, or empty outside of blocks.
  var path = ""
  var constants: Constants
  /// The blocks that are being written out, the outermost first.
  var uses: [BlockUse] = []
  var namer = LayerNamer()
  /// What a layer without an incoming is fed by; nil at the beginning of a spec.
  var previous: Reference?
  /// Something above could not be read: who depends on it stays quiet.
  var isBroken = false
  /// Nothing in it learns.
  var isFrozen = false

  /// The full name of a layer of this scope.
  func full(_ name: String) -> String { path.isEmpty || name.isEmpty ? name : "\(path)/\(name)" }

  /// The layers that a layer names as its incomings; nil where it names none.
  func incomings(of layer: WrittenLayer) -> [Reference]? {
    guard let entry = layer.entry("incomings") ?? layer.entry("incoming") else { return nil }
    let nodes = entry.value.elements ?? [entry.value]
    return nodes.compactMap { node in
      node.scalarText.map { Reference(name: $0, span: node.span, scope: path) }
    }
  }

  /// A mistake inside of a block is shown with the places where the block is used.
  func explained(_ diagnostic: Diagnostic) -> Diagnostic {
    var diagnostic = diagnostic
    diagnostic.related += uses.reversed().map(\.note)
    return diagnostic
  }
}
