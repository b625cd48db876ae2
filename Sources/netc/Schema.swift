import ArgumentParser
import Driver

struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of a spec, for editors.",
    discussion: """
      Editors that know JSON Schema complete and check a spec with it. A first line \
      `# yaml-language-server: $schema=netc.schema.json` in the spec connects both. `netc lsp` knows more: \
      shapes, connections, constants.

      EXAMPLE:
        netc schema > netc.schema.json
      """)

  @OptionGroup var common: CommonOptions

  func run() throws { try common.run { SchemaCommand().run($0) } }
}
