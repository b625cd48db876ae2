import Compiler
import Drawing
import Layers
import NetIR

/// A network as a diagram: a box per layer, its shape below it, its blocks as frames around it.
///
/// A batch normalisation, nonlinearity or dropout that alone reads the layer above it is a strip of that
/// layer's box: its shape is the same, and drawings of deep networks become half as long.
package struct NetworkDiagram: Sendable {
  package let diagram: Diagram
  /// The box of each layer, in the order of the network.
  package let box: [Int]

  /// - Parameter report: its rows may be in any order.
  package init(_ report: NetworkReport) {
    let network = report.network
    var users = Array(repeating: 0, count: network.layers.count)
    for layer in network.layers { for input in layer.inputs { users[input] += 1 } }
    for output in network.outputs { users[output] += 1 }
    let rows = report.rows.sorted { $0.index < $1.index }
    var nodes: [Diagram.Node] = []
    var edges: [Diagram.Edge] = []
    var box: [Int] = []
    for (index, layer) in network.layers.enumerated() {
      let (groups, title) = LayerPath.split(layer.name)
      let row = rows[index]
      let tint = Tint(row.ops)
      let isOutput = network.outputs.contains(index)
      if layer.inputs.count == 1, Self.isSmall(layer.kind), users[layer.inputs[0]] == 1,
        !(network.layers[layer.inputs[0]].kind is Input), nodes[box[layer.inputs[0]]].groups == groups
      {
        let place = box[layer.inputs[0]]
        nodes[place].strips.append(Self.strip(layer, title, head: nodes[place].title, row, tint))
        nodes[place].label = layer.shape.crossed
        nodes[place].isOutput = isOutput
        nodes[place].hint += "\n" + Self.hint(row)
        box.append(place)
        continue
      }
      edges += layer.inputs.map { Diagram.Edge(from: box[$0], to: nodes.count) }
      box.append(nodes.count)
      nodes.append(
        Diagram.Node(
          groups: groups, title: title, lines: Self.lines(layer, row), tint: tint, label: layer.shape.crossed,
          isOutput: isOutput, hint: Self.hint(row)))
    }
    self.box = box
    diagram = Diagram(title: report.name, subtitle: Self.subtitle(report), nodes: nodes, edges: edges)
  }

  private static func isSmall(_ kind: any LayerKind) -> Bool {
    kind is BatchNorm || kind is NonlinearityLayer || kind is Dropout
  }

  private static func strip(
    _ layer: Network.Layer, _ name: String, head: String, _ row: NetworkReport.Row, _ tint: Tint
  ) -> Diagram.Strip {
    let word = (layer.kind as? NonlinearityLayer)?.nonlinearity.name ?? layer.typeName
    // `conv1_bn` below `conv1` says nothing that its type does not.
    let isNamed = name != "\(head)_bn" && name != "\(head)_nonlin" && !Self.isCounted(name, layer.typeName)
    let notes = [
      isNamed && name != word ? word : nil,
      row.parameters == 0 ? nil : "\(Format.short(row.parameters)) params",
    ]
    return Diagram.Strip(
      title: isNamed ? name : word, note: notes.compactMap { $0 }.joined(separator: " · "), tint: tint)
  }

  /// Whether netc gave the name: the type in small letters and a number.
  private static func isCounted(_ name: String, _ type: String) -> Bool {
    name.hasPrefix(type.lowercased()) && Int(name.dropFirst(type.count)) != nil
  }

  private static func lines(_ layer: Network.Layer, _ row: NetworkReport.Row) -> [String] {
    var words = [layer.typeName]
    if let window = row.window?.words { words.append(window) }
    if let nonlinearity = layer.nonlinearity, nonlinearity != .linear { words.append("· \(nonlinearity.name)") }
    var lines = [words.joined(separator: " ")]
    let numbers = [
      row.parameters == 0 ? nil : "\(Format.short(row.parameters)) params",
      row.work.macs == 0 ? nil : "\(Format.short(row.work.macs)) MACs",
    ].compactMap { $0 }
    if !numbers.isEmpty { lines.append(numbers.joined(separator: " · ")) }
    return lines
  }

  private static func hint(_ row: NetworkReport.Row) -> String {
    var text = "\(row.name): \(row.type), \(row.outputShape.crossed), \(Format.grouped(row.parameters)) parameters"
    if row.state > 0 { text += ", \(Format.grouped(row.state)) state" }
    text += ", \(Format.grouped(row.work.macs)) MACs"
    if let field = row.field { text += ", field \(field.size.crossed)" }
    return text
  }

  private static func subtitle(_ report: NetworkReport) -> String {
    let inputs = report.inputShapes.map(\.crossed).joined(separator: ", ")
    return "input \(inputs) · \(Format.grouped(report.parameters)) parameters · "
      + "\(Format.short(report.work.macs)) MACs per example"
  }
}

/// `conv2/first/a`: blocks, and the layer's own name.
enum LayerPath {
  static func split(_ name: String) -> (groups: [String], name: String) {
    let parts = name.split(separator: "/").map(String.init)
    return parts.isEmpty ? ([], name) : (Array(parts.dropLast()), parts[parts.count - 1])
  }
}

extension Network.Layer {
  /// What a layer with weights applies to its result.
  fileprivate var nonlinearity: Nonlinearity? {
    switch kind {
    case let layer as Conv2D: layer.nonlinearity
    case let layer as Dense: layer.nonlinearity
    case let layer as NonlinearityLayer: layer.nonlinearity
    default: nil
    }
  }
}

extension Tint {
  /// The family of a layer, by the weightiest of its ops.
  init(_ ops: [GraphOp]) {
    let tints = ops.map(Tint.init(_:))
    let order: [Tint] = [
      .input, .convolution, .dense, .pooling, .normalisation, .merge, .activation, .shape, .conversion,
    ]
    self = order.first(where: tints.contains) ?? (ops.isEmpty ? .shape : .other)
  }

  init(_ op: GraphOp) {
    switch op {
    case .input: self = .input
    case .conv2D, .transposedConv2D: self = .convolution
    case .dense: self = .dense
    case .pool2D, .globalPool: self = .pooling
    case .batchNorm, .scaleShift, .lrn, .standardize: self = .normalisation
    case .elementwise, .concat: self = .merge
    case .activation, .parametricRectify, .randomizedRectify, .softmax: self = .activation
    case .reshape, .pad, .dropout, .gaussianNoise, .rearrange, .upscaleBilinear: self = .shape
    case .copy: self = .conversion
    default: self = .other
    }
  }
}
