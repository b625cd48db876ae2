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
      DiagnosticPrinter(console, format).print(loaded)
      if loaded.bag.hasErrors || strict && loaded.bag.warningCount > 0 { failed = true }
      if let network = loaded.network, format == .text, !console.quiet {
        console.out(Self.summary(path, network, warnings: loaded.bag.warningCount))
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

  /// More than this nobody reads at once, and most of them have one cause.
  private static let mostShown = 20

  package init(_ console: Console, _ format: DiagnosticFormat = .text) {
    (self.console, self.format) = (console, format)
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
    let diagnostics = loaded.bag.sorted
    guard !diagnostics.isEmpty else { return }
    switch format {
    case .json:
      let renderer = JSONRenderer(map: loaded.map)
      for diagnostic in diagnostics { console.out(renderer.render(diagnostic) + "\n") }
    case .short:
      let renderer = ShortRenderer(map: loaded.map)
      for diagnostic in diagnostics { console.err(renderer.render(diagnostic) + "\n") }
    case .text:
      let renderer = textRenderer(loaded.map)
      for diagnostic in diagnostics.prefix(Self.mostShown) { console.err(renderer.render(diagnostic) + "\n\n") }
      if diagnostics.count > Self.mostShown {
        console.err("… and \(diagnostics.count - Self.mostShown) more; `--diagnostics short` lists all of them\n\n")
      }
      if let line = summaryLine(loaded) { console.err(line + "\n") }
    }
  }

  /// A problem without a spec: of weights, data, artefacts or options.
  package func print(_ diagnostic: Diagnostic) {
    console.err(textRenderer(SourceMap()).render(diagnostic) + "\n")
  }

  private func textRenderer(_ map: SourceMap) -> TextRenderer {
    // On a terminal lines are cut to fit; in a file they are as wide as people's editors are.
    TextRenderer(map: map, color: console.errorColor, width: console.errorsAreTerminal ? console.width : 100)
  }

  private func summaryLine(_ loaded: LoadedSpec) -> String? {
    let (errors, warnings) = (loaded.bag.errorCount, loaded.bag.warningCount)
    guard errors > 0 else { return nil }
    var text = "error: \(Format.count(errors, "error"))"
    if warnings > 0 { text += ", \(Format.count(warnings, "warning"))" }
    return text + " in \(loaded.path)"
  }
}
