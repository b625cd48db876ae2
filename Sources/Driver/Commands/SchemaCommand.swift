/// `netc schema`: the JSON Schema of a spec, for editors that do not speak to `netc lsp`.
package struct SchemaCommand: Sendable {
  package init() {}

  package func run(_ console: Console) -> ExitCode {
    console.out(JSONSchema.text)
    return .good
  }
}
