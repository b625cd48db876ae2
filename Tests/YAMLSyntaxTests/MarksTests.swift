import Diagnostics
import Testing
import YAMLSyntax

/// Spans and alias uses.
struct MarksTests {
  @Test func scalarsAndFlowCollections() throws {
    let root = try #require(Loaded("name: tiny\nlayers: [{a: 1}, b]\n").node)
    #expect(Loaded.text(root["name"]?.span) == "1:7-1:11")
    #expect(Loaded.text(root["layers"]?.span) == "2:9-2:20")
    #expect(Loaded.text(root["layers"]?.elements?.first?.span) == "2:10-2:16")
    #expect(Loaded.text(root.entries?.first?.key.span) == "1:1-1:5")
  }

  @Test func blockCollectionsEndAtTheirLastChild() throws {
    let root = try #require(Loaded("a:\n  b: 1\n  c: xyz\n\n# gap\n\nd:\n- 1\n- 22\n").node)
    #expect(Loaded.text(root["a"]?.span) == "2:3-3:9")
    #expect(Loaded.text(root["d"]?.span) == "8:1-9:5")
    #expect(Loaded.text(root.span) == "1:1-9:5")
  }

  @Test func blockScalarsEndAtTheirLastLine() throws {
    let root = try #require(Loaded("a: |\n  one\n  two\n\n\nb: >-\n  x\n").node)
    #expect(Loaded.text(root["a"]?.span) == "1:4-3:6")
    #expect(Loaded.text(root["b"]?.span) == "6:4-7:4")
    #expect(root["a"]?.scalarText == "one\ntwo\n")
  }

  @Test func emptyValuesHaveNoWidth() throws {
    let root = try #require(Loaded("stride:\npad: 1\n").node)
    #expect(Loaded.text(root["stride"]?.span) == "1:8-1:8")
    #expect(root["stride"]?.resolved == .null)
  }

  @Test(arguments: [
    ("a: &n 64\n", "1:7-1:9"), ("a: &n !!str 64\n", "1:13-1:15"), ("a: !!str &n  64\n", "1:14-1:16"),
    ("a: &n [1, 2]\n", "1:7-1:13"), ("a: &n {b: 1}\n", "1:7-1:13"), ("a: &n\n  b: 1\n", "2:3-2:7"),
    ("a: &n\n  - b\n", "2:3-2:6"), ("a: &n\n- b\n", "2:1-2:4"), ("a: &n # why\n  64\n", "2:3-2:5"),
    ("a: &n\n", "1:6-1:6"), ("a: &n 'x'\n", "1:7-1:10"), ("a: &n |\n  x\n", "1:7-2:4"),
    ("a: [&n 1, &m é, &k ü]\n", "1:4-1:22"),
  ])
  func anchorsAndTagsAreTrimmed(_ text: String, _ span: String) throws {
    let root = try #require(Loaded(text).node)
    #expect(Loaded.text(root["a"]?.span) == span)
  }

  @Test func anchorsInALongLine() throws {
    let items = try #require(Loaded("a: [&n 1, &m é, &k üü]\n").node?["a"]?.elements)
    #expect(items.map { Loaded.text($0.span) } == ["1:8-1:9", "1:14-1:15", "1:20-1:22"])
  }

  @Test func singlePairsInAFlowList() throws {
    let items = try #require(Loaded("[a: 1  , b]\n").node?.elements)
    #expect(items.map { Loaded.text($0.span) } == ["1:2-1:6", "1:10-1:11"])
  }

  @Test func columnsCountScalars() throws {
    let root = try #require(Loaded("größe: 1\nzug: {日本: x}\n").node)
    #expect(Loaded.text(root["größe"]?.span) == "1:8-1:9")
    #expect(Loaded.text(root["zug"]?["日本"]?.span) == "2:11-2:12")
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func lineEndsAndMark(_ lineEnd: String) throws {
    let text = ["a: 1", "b:", "  c: xyz", ""].joined(separator: lineEnd)
    for bytes in [Array(text.utf8), [0xEF, 0xBB, 0xBF] + Array(text.utf8)] {
      let loaded = Loaded(bytes: bytes)
      let root = try #require(loaded.node)
      #expect(Loaded.text(root["a"]?.span) == "1:4-1:5")
      #expect(Loaded.text(root["b"]?["c"]?.span) == "3:6-3:9")
      #expect(loaded.map.files[0].line(1) == "a: 1")
      #expect(loaded.map.files[0].line(3) == "  c: xyz")
    }
  }

  @Test func aliasesKeepDefinitionAndUse() throws {
    let root = try #require(Loaded("a: &x {k: [1]}\nb: &y [*x]\nc: *y\n").node)
    let direct = try #require(root["b"]?.elements?.first)
    #expect(Loaded.text(direct.span) == "1:7-1:15")
    #expect(direct.uses.map(Loaded.text) == ["2:8-2:10"])
    let deep = try #require(root["c"]?.elements?.first?["k"]?.elements?.first)
    #expect(Loaded.text(deep.span) == "1:12-1:13")
    #expect(deep.uses.map(Loaded.text) == ["3:4-3:6", "2:8-2:10"])
    #expect(Loaded.text(deep.place) == "3:4-3:6")
    #expect(root["a"]?["k"]?.uses.isEmpty == true)
    #expect(Loaded.text(root["b"]?.span) == "2:7-2:11")
  }

  @Test func anAnchorMayBeRedefined() throws {
    let root = try #require(Loaded("a: &x 1\nb: *x\nc: &x [&x 2, 3]\nd: *x\n").node)
    #expect(root["b"]?.resolved == .int(1))
    #expect(root["d"]?.resolved == .int(2))
  }

  @Test func kindNames() throws {
    let text = "[[1], {a: 1}, 3, 0.5, foo, ~, true, '', '\(String(repeating: "x", count: 60))']"
    let names = try #require(Loaded(text).node?.elements).map(\.kindName)
    #expect(
      names == [
        "a list", "a mapping", "the number 3", "the number 0.5", "the text `foo`", "nothing (null)",
        "the boolean true", "an empty text", "the text `\(String(repeating: "x", count: 39))…`",
      ])
  }
}
