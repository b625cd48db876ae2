import Glibc
import LanguageServer

/// `netc lsp`: an editor's language server on the standard streams.
package struct LanguageServerCommand: Sendable {
  package init() {}

  package func run(_ console: Console) -> ExitCode {
    var loop = ServerLoop(input: STDIN_FILENO, output: STDOUT_FILENO, version: Version.number)
    return loop.run() ? .good : .wrongInput
  }
}
