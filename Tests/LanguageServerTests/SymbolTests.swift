import Exchange
import Testing

@testable import LanguageServer

@Suite struct SymbolTests {
  private let uri: JSONValue = ["textDocument": ["uri": "file:///specs/spec.yaml"]]

  @Test func layersBlocksAndConstants() throws {
    var client = try Client()
    client.open(Sample.blocks)
    let answer = try client.request("textDocument/documentSymbol", uri)
    let symbols = try #require(answer["result"]?.arrayValue)
    #expect(
      symbols.compactMap { $0["name"]?.stringValue }
        == ["width", "double", "unit", "input1", "first", "second", "output"])
    let unit = try #require(symbols.first { $0["name"] == "unit" })
    #expect(unit["children"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["a", "skip", "ElemwiseSum"])
    #expect(unit["detail"] == "filters, step")
    let second = try #require(symbols.first { $0["name"] == "second" })
    #expect(second["detail"] == "unit → 16×8×8")
    #expect(Client.text(try #require(second["selectionRange"]), in: Sample.blocks) == "second")
    #expect(
      Client.text(try #require(second["range"]), in: Sample.blocks) == "unit: {name: second, filters: $double, step: 2}"
    )
  }

  /// Selections lie in ranges, children in their parents, whatever the text is.
  @Test func rangesAreNested() throws {
    var client = try Client()
    for text in [Sample.blocks, Sample.lenet, "layers:\n  - [a\n  - x: [", "blocks:\n  b: {layers: [{Dense: {na"] {
      client.open(text)
      for symbol in try #require(try client.request("textDocument/documentSymbol", uri)["result"]?.arrayValue) {
        #expect(contains(symbol["range"], symbol["selectionRange"]))
        for child in symbol["children"]?.arrayValue ?? [] { #expect(contains(symbol["range"], child["range"])) }
      }
    }
  }

  private func contains(_ outer: JSONValue?, _ inner: JSONValue?) -> Bool {
    func key(_ value: JSONValue?) -> (Int, Int) {
      (value?.position?.line ?? -1, value?.position?.character ?? -1)
    }
    return key(outer?["start"]) <= key(inner?["start"]) && key(inner?["end"]) <= key(outer?["end"])
  }

  @Test func flatForOtherClients() throws {
    var client = try Client(abilities: [:])
    client.open(Sample.blocks)
    let symbols = try #require(try client.request("textDocument/documentSymbol", uri)["result"]?.arrayValue)
    let inner = try #require(symbols.first { $0["name"] == "skip" })
    #expect(inner["containerName"] == "unit" && inner["location"]?["uri"] == "file:///specs/spec.yaml")
  }
}
