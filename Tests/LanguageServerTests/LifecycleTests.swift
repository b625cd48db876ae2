import Exchange
import Testing

@testable import LanguageServer

@Suite struct LifecycleTests {
  private func code(_ answer: JSONValue) -> Int? { answer["error"]?["code"]?.intValue }

  @Test func nothingIsAnsweredBeforeInitialize() throws {
    var server = LanguageServer(version: "test")
    let answers = server.handle([
      ["jsonrpc": "2.0", "id": 1, "method": "textDocument/hover", "params": [:]],
      [
        "jsonrpc": "2.0", "method": "textDocument/didOpen",
        "params": ["textDocument": ["uri": "file:///a", "text": "x"]],
      ],
    ])
    #expect(answers.count == 1)
    #expect(answers.first.flatMap(code) == -32002)
    #expect(server.settle().isEmpty)
  }

  @Test func whatIsAnnouncedIsThere() throws {
    var server = LanguageServer(version: "1.2")
    let answer = try #require(server.handle([["jsonrpc": "2.0", "id": "a", "method": "initialize"]]).first)
    #expect(answer["id"] == "a")
    #expect(answer["result"]?["serverInfo"] == ["name": "netc", "version": "1.2"])
    let abilities = try #require(answer["result"]?["capabilities"])
    let features = ["hoverProvider", "definitionProvider", "documentSymbolProvider", "completionProvider"]
    for feature in features { #expect(abilities[feature] != nil) }
    #expect(abilities["documentFormattingProvider"] == true)
    #expect(abilities["positionEncoding"] == "utf-16")
  }

  @Test func unknownThingsAreErrorsOrSilence() throws {
    var client = try Client()
    #expect(code(try client.request("textDocument/rename", [:])) == -32601)
    #expect(code(try client.request("initialize", [:])) == -32600)
    #expect(code(try client.request("textDocument/hover", [:])) == -32602)
    #expect(
      code(try client.request("textDocument/hover", ["textDocument": ["uri": "file:///nowhere"], "position": [:]]))
        == -32602)
    client.open(Sample.lenet)
    let uri: JSONValue = ["uri": "file:///specs/spec.yaml"]
    #expect(code(try client.request("textDocument/hover", ["textDocument": uri])) == -32602)
    let negative: JSONValue = ["line": -1, "character": 0]
    #expect(code(try client.request("textDocument/hover", ["textDocument": uri, "position": negative])) == -32602)
    client.notify("workspace/unknown", [:])
    client.notify("$/setTrace", ["value": "off"])
    #expect(client.notifications.isEmpty)
  }

  @Test(arguments: [
    ("{", -32700), ("", -32700), ("[[[", -32700), ("3", -32600), ("{}", -32600),
    (#"{"id": {}, "method": "a"}"#, -32600),
    (#"{"id": 1, "method": 2}"#, -32600), ("\u{0}", -32700), (#"{"id": 1, "id": 2}"#, -32700),
  ])
  func malformedMessagesAreAnswered(body: String, expected: Int) throws {
    var client = try Client()
    let answers = client.server.handle([.body(Array(body.utf8))])
    #expect(answers.count == 1)
    #expect(answers.first.flatMap(code) == expected)
    #expect(try client.hover(Sample.lenet.replacing(first: "Dense", with: "De‸nse"))?.contains("Dense") == true)
  }

  @Test func answersOfTheClientAreIgnored() throws {
    var client = try Client()
    #expect(client.server.handle([["jsonrpc": "2.0", "id": 9, "result": nil]]).isEmpty)
  }

  @Test func aRequestIsCancelled() throws {
    var client = try Client()
    client.open(Sample.lenet)
    let request: JSONValue = [
      "jsonrpc": "2.0", "id": 77, "method": "textDocument/documentSymbol",
      "params": ["textDocument": ["uri": "file:///specs/spec.yaml"]],
    ]
    let cancel: JSONValue = ["jsonrpc": "2.0", "method": "$/cancelRequest", "params": ["id": 77]]
    let answers = client.server.handle([request, cancel])
    #expect(answers.map(code) == [-32800])
    #expect(client.server.handle([request]).first?["result"]?.arrayValue?.isEmpty == false)
  }

  @Test func shutdownThenExit() throws {
    var client = try Client()
    #expect(try client.request("shutdown", nil)["result"] == .some(nil))
    #expect(client.server.wasShutDown && !client.server.hasExited)
    #expect(code(try client.request("textDocument/hover", [:])) == -32600)
    client.notify("exit", nil)
    #expect(client.server.hasExited)
    var rude = try Client()
    rude.notify("exit", nil)
    #expect(rude.server.hasExited && !rude.server.wasShutDown)
  }
}
