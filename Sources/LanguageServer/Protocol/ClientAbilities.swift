import Exchange

/// What the client can show, as far as answers depend on it.
struct ClientAbilities: Sendable {
  var snippets = false
  var markdown = true
  var nestedSymbols = false

  init() {}

  /// From the parameters of `initialize`.
  init(_ parameters: JSONValue) {
    let document = parameters["capabilities"]?["textDocument"]
    snippets = document?["completion"]?["completionItem"]?["snippetSupport"]?.boolValue ?? false
    nestedSymbols = document?["documentSymbol"]?["hierarchicalDocumentSymbolSupport"]?.boolValue ?? false
    let formats = document?["hover"]?["contentFormat"]?.arrayValue
    markdown = formats.map { $0.isEmpty || $0.contains("markdown") } ?? true
  }

  func content(_ text: String) -> JSONValue {
    ["kind": markdown ? "markdown" : "plaintext", "value": .string(text)]
  }
}
