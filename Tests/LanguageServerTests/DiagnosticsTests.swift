import Exchange
import FileTestSupport
import Testing

@testable import LanguageServer

@Suite struct PublishedDiagnosticsTests {
  @Test func aGoodSpecHasNone() throws {
    var client = try Client()
    client.open(Sample.lenet)
    #expect(try client.diagnostics().isEmpty)
    #expect(client.notifications.last?["params"]?["version"] == 1)
  }

  @Test func everythingIsSaidOfAnError() throws {
    var client = try Client()
    let text = Sample.lenet.replacing(first: "filter_size: 5", with: "filter_size: 50")
    client.open(text)
    let found = try client.diagnostics()
    let error = try #require(found.first)
    #expect(found.count == 1)
    #expect(error["code"] == "N0203" && error["severity"] == 1 && error["source"] == "netc")
    #expect(Client.text(try #require(error["range"]), in: text) == "50")
    let message = try #require(error["message"]?.stringValue)
    #expect(message.hasPrefix("filter 50×50 does not fit"))
    #expect(message.contains("note: ") && message.contains("help: "))
    let related = try #require(error["relatedInformation"]?.arrayValue?.first)
    #expect(related["message"]?.stringValue?.contains("input") == true)
    #expect(Client.text(try #require(related["location"]?["range"]), in: text) == "Input")
    #expect(error["data"]?["name"] == "filter-too-large")
  }

  @Test func columnsAreUTF16CodeUnits() throws {
    var client = try Client()
    let text = "# 𝄞\nclasses: [\"😀\", 日本, \"e\u{301}𝄞\"]\nlayers:\n  - Input: {name: \"😀\", shpae: [null, 4]}\n"
    client.open(text)
    let words = try client.diagnostics().compactMap { $0["range"].flatMap { Client.text($0, in: text) } }
    #expect(words.contains("shpae") && words.contains("\"😀\""))
    let key = try #require(try client.diagnostics().first { $0["code"] == "N0103" })
    // `  - Input: {name: "😀", `: 24 code units, of which the face has two.
    #expect(key["range"]?["start"] == ["line": 3, "character": 24])
    #expect(key["data"]?["replacement"]?["newText"] == "shape")
  }

  @Test func warningsAreWarnings() throws {
    var client = try Client()
    client.open(Sample.lenet + "  - Dense: {name: other, num_units: 3, incoming: pool1}\noutputs: output\n")
    let warning = try #require(try client.diagnostics().first)
    #expect(warning["severity"] == 2 && warning["code"] == "W0301" && warning["tags"] == [1])
  }

  @Test func brokenYAMLAndEmptyFiles() throws {
    var client = try Client()
    client.open("layers: [")
    #expect(try client.diagnostics().first?["code"] == "N0001")
    client.change([["text": ""]])
    #expect(try client.diagnostics().map { $0["code"] } == ["N0008"])
    client.change([["text": .string(Sample.lenet)]], version: 3)
    #expect(try client.diagnostics().isEmpty)
    #expect(client.notifications.last?["params"]?["version"] == 3)
  }

  /// Each change is checked once, when the client is quiet, even if a request came first.
  @Test func changesArePublishedOnce() throws {
    var client = try Client()
    client.open("layers: 3\n")
    client.change([["text": .string(Sample.lenet)]])
    _ = try client.at("hover", ["line": 0, "character": 0])
    let published = client.server.settle()
    #expect(published.count == 1)
    #expect(published.first?["params"]?["diagnostics"] == [])
    #expect(client.server.settle().isEmpty)
  }

  @Test func closingClears() throws {
    var client = try Client()
    client.open("layers: 3\n")
    #expect(try !client.diagnostics().isEmpty)
    client.notify("textDocument/didClose", ["textDocument": ["uri": "file:///specs/spec.yaml"]])
    #expect(client.notifications.last?["params"]?["diagnostics"] == [])
    client.notify("textDocument/didClose", ["textDocument": ["uri": "file:///specs/spec.yaml"]])
  }

  @Test func includedFilesAreThoseOfTheEditor() throws {
    let folder = TemporaryFolder()
    folder.store(Array("let: {width: 4}\n".utf8), as: "common é.yaml")
    let root = FilePath.uri(of: folder.path + "/main.yaml")
    let included = FilePath.uri(of: folder.path + "/common é.yaml")
    #expect(included.contains("common%20%C3%A9.yaml"))
    var client = try Client()
    let text = """
      include: common é.yaml
      layers:
        - Input: {shape: [null, 4]}
        - Dense: {num_units: $width}

      """
    client.open(text, root)
    #expect(try client.diagnostics(root).isEmpty)
    // The editor's text counts, not that of the disk.
    client.open("let: {height: 4}\n", included)
    #expect(try client.diagnostics(root).contains { $0["code"] == "N0114" })
    // A file of definitions alone has no layers, which is no mistake.
    #expect(try client.diagnostics(included).map { $0["severity"] } == [3])
    client.change([["text": "let: {width: [}\n"]], included)
    #expect(try client.diagnostics(included).contains { $0["code"] == "N0001" })
    client.change([["text": "let: {width: 7}\n"]], included, version: 3)
    #expect(try client.diagnostics(root).isEmpty)
    client.notify("textDocument/didClose", ["textDocument": ["uri": .string(included)]])
    #expect(try client.diagnostics(root).isEmpty)
  }

  @Test(arguments: ["/dev/stdin", "/dev/zero", "missing.yaml", ".", "spec.yaml"])
  func badIncludes(path: String) throws {
    var client = try Client()
    client.open("include: \(path)\n" + Sample.lenet, "file:///specs/spec.yaml")
    #expect(try client.diagnostics().contains { $0["code"] == "N0117" })
  }

  @Test func aHugeDocumentIsRefused() throws {
    var client = try Client()
    client.open(String(repeating: "# filler line\n", count: 1_300_000))
    #expect(try client.diagnostics().first?["code"] == "N0011")
    #expect(try client.at("hover", ["line": 5, "character": 3]) == nil)
    #expect(try client.at("completion", ["line": 5, "character": 3])["items"] == [])
  }
}
