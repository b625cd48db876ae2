import Exchange
import FileTestSupport
import Testing

@testable import LanguageServer

@Suite struct DefinitionTests {
  @Test(arguments: [
    ("incoming: sec‸ond", "second", 11), ("[a, sk‸ip]", "skip", 6), ("- un‸it: {name: second", "unit", 2),
    ("$fil‸ters, filter_size: 3", "filters", 3), ("$st‸ep", "step", 3), ("filters: $wi‸dth", "width", 0),
    ("filters: $do‸uble", "double", 0), ("* wi‸dth", "width", 0), ("$double, st‸ep", "step", 3),
  ])
  func names(place: String, word: String, line: Int) throws {
    var client = try Client()
    let text = Sample.blocks.replacing(first: place.filter { $0 != "‸" }, with: place)
    #expect(try client.definition(text) == word)
    #expect(try client.ask("definition", text)["range"]?["start"]?["line"]?.intValue == line)
  }

  @Test func layersThatAreTied() throws {
    var client = try Client()
    let text = Sample.lenet + "  - Dense: {name: twin, num_units: 10, W: out‸put}\noutputs: [twin]\n"
    #expect(try client.definition(text) == "output")
    #expect(try client.definition(Sample.lenet + "outputs: [pool‸1]\n") == "pool1")
    #expect(try client.definition(Sample.lenet + "outputs: [inp‸ut1]\n") == "Input")
    #expect(try client.definition(Sample.blocks + "outputs: [first/sk‸ip]\n") == "skip")
    #expect(try client.definition(Sample.lenet + "outputs: [no‸thing]\n") == nil)
  }

  @Test func anchorsAboveTheAlias() throws {
    var client = try Client()
    let text = """
      common: &size 3
      layers:
        - Input: {shape: &size [null, 4]}
        - Reshape: {shape: *si‸ze}
        - Flatten: {outdim: &size 2}

      """
    #expect(try client.definition(text) == "&size")
    #expect(try client.ask("definition", text)["range"]?["start"]?["line"] == 2)
    #expect(try client.definition("layers: [*la‸te]\nx: &late 1\n") == nil)
  }

  @Test func filesAndWhatTheyDefine() throws {
    let folder = TemporaryFolder()
    folder.store(Array("let: {width: 4}\nblocks:\n  unit: {layers: [Flatten]}\n".utf8), as: "common.yaml")
    folder.store(Array(Sample.lenet.utf8), as: "lenet.yaml")
    let root = FilePath.uri(of: folder.path + "/main.yaml")
    let text = """
      include: ./common.yaml
      base: {spec: lenet.yaml, until: pool1}
      layers:
        - unit: {name: flat}
        - Dense: {num_units: $width, incoming: conv1}

      """
    var client = try Client()
    func definition(_ place: String) throws -> JSONValue {
      try client.ask("definition", text.replacing(first: place.filter { $0 != "‸" }, with: place), root)
    }
    let common = JSONValue.string(FilePath.uri(of: folder.path + "/common.yaml"))
    let lenet = JSONValue.string(FilePath.uri(of: folder.path + "/lenet.yaml"))
    #expect(try definition("./com‸mon.yaml")["uri"] == common)
    #expect(try definition("len‸et.yaml")["uri"] == lenet)
    let constant = try definition("$wi‸dth")
    #expect(constant["uri"] == common)
    #expect(constant["range"]?["start"] == ["line": 0, "character": 13])
    let block = try definition("un‸it")
    #expect(block["uri"] == common && block["range"]?["start"] == ["line": 2, "character": 2])
    for place in ["pool‸1", "con‸v1"] {
      let layer = try definition(place)
      #expect(layer["uri"] == lenet)
      #expect(layer["range"].flatMap { Client.text($0, in: Sample.lenet) } == place.filter { $0 != "‸" })
    }
  }

  @Test func addresses() {
    #expect(FilePath.path(of: "file:///a/b%20c/%E6%97%A5.yaml") == "/a/b c/日.yaml")
    #expect(FilePath.path(of: "file://localhost/a/../b") == "/b")
    #expect(FilePath.path(of: "file:///100%") == "/100%")
    #expect(FilePath.path(of: "untitled:Untitled-1") == nil)
    #expect(FilePath.uri(of: "/a/b c/日#.yaml") == "file:///a/b%20c/%E6%97%A5%23.yaml")
    #expect(FilePath.resolve("../x.yaml", from: "/a/b/c.yaml") == "/a/x.yaml")
    #expect(FilePath.resolve("/x.yaml", from: "/a/b/c.yaml") == "/x.yaml")
  }
}
