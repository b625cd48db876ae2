import Testing
import YAMLSyntax

struct MergeTests {
  /// The entries of `key` as "name=text", in order.
  private func entries(_ text: String, _ key: String) throws -> [String] {
    let loaded = Loaded(text)
    #expect(loaded.summary == [])
    let node = try #require(loaded.node?[key]?.entries)
    return node.map { "\($0.key.scalarText ?? "?")=\($0.value.scalarText ?? "?")" }
  }

  @Test func explicitKeysWinWhereverTheyStand() throws {
    let base = "b: &b {x: 1, y: 2}\n"
    #expect(try entries(base + "c: {<<: *b, x: 9}\n", "c") == ["x=9", "y=2"])
    #expect(try entries(base + "c: {x: 9, <<: *b}\n", "c") == ["x=9", "y=2"])
    #expect(try entries(base + "c:\n  <<: *b\n  z: 3\n", "c") == ["z=3", "x=1", "y=2"])
  }

  @Test func earlierInAListWins() throws {
    let base = "b: &b {x: 1}\nd: &d {x: 2, y: 2}\n"
    #expect(try entries(base + "c: {<<: [*b, *d]}\n", "c") == ["x=1", "y=2"])
    #expect(try entries(base + "c: {<<: [*d, *b]}\n", "c") == ["x=2", "y=2"])
    #expect(try entries("l: &l [{x: 1}, {y: 2}]\nc: {<<: *l}\n", "c") == ["x=1", "y=2"])
  }

  @Test func mergesOfMerges() throws {
    #expect(
      try entries("a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b, z: 3}\n", "c") == ["z=3", "y=2", "x=1"])
    #expect(try entries("c: {<<: {x: 1}}\n", "c") == ["x=1"])
  }

  @Test func aQuotedKeyDoesNotMerge() throws {
    #expect(try entries("c: {'<<': 1, \"x\": 2}\n", "c") == ["<<=1", "x=2"])
  }

  @Test func mergedValuesKnowTheirUse() throws {
    let root = try #require(Loaded("b: &b {x: [1]}\nc: {<<: *b}\n").node)
    let value = try #require(root["c"]?["x"]?.elements?.first)
    #expect(Loaded.text(value.span) == "1:12-1:13")
    #expect(value.uses.map(Loaded.text) == ["2:9-2:11"])
  }

  @Test(arguments: [
    ("c: {<<: 3}\n", "1:9"), ("c: {<<: }\n", "1:9"), ("b: &b 1\nc: {<<: *b}\n", "2:9"),
    ("c: {<<: [{x: 1}, 2]}\n", "1:18"),
  ])
  func badMerge(_ text: String, _ place: String) {
    let loaded = Loaded(text)
    #expect(loaded.summary == ["N0009 " + place])
    #expect(loaded.node == nil)
  }

  @Test func twoMergesAreARepeatedKey() {
    #expect(Loaded("a: &a {x: 1}\nc: {<<: *a, <<: *a}\n").summary == ["N0002 2:13"])
  }
}
