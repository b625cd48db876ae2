import Diagnostics
import Layers
import NetIR

/// How diagnostics are written.
package enum DiagnosticFormat: String, CaseIterable, Sendable {
  case text, short, json
}

/// `netc check`: parse, elaborate, shape-check; every error and warning of every file.
package struct CheckCommand: Sendable {
  package var specs: [String]
  package var format: DiagnosticFormat
  /// Warnings fail.
  package var strict: Bool

  package init(specs: [String], format: DiagnosticFormat = .text, strict: Bool = false) {
    (self.specs, self.format, self.strict) = (specs, format, strict)
  }

  package func run(_ console: Console) -> ExitCode {
    var failed = false
    for path in specs {
      let loaded = SpecLoader.load(path)
      DiagnosticPrinter(console, format, warnings: true).print(loaded)
      let isTooStrict = strict && !loaded.bag.hasErrors && loaded.bag.warningCount > 0
      if loaded.bag.hasErrors || isTooStrict { failed = true }
      guard format == .text, let network = loaded.network else { continue }
      if isTooStrict {
        let warnings = Format.count(loaded.bag.warningCount, "warning")
        console.err("error: \(warnings) in \(SafeText.escaped(loaded.path)), and `--strict` allows none\n")
      } else if !console.quiet {
        console.out(Self.summary(loaded.path, network, warnings: loaded.bag.warningCount))
      }
    }
    return failed ? .wrongInput : .good
  }

  /// `specs/lenet.yaml: 8 layers, 61,706 parameters, 1×32×32 → 10. No problems.`
  static func summary(_ path: String, _ network: Network, warnings: Int) -> String {
    let parameters = network.weights.filter { $0.role == .trainable }.reduce(0) { $0 + $1.shape.elements }
    func shapes(_ indices: [Int]) -> String {
      indices.map { network.layers[$0].shape.crossed }.joined(separator: ", ")
    }
    let problems = warnings == 0 ? "No problems." : "\(Format.count(warnings, "warning"))."
    return
      "\(path): \(Format.count(network.layers.count, "layer")), \(Format.count(parameters, "parameter")), "
      + "\(shapes(network.inputs)) → \(shapes(network.outputs)). \(problems)\n"
  }
}

/// Writes a file's diagnostics in the chosen look: JSON lines are data, the others are for people.
package struct DiagnosticPrinter {
  private let console: Console
  private let format: DiagnosticFormat
  private let showsWarnings: Bool

  /// More than this nobody reads at once, and most of them have one cause.
  private static let mostShown = 20

  /// - Parameter warnings: whether warnings are printed; by default unless `--quiet` is given.
  package init(_ console: Console, _ format: DiagnosticFormat = .text, warnings: Bool? = nil) {
    (self.console, self.format) = (console, format)
    showsWarnings = warnings ?? !console.quiet
  }

  /// For commands that want a network: warnings are the matter of `netc check`.
  package func printErrors(of loaded: LoadedSpec) {
    if loaded.bag.hasErrors { return print(loaded) }
    let warnings = loaded.bag.warningCount
    if warnings > 0 {
      console.note("note: \(Format.count(warnings, "warning")) in \(loaded.path): `netc check` tells\n")
    }
  }

  package func print(_ loaded: LoadedSpec) {
    guard showsWarnings || loaded.bag.hasErrors else { return }
    let text = Self.rendered(loaded, format, color: console.errorColor, width: width)
    if format == .json { console.out(text) } else { console.err(text) }
  }

  /// Problems of a spec that were found after it was checked.
  package func print(_ problems: SpecProblems) {
    let renderer = TextRenderer(map: problems.map, color: console.errorColor, width: width)
    console.err(problems.bag.sorted.map { renderer.render($0) + "\n" }.joined(separator: "\n"))
  }

  /// A problem without a spec: of weights, data, artefacts or options.
  package func print(_ diagnostic: Diagnostic) {
    let renderer = TextRenderer(map: SourceMap(), color: console.errorColor, width: width)
    console.err(renderer.render(diagnostic) + "\n")
  }

  /// Everything that there is to say of a spec; empty when all is well.
  package static func rendered(_ loaded: LoadedSpec, _ format: DiagnosticFormat, color: Bool, width: Int) -> String {
    let diagnostics = loaded.bag.sorted
    switch format {
    case .json:
      let renderer = JSONRenderer(map: loaded.map)
      return diagnostics.map { renderer.render($0) + "\n" }.joined()
    case .short:
      let renderer = ShortRenderer(map: loaded.map)
      return diagnostics.map { renderer.render($0) + "\n" }.joined()
    case .text:
      let renderer = TextRenderer(map: loaded.map, color: color, width: width)
      let summary = loaded.bag.hasErrors ? loaded.bag.summary(of: [loaded.path]).map { $0 + "\n" } : nil
      let hidden = diagnostics.count - mostShown
      let more = hidden > 0 ? "… and \(hidden) more; `--diagnostics short` lists all of them\n\n" : ""
      return diagnostics.prefix(mostShown).map { renderer.render($0) + "\n\n" }.joined() + more + (summary ?? "")
    }
  }

  /// On a terminal lines are cut to fit; in a file they are as wide as people's editors are.
  private var width: Int { console.errorsAreTerminal ? console.width : TextRenderer.defaultWidth }
}
