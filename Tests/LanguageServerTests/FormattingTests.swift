import Driver
import Exchange
import FileTestSupport
import Testing

@testable import LanguageServer

@Suite struct FormattingTests {
  private static let uri = "file:///specs/spec.yaml"

  private func answer(_ client: inout Client, _ uri: String = uri) throws -> JSONValue {
    try client.request(
      "textDocument/formatting",
      ["textDocument": ["uri": .string(uri)], "options": ["tabSize": 8, "insertSpaces": false]])
  }

  /// The edits, or nil for the answer `null`.
  private func edits(_ client: inout Client, _ uri: String = uri) throws -> [JSONValue]? {
    let result = try #require(try answer(&client, uri)["result"])
    return result.arrayValue
  }

  /// The text as an editor has it after the edits, all of which mean places in the old text.
  private func applied(_ edits: [JSONValue], to text: String) throws -> String {
    let document = DocumentText(text)
    var bytes = document.bytes
    var last = document.bytes.count + 1
    for edit in edits.reversed() {
      let start = document.offset(of: try #require(edit["range"]?["start"]?.position))
      let end = document.offset(of: try #require(edit["range"]?["end"]?.position))
      try #require(start <= end && end < last, "edits touch each other")
      last = start
      bytes.replaceSubrange(start..<end, with: try #require(edit["newText"]?.stringValue).utf8)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What `netc fmt` makes of a text.
  private func canonical(_ text: String) throws -> String {
    let path = "/specs/spec.yaml"
    let outcome = FormattedSpec(SpecLoader.understand(Array(text.utf8), path, as: path), path).outcome
    guard case .changed(let result) = outcome else { return outcome == .unchanged ? text : "\(outcome)" }
    return result
  }

  private static let crooked = """
    name:   crooked    # a name
    layers:
    - [in, InputLayer, {shape: [null, 1, 32, 32]}]
    # äöü 😀
    - Conv2D: {filter_size: 5, num_filters: 6}
    - MaxPool2D: {pool_size: 2}
    - Dense:     {num_units: 10}   # 😀 the end
    """

  @Test func announced() {
    var server = LanguageServer(version: "test")
    let answer = server.handle([["jsonrpc": "2.0", "id": 1, "method": "initialize"]]).first
    #expect(answer?["result"]?["capabilities"]?["documentFormattingProvider"] == true)
  }

  @Test(arguments: [
    crooked, crooked + "\n", crooked.split(separator: "\n").joined(separator: "\r\n"),
    crooked.split(separator: "\n").joined(separator: "\r") + "\r", "\u{FEFF}" + crooked,
    Sample.blocks, "\n\n\n" + Sample.lenet + "\n\n\n",
    Sample.lenet.replacing(first: "{name: conv1, num_filters: 6", with: "{num_filters: 6, name: conv1"),
  ])
  func editsGiveTheCanonicalText(text: String) throws {
    var client = try Client()
    client.open(text)
    let result = try applied(try #require(try edits(&client)), to: text)
    #expect(try result == canonical(text))
    client.change([["text": .string(result)]])
    #expect(try edits(&client) == [])
  }

  @Test func canonicalDocumentsStay() throws {
    var client = try Client()
    client.open(Sample.lenet)
    #expect(try edits(&client) == [])
  }

  /// Lines that are as they should be are not touched: cursors and folds stay where they are.
  @Test func onlyLinesThatDifferAreChanged() throws {
    var client = try Client()
    client.open(
      """
      # one

      layers:
        - Input:   {shape: [null, 3, 8, 8]}
        - Conv2D:  {filter_size: 3, num_filters: 4}
        - Flatten: {}
        - Dense:   {num_units: 4}
        - Dense:   {"num_units": 3}

      """)
    let found = try #require(try edits(&client))
    #expect(
      found == [
        [
          "range": ["start": ["line": 4, "character": 0], "end": ["line": 5, "character": 0]],
          "newText": "  - Conv2D:  {num_filters: 4, filter_size: 3}\n",
        ],
        [
          "range": ["start": ["line": 7, "character": 0], "end": ["line": 8, "character": 0]],
          "newText": "  - Dense:   {num_units: 3}\n",
        ],
      ])
  }

  /// A shape that is wrong does not hinder; a text whose meaning is open stays as it is.
  @Test func errors() throws {
    var client = try Client()
    for text in ["layers: [", "layers:\n  - Dense: {num_unit: 3}\n", "- a\n", "", "layers:\n\t- Flatten\n"] {
      client.open(text)
      #expect(try edits(&client) == nil, "\(text)")
    }
    client.open("layers:\n- Input: {shape: [null, 1, 4, 4]}\n- Conv2D: {filter_size: 9, num_filters: 2}\n")
    #expect(try edits(&client)?.isEmpty == false)
    #expect(try client.diagnostics().contains { $0["code"] == "N0203" })
    #expect(try answer(&client, "file:///nowhere")["error"]?["code"] == -32602)
  }

  /// Included files count as the editor shows them.
  @Test func includesAreThoseOfTheEditor() throws {
    var client = try Client()
    let text = "include: [blocks.yaml]\nlayers:\n- Input: {shape: [null, 1, 4, 4]}\n- unit: {name: u}\n"
    client.open(text)
    #expect(try edits(&client) == nil)
    client.open("blocks: {unit: {layers: [Flatten: {}]}}\n", "file:///specs/blocks.yaml")
    #expect(
      try applied(try #require(try edits(&client)), to: text)
        == "include: [blocks.yaml]\nlayers:\n  - Input: {shape: [null, 1, 4, 4]}\n  - unit:  {name: u}\n")
  }

  /// Beyond some size differences are not sought line by line.
  @Test func manyLines() throws {
    let layers = (0..<2000).map { "- Nonlinearity: {nonlinearity: rectify, name: n\($0)}\n" }
    let text = "layers:\n- Input: {shape: [null, 1]}\n" + layers.joined()
    var client = try Client()
    client.open(text)
    let found = try #require(try edits(&client))
    #expect(found.count == 1)
    #expect(try applied(found, to: text) == canonical(text))
  }

  @Test(arguments: Repository.names(in: "specs", suffix: ".yaml"))
  func specsOfTheRepository(name: String) throws {
    let path = Repository.root + "/specs/" + name
    let text = try #require(TestFile.text(path))
    var client = try Client()
    client.open(text, "file://" + path)
    let found = try #require(try edits(&client, "file://" + path))
    #expect(found.isEmpty == (name != "keypoints.yaml"), "all but one are canonical")
  }
}
