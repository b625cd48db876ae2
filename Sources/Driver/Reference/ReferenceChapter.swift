import Compiler
import Diagnostics
import Layers

/// The reference, made from the tables that the compiler itself works with. `netc explain` prints a chapter's
/// list; `generated/reference` holds each of them whole.
package enum ReferenceChapter: String, CaseIterable, Sendable {
  case layers, nonlinearities, initialisers, diagnostics, passes
  case specKeys = "spec-keys"

  /// Each entry of the chapter in a line.
  func text(_ style: Style, width: Int) -> String {
    "\(style.bold(rawValue))\n\n" + Prose.definitions(entries, style, width: width)
  }

  private var entries: [(term: String, text: String)] {
    switch self {
    case .layers: LayerRegistry.kinds.map { ($0.typeName, $0.summary) }
    case .nonlinearities: NonlinearityInfo.all.map { ($0.name, $0.formula) }
    case .initialisers: InitialiserInfo.all.map { ($0.name, $0.formula) }
    case .diagnostics: DiagnosticCode.allCases.map { ($0.rawValue, $0.title) }
    case .passes: Pipeline.inference.map { ($0.name, $0.summary) }
    case .specKeys: SpecReader.keys.map { ($0.key, $0.doc) }
    }
  }

  /// The whole chapter.
  package var markdown: String {
    switch self {
    case .layers:
      "# Layers\n\nThe suffix `Layer` is optional: `Conv2DLayer` is `Conv2D`. Every layer takes "
        + "\(LayerReference.commonKeys) besides what is listed here.\n\n"
        + LayerRegistry.kinds.map { LayerReference(kind: $0).markdown }.joined(separator: "\n")
    case .nonlinearities:
      "# Nonlinearities\n\nWritten as a name, or with numbers: "
        + "`nonlinearity: {leaky_rectify: {leakiness: 0.2}}`. `null` is `linear`.\n\n"
        + Markdown.table(
          ["name", "also", "f(x)", "parameters"], NonlinearityInfo.all.map { FunctionReference($0).row })
    case .initialisers:
      "# Initialisers\n\nWritten as a name, or with numbers: `W: {normal: {std: 0.02}}`. A number alone is "
        + "`constant`. N is the normal distribution, U the uniform one.\n\n"
        + Markdown.table(
          ["name", "first values", "parameters"],
          InitialiserInfo.all.map { info in
            let row = FunctionReference(info).row
            return [row[0], row[2], row[3]]
          })
    case .diagnostics:
      "# Diagnostics\n\nN00 syntax, N01 schema, N02 shapes, N03 graph, N04 target and options, N05 data and "
        + "weights, W warnings. `netc explain CODE` prints one of these.\n\n"
        + DiagnosticCode.allCases.map { DiagnosticReference(code: $0).markdown }.joined(separator: "\n")
    case .passes:
      "# Passes\n\nIn this order. The graph is verified after each; `netc compile --dump-after PASS` prints it.\n\n"
        + Markdown.table(
          ["#", "pass", "what it does"], align: "r",
          Pipeline.inference.enumerated().map { ["\($0 + 1)", "`\($1.name)`", $1.summary] })
    case .specKeys:
      "# Keys of a spec\n\n" + Self.table(SpecReader.keys)
        + Self.sections.map { "\n## In `\($0.key)`\n\n" + Self.table($0.rows) }.joined()
    }
  }

  /// Keys that have keys of their own.
  static let sections = [(key: "base", rows: SpecKeys.base), (key: "blocks", rows: SpecKeys.block)]

  private static func table(_ rows: [SpecKeys.Row]) -> String {
    Markdown.table(["key", "what"], rows.map { ["`\($0.key)`", $0.doc] })
  }

  private static func listed(_ words: [String]) -> String {
    words.map { "`\($0)`" }.joined(separator: ", ")
  }
}
