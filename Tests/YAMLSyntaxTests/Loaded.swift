import Diagnostics
import YAMLSyntax

/// A text run through the loader.
struct Loaded {
  var node: Node?
  var diagnostics: [Diagnostic]
  var map: SourceMap

  init(_ text: String) { self.init(bytes: Array(text.utf8)) }

  init(bytes: [UInt8]) {
    var map = SourceMap()
    var bag = DiagnosticBag()
    let id = map.add(SourceFile(path: "net.yaml", bytes: bytes))
    node = parseYAML(id, in: map, bag: &bag)
    diagnostics = bag.sorted
    self.map = map
  }

  /// "N0002 3:5" of each diagnostic.
  var summary: [String] {
    diagnostics.map { diagnostic in
      guard case .source(let label) = diagnostic.place else { return diagnostic.code.rawValue }
      return "\(diagnostic.code.rawValue) \(Self.text(label.span.start))"
    }
  }

  var rendered: String {
    TextRenderer(map: map, color: false, width: nil).render(diagnostics)
  }

  static func text(_ position: SourcePosition) -> String { "\(position.line):\(position.column)" }

  /// "2:3-2:7" of a span.
  static func text(_ span: SourceSpan?) -> String {
    span.map { "\(text($0.start))-\(text($0.end))" } ?? "none"
  }
}
