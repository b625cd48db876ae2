import Exchange
import Testing

@testable import LanguageServer

/// An editor in the same process. In its texts `‸` is the cursor.
struct Client {
  var server = LanguageServer(version: "test")
  private(set) var nextID = 0
  /// What the server has sent besides answers.
  private(set) var notifications: [JSONValue] = []

  static let abilities: JSONValue = [
    "textDocument": [
      "completion": ["completionItem": ["snippetSupport": true]],
      "documentSymbol": ["hierarchicalDocumentSymbolSupport": true],
    ]
  ]

  init(abilities: JSONValue = Client.abilities) throws {
    let answer = try request("initialize", ["processId": nil, "rootUri": nil, "capabilities": abilities])
    #expect(answer["result"]?["capabilities"]?["hoverProvider"] == true)
    notify("initialized", [:])
  }

  mutating func request(_ method: String, _ parameters: JSONValue) throws -> JSONValue {
    nextID += 1
    let id = JSONValue.int(nextID)
    let answers = server.handle([
      ["jsonrpc": "2.0", "id": id, "method": .string(method), "params": parameters]
    ])
    let answer = try #require(answers.first { $0["id"] == id })
    #expect(answer["jsonrpc"] == "2.0")
    return answer
  }

  mutating func notify(_ method: String, _ parameters: JSONValue) {
    notifications += server.handle([["jsonrpc": "2.0", "method": .string(method), "params": parameters]])
  }

  mutating func open(_ text: String, _ uri: String = "file:///specs/spec.yaml") {
    notify(
      "textDocument/didOpen",
      ["textDocument": ["uri": .string(uri), "languageId": "yaml", "version": 1, "text": .string(text)]])
  }

  mutating func change(_ changes: JSONValue, _ uri: String = "file:///specs/spec.yaml", version: Int = 2) {
    notify(
      "textDocument/didChange",
      ["textDocument": ["uri": .string(uri), "version": .int(version)], "contentChanges": changes])
  }

  /// Opens a text with a cursor in it, and asks something about that place.
  mutating func ask(_ method: String, _ text: String, _ uri: String = "file:///specs/spec.yaml") throws -> JSONValue {
    let parts = text.split(separator: "‸", omittingEmptySubsequences: false)
    try #require(parts.count == 2, "one cursor")
    open(parts.joined(), uri)
    return try at(method, Self.position(behind: String(parts[0])), uri)
  }

  mutating func at(_ method: String, _ position: JSONValue, _ uri: String = "file:///specs/spec.yaml") throws
    -> JSONValue
  {
    let answer = try request("textDocument/" + method, ["textDocument": ["uri": .string(uri)], "position": position])
    return try #require(answer["result"], "\(answer)")
  }

  /// The protocol's position at the end of a text.
  static func position(behind text: String) -> JSONValue {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return ["line": .int(lines.count - 1), "character": .int(lines.last?.utf16.count ?? 0)]
  }

  /// The diagnostics that are published of a document now.
  mutating func diagnostics(_ uri: String = "file:///specs/spec.yaml") throws -> [JSONValue] {
    notifications += server.settle()
    let last = try #require(
      notifications.last {
        $0["method"] == "textDocument/publishDiagnostics" && $0["params"]?["uri"]?.stringValue == uri
      })
    return try #require(last["params"]?["diagnostics"]?.arrayValue)
  }

  // MARK: Questions

  mutating func labels(_ text: String) throws -> [String] {
    try items(text).compactMap { $0["label"]?.stringValue }
  }

  mutating func items(_ text: String) throws -> [JSONValue] {
    try #require(try ask("completion", text)["items"]?.arrayValue)
  }

  /// The Markdown of a hover; nil without one.
  mutating func hover(_ text: String) throws -> String? {
    try ask("hover", text)["contents"]?["value"]?.stringValue
  }

  /// The text that a definition points at.
  mutating func definition(_ text: String) throws -> String? {
    let place = try ask("definition", text)
    return place["range"].flatMap { Self.text($0, in: text.filter { $0 != "‸" }) }
  }

  /// What a range of the protocol covers; nil when it lies outside of the text.
  static func text(_ range: JSONValue, in text: String) -> String? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0.utf16) }
    guard let start = range["start"]?.position, let end = range["end"]?.position, start.line == end.line,
      lines.indices.contains(start.line), start.character <= end.character,
      end.character <= lines[start.line].count
    else { return nil }
    return String(decoding: lines[start.line][start.character..<end.character], as: UTF16.self)
  }
}

/// Specs that the tests share.
enum Sample {
  static let lenet = """
    name: lenet
    layers:
      - Input:     {shape: [null, 1, 32, 32]}
      - Conv2D:    {name: conv1, num_filters: 6, filter_size: 5}
      - MaxPool2D: {name: pool1, pool_size: 2}
      - Dense:     {name: output, num_units: 10, nonlinearity: softmax}

    """

  static let blocks = """
    let: {width: 8, double: "${2 * width}"}
    blocks:
      unit:
        parameters: {filters: required, step: 1}
        layers:
          - Conv2D: {name: a, num_filters: $filters, filter_size: 3, pad: same, stride: $step}
          - Conv2D: {name: skip, incoming: input, num_filters: $filters, filter_size: 1, stride: $step}
          - ElemwiseSum: {incomings: [a, skip]}
    layers:
      - Input: {shape: [null, 3, 16, 16]}
      - unit: {name: first, filters: $width}
      - unit: {name: second, filters: $double, step: 2}
      - Dense: {name: output, num_units: 10, incoming: second}

    """
}

extension String {
  /// The text with one occurrence of a word replaced; the test fails where there is none.
  func replacing(first word: String, with other: String) -> String {
    guard let range = self.range(of: word) else {
      Issue.record("no `\(word)` in the text")
      return self
    }
    return self[..<range.lowerBound] + other + self[range.upperBound...]
  }

  private func range(of word: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(word) { return start..<index(start, offsetBy: word.count) }
      start = index(after: start)
    }
    return nil
  }
}
