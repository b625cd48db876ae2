import Exchange

/// A word that the editor offers.
struct CompletionItem: Sendable {
  /// Numbers of the protocol's kinds.
  enum Kind: Int, Sendable {
    case function = 3, type = 7, block = 9, key = 10, value = 12, word = 20, constant = 21, layer = 18
  }

  var label: String
  var kind: Kind
  var detail = ""
  var doc = ""
  /// What is inserted; the label without it.
  var text: String?
  /// What is inserted where the client has places to fill in: `$1`, `${2:32}`.
  var snippet: String?
  /// Items are shown by rank, then in the order of their list.
  var rank = 1

  func json(replacing range: JSONValue, order: Int, client: ClientAbilities) -> JSONValue {
    let usesSnippet = client.snippets && snippet != nil
    let new = usesSnippet ? snippet ?? label : text ?? label
    let digits = String(order)
    var members: [(String, JSONValue)] = [
      ("label", .string(label)), ("kind", .int(kind.rawValue)),
      ("sortText", .string("\(rank)" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits)),
      ("filterText", .string(label)), ("insertTextFormat", usesSnippet ? 2 : 1),
      ("textEdit", ["range": range, "newText": .string(new)]),
    ]
    if !detail.isEmpty { members.append(("detail", .string(detail))) }
    if !doc.isEmpty { members.append(("documentation", client.content(doc))) }
    return .object(members)
  }
}
