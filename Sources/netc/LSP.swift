import ArgumentParser
import Driver

struct LSP: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lsp",
    abstract: "Serve an editor: the Language Server Protocol over stdin and stdout.",
    discussion: """
      An editor starts this command; see docs/editors.md for VS Code, Neovim, Helix and Emacs. It marks mistakes \
      while you type, completes, explains what is under the cursor and goes to definitions.

      EXAMPLE:
        netc lsp
      """)

  /// Some editors add it for every server.
  @Flag(help: .hidden)
  var stdio = false

  @OptionGroup var common: CommonOptions

  func run() throws { try common.run { LanguageServerCommand().run($0) } }
}
