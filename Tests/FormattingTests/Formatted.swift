import Diagnostics
import Driver
import FileTestSupport
import Formatting
import Layers
import Testing

/// A spec that was formatted in memory, with what every result has to keep.
struct Formatted {
  let source: String
  /// The canonical text; the source where nothing changed, empty after a refusal.
  let text: String
  let outcome: FormattedSpec.Outcome

  /// - Parameter path: for `include`, whose files are looked up beside it.
  init(_ source: String, path: String = "net.yaml") {
    self.source = source
    outcome = FormattedSpec(SpecLoader.understand(Array(source.utf8), path, as: path), path).outcome
    switch outcome {
    case .changed(let text): self.text = text
    case .unchanged: text = source
    default: text = ""
    }
  }

  /// What makes a result wrong whatever it was made from; empty when all is well.
  ///
  /// The oracle is the compiler: the graphs of both texts, which hold every layer's operation, size and parameter.
  func faults(path: String = "net.yaml") throws -> [String] {
    var faults: [String] = []
    switch outcome {
    case .refused: faults.append("refused")
    case .unsafe(let reason): faults.append("unsafe: \(reason)")
    default: break
    }
    let again = Formatted(text, path: path)
    if again.outcome != .unchanged { faults.append("not idempotent:\n\(again.text)") }
    let (before, after) = (try Self.graph(source, path), try Self.graph(text, path))
    if before != after { faults.append("another network:\n\(after ?? "none")\ninstead of\n\(before ?? "none")") }
    if text.contains("\r") || text.contains("\u{FEFF}") || !text.hasSuffix("\n") { faults.append("bad line ends") }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.contains(where: { $0.last == " " }) { faults.append("blanks at the end of a line") }
    if text.contains("\n\n\n") || text.hasPrefix("\n") { faults.append("empty lines in a row") }
    return faults
  }

  /// The network as primitive operations; nil if it has errors.
  static func graph(_ text: String, _ path: String) throws -> String? {
    let loaded = SpecLoader.understand(Array(text.utf8), path, as: path)
    guard let network = loaded.network else { return nil }
    let (graph, _) = try network.lowered(batch: 2)
    let names = network.layers.map { "\($0.name) \($0.typeName) \($0.inputs)" }
    let sources = network.weights.map { "\($0.name) \(initialiser($0.source)) \($0.role) \($0.storedShape)" }
    let rest = "\(network.name) \(network.classes) \(network.preprocessing) \(network.optimizer)"
    return ([rest, graph.printed()] + names + sources).joined(separator: "\n")
  }

  private static func initialiser(_ source: WeightSource) -> String {
    switch source {
    case .initialiser(let initialiser): "\(initialiser)"
    case .tied(let layer, _): layer
    }
  }
}

extension String {
  /// The comments of a text whose scalars have no `#`, sorted.
  var comments: [String] {
    split { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }.compactMap { line in
      line.firstIndex(of: "#").map { String(line[$0...]) }
    }.sorted()
  }
}
