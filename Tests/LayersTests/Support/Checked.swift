import Diagnostics
import Layers
import NetIR
import Testing
import YAMLSyntax

/// A spec run through the whole front end.
struct Checked {
  let map: SourceMap
  let spec: Spec?
  let network: Network?
  let bag: DiagnosticBag

  init(_ text: String) { self.init(bytes: Array(text.utf8)) }

  init(bytes: [UInt8]) {
    var map = SourceMap()
    var bag = DiagnosticBag()
    let id = map.add(SourceFile(path: "net.yaml", bytes: bytes))
    self.map = map
    guard let root = parseYAML(id, in: map, bag: &bag) else {
      (spec, network, self.bag) = (nil, nil, bag)
      return
    }
    let (spec, read) = SpecReader.read(root, fileName: "net")
    bag.append(read)
    let (network, elaborated) = Elaborator.elaborate(spec)
    bag.append(elaborated)
    self.spec = spec
    self.network = bag.hasErrors ? nil : network
    self.bag = bag
  }

  /// The network of these lines of `layers`.
  init(layers: [String]) {
    self.init("layers:\n" + layers.map { "  - \($0)\n" }.joined())
  }

  /// An input called `in` and one layer behind it, on lines 2 and 3.
  init(_ layer: String, on input: String) {
    self.init(layers: ["Input: {name: in, shape: \(input)}", layer])
  }

  var diagnostics: [Diagnostic] { bag.sorted }
  var codes: [DiagnosticCode] { diagnostics.map(\.code) }

  /// The code of each diagnostic and what it underlines: `N0105 [1, 2]`.
  var marks: [String] {
    diagnostics.map { "\($0.code.rawValue) \(underlined($0) ?? "?")" }
  }

  /// `N0105 3:14` of each diagnostic.
  var summary: [String] {
    diagnostics.map { diagnostic in
      guard let span = diagnostic.span else { return diagnostic.code.rawValue }
      return "\(diagnostic.code.rawValue) \(span.start.line):\(span.start.column)"
    }
  }

  var rendered: String { TextRenderer(map: map, color: false, width: nil).render(diagnostics) }

  /// What a diagnostic underlines.
  func underlined(_ diagnostic: Diagnostic) -> String? {
    diagnostic.span.flatMap(text)
  }

  func text(_ span: SourceSpan) -> String? {
    guard span.start.line == span.end.line, let line = map[span.file].line(span.start.line) else { return nil }
    let scalars = line.unicodeScalars.dropFirst(span.start.column - 1)
    return String(String.UnicodeScalarView(scalars.prefix(span.end.column - span.start.column)))
  }

  /// The one thing that is wrong.
  func only() throws -> Diagnostic {
    try #require(diagnostics.count == 1, "\(rendered)")
    return diagnostics[0]
  }

  /// The network, which must be free of errors.
  func good() throws -> Network { try #require(network, "\(rendered)") }

  func layer(_ name: String) throws -> Network.Layer {
    try #require(try good().layers.first { $0.name == name }, "no layer \(name)")
  }
}

extension Diagnostic {
  var span: SourceSpan? { if case .source(let label) = place { label.span } else { nil } }
  var label: String { if case .source(let label) = place { label.text } else { "" } }
}

/// One layer on one input: elaborated, lowered for a batch of three and verified.
struct Built {
  let checked: Checked
  let layer: Network.Layer
  /// The ops that the layer became, parameters left out.
  let ops: [GraphOp]

  init(_ text: String, on input: String) throws { try self.init(Checked(text, on: input)) }

  /// The last layer of a spec.
  init(_ checked: Checked) throws {
    self.checked = checked
    let network = try checked.good()
    layer = try #require(network.layers.last)
    let (graph, nodes) = try network.lowered(batch: 3)
    try graph.verify()
    let output = try #require(graph.outputs.first)
    #expect(graph[output].shape == layer.shape.withBatch(3))
    let range = try #require(nodes.last)
    ops = graph.nodes[range].map(\.op).filter { if case .constant = $0 { false } else { true } }
  }

  var shape: LayerShape { layer.shape }

  /// `W 6×1×5×5` of each parameter.
  var weights: [String] { layer.weights.map { "\($0.suffix) \($0.shape.crossed)" } }

  var codes: [DiagnosticCode] { checked.codes }
}

/// What a value type makes of a YAML text, and the codes of what it complains about.
func decode<Value>(_ type: ValueType<Value>, _ text: String) throws -> (value: Value?, codes: [String]) {
  let node = try yaml(text)
  var context = DecodeContext(layerType: "Test", key: "value")
  let value = type.decode(node, &context)
  #expect((value == nil) == context.bag.hasErrors, "\(text): a value or a report, and not both")
  return (value, context.bag.sorted.map(\.code.rawValue))
}

func yaml(_ text: String) throws -> Node {
  var map = SourceMap()
  var bag = DiagnosticBag()
  let id = map.add(SourceFile(path: "value.yaml", bytes: Array(text.utf8)))
  return try #require(parseYAML(id, in: map, bag: &bag))
}
