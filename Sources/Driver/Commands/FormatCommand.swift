import Diagnostics
import Exchange

/// `netc fmt`: the canonical spelling of specs, in place.
package struct FormatCommand: Sendable {
  package var specs: [String]
  /// Nothing is written; the names of files that would change are.
  package var check: Bool

  package init(specs: [String], check: Bool = false) {
    (self.specs, self.check) = (specs, check)
  }

  package func run(_ console: Console) throws -> ExitCode {
    var code = ExitCode.good
    for path in specs {
      let result = FormattedSpec(path)
      code = max(code, try handle(result, path, console))
    }
    return code
  }

  private func handle(_ result: FormattedSpec, _ path: String, _ console: Console) throws -> ExitCode {
    let shown = SafeText.escaped(result.loaded.path)
    switch result.outcome {
    case .unchanged:
      if path == "-", !check { console.out(Self.source(of: result)) }
      return .good
    case .changed(let text):
      if check {
        console.out("\(shown)\n")
        return .wrongInput
      }
      if path == "-" {
        console.out(text)
      } else {
        try AtomicFile.write(path: path) { (writer) throws(DiagnosticError) in try writer.write(text) }
        console.note("\(shown): formatted\n")
      }
      return .good
    case .refused:
      DiagnosticPrinter(console, warnings: false).print(result.loaded)
      return .wrongInput
    case .unsafe(let reason):
      console.err("netc: bug: \(shown) was left as it is: formatting it would change what it means (\(reason))\n")
      console.err("This is a mistake in netc, not in your file. Please report it with the spec.\n")
      return .bug
    }
  }

  private static func source(of result: FormattedSpec) -> String {
    guard let root = result.loaded.root else { return "" }
    return String(decoding: result.loaded.map[root.span.file].bytes, as: UTF8.self)
  }

  /// The worse of two results.
  private func max(_ first: ExitCode, _ second: ExitCode) -> ExitCode {
    first.rawValue >= second.rawValue ? first : second
  }
}
