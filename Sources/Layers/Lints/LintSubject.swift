import Diagnostics
import NetIR

/// What lints look at: the network, and how its spec was written.
struct LintSubject {
  let network: Network
  let spec: Spec
  /// How each layer of the network was written.
  let declarations: [LayerDeclaration]
  /// The layers that each layer feeds.
  let users: [[Int]]
  let fields: [ReceptiveField?]

  init(_ network: Network, _ spec: Spec, _ declarations: [LayerDeclaration]) {
    (self.network, self.spec, self.declarations) = (network, spec, declarations)
    var users = [[Int]](repeating: [], count: network.layers.count)
    for (index, layer) in network.layers.enumerated() {
      for input in layer.inputs { users[input].append(index) }
    }
    self.users = users
    fields = ReceptiveField.all(of: network)
  }

  var layers: [Network.Layer] { network.layers }

  /// The only input of a layer; nil for none or several.
  func input(of index: Int) -> Int? { layers[index].inputs.count == 1 ? layers[index].inputs[0] : nil }

  /// Goes back from a layer, itself included, past those that are `clear`.
  func origin(of index: Int, past clear: (any LayerKind) -> Bool) -> Int {
    var current = index
    while clear(layers[current].kind), let input = input(of: current) { current = input }
    return current
  }

  /// Layers that hand every number on, or drop it: what they are given decides what they give.
  static func isClear(_ kind: any LayerKind) -> Bool {
    kind is Dropout || kind is SpatialDropout || kind is Flatten || kind is Reshape || kind is Dimshuffle
      || kind is Slice
  }

  /// Whether a layer's parameter was written out.
  func isWritten(_ parameter: String, of index: Int) -> Bool { declarations[index].places[parameter] != nil }

  /// A warning about a layer, at one of its parameters if that is written.
  func warning(
    _ code: DiagnosticCode, _ message: String, at index: Int, _ parameter: String? = nil, label: String = "",
    notes: [String] = [], related: [Diagnostic.Related] = [], help: [String] = []
  ) -> Diagnostic {
    let declaration = declarations[index]
    let place = parameter.flatMap { declaration.places[$0] } ?? declaration.typeSpan
    return Diagnostic(
      code, message, at: place, label: label, notes: notes,
      related: related + declaration.uses.reversed().map(\.note), help: help)
  }
}
