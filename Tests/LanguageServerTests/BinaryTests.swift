import Exchange
import FileTestSupport
import Testing

@testable import LanguageServer

/// The real `netc lsp` over its streams.
@Suite struct BinaryTests {
  private func message(_ id: Int?, _ method: String, _ parameters: JSONValue) -> [UInt8] {
    let ids: [(String, JSONValue)] = id.map { [("id", .int($0))] } ?? []
    return MessageFraming.framed(
      .object([("jsonrpc", "2.0")] + ids + [("method", .string(method)), ("params", parameters)]))
  }

  /// Everything that it wrote, which has to be messages and nothing else.
  private func run(_ input: [UInt8]) throws -> (messages: [JSONValue], process: NetcProcess) {
    let process = NetcProcess.run(["lsp"], input: input)
    var framing = MessageFraming()
    framing.append(process.outputBytes)
    var messages: [JSONValue] = []
    while let piece = framing.next() {
      guard case .body(let bytes) = piece else {
        Issue.record("\(piece)")
        continue
      }
      messages.append(try JSONValue(parsing: bytes))
    }
    #expect(messages.flatMap(MessageFraming.framed) == process.outputBytes)
    #expect(process.errors.isEmpty)
    return (messages, process)
  }

  @Test func aSession() throws {
    let uri: JSONValue = "file:///specs/spec.yaml"
    let text = Sample.lenet.replacing(first: "pool_size: 2", with: "pool_siez: 2")
    var input = message(1, "initialize", ["capabilities": [:]]) + message(nil, "initialized", [:])
    input += message(
      nil, "textDocument/didOpen",
      ["textDocument": ["uri": uri, "languageId": "yaml", "version": 4, "text": .string(text)]])
    input += message(
      2, "textDocument/hover", ["textDocument": ["uri": uri], "position": ["line": 3, "character": 6]])
    input += message(3, "nothing/known", [:])
    // Without `shutdown`: it is the end of the stream after which nothing more is sent.
    let (messages, process) = try run(input)
    #expect(process.status == 1)
    func answer(_ id: JSONValue) -> JSONValue? { messages.first { $0["id"] == id } }
    #expect(answer(1)?["result"]?["serverInfo"]?["name"] == "netc")
    #expect(answer(2)?["result"]?["contents"]?["value"]?.stringValue?.contains("Conv2D") == true)
    #expect(answer(3)?["error"]?["code"] == -32601)
    let published = try #require(messages.first { $0["method"] == "textDocument/publishDiagnostics" })
    #expect(published["params"]?["version"] == 4)
    #expect(published["params"]?["diagnostics"]?.arrayValue?.contains { $0["code"] == "N0103" } == true)
  }

  /// Over pipes that stay open, diagnostics come as soon as the client is quiet: `shutdown` follows a second later, and
  /// nothing is published after it.
  @Test func diagnosticsComeWhenTheClientIsQuiet() throws {
    let open: JSONValue = ["textDocument": ["uri": "file:///a.yaml", "version": 1, "text": "layers: 3"]]
    let folder = TemporaryFolder()
    let first = message(1, "initialize", ["capabilities": [:]]) + message(nil, "textDocument/didOpen", open)
    let last = message(2, "shutdown", nil) + message(nil, "exit", nil)
    let (begin, end) = (folder.store(first, as: "begin"), folder.store(last, as: "end"))
    let script = "{ cat \"$1\"; sleep 1; cat \"$2\"; } | \"$0\" lsp | cat"
    let process = NetcProcess.run(command: ["sh", "-c", script, NetcProcess.binary, begin, end])
    var framing = MessageFraming()
    framing.append(process.outputBytes)
    var methods: [JSONValue?] = []
    while case .body(let bytes)? = framing.next() {
      let message = try JSONValue(parsing: bytes)
      methods.append(message["method"] ?? message["id"])
    }
    #expect(methods == [1, "textDocument/publishDiagnostics", 2])
  }

  @Test func exitCodes() throws {
    let begin = message(1, "initialize", ["capabilities": [:]])
    let good = try run(begin + message(2, "shutdown", nil) + message(nil, "exit", nil))
    #expect(good.process.status == 0 && good.messages.count == 2)
    #expect(try run(begin + message(nil, "exit", nil)).process.status == 1)
    #expect(try run([]).process.status == 1)
  }

  @Test func garbageIsAnsweredInTheProtocol() throws {
    let (messages, process) = try run(Array("hello\r\n\r\nContent-Length: 1\r\n\r\n{".utf8))
    #expect(messages.map { $0["error"]?["code"] } == [-32700, -32700])
    #expect(process.status == 1)
  }

  /// A client that has gone is the end, not an error.
  @Test func aClosedPipe() {
    let process = NetcProcess.run(
      ["lsp"], input: message(1, "initialize", ["capabilities": [:]]), output: .closedPipe)
    #expect(process.status == 1 && process.errors.isEmpty)
  }
}
