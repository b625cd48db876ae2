import Diagnostics
import FileTestSupport
import Testing
import YAMLSyntax

@testable import LanguageServer

@Suite struct LooseParserTests {
  /// The loose tree as YAML in brackets, `?` where nothing is.
  private func shown(_ text: String) -> String {
    func shown(_ node: LooseNode) -> String {
      switch node.kind {
      case .missing: "?"
      case .scalar(let text): text
      case .alias(let name): "*\(name)"
      case .sequence(let nodes): "[" + nodes.map(shown).joined(separator: ", ") + "]"
      case .mapping(let entries):
        "{"
          + entries.map { $0.hasColon ? "\($0.key.text ?? ""): \(shown($0.value))" : "\($0.key.text ?? "")" }
          .joined(separator: ", ") + "}"
      }
    }
    return shown(LooseParser.parse(DocumentText(text)))
  }

  @Test(arguments: [
    ("a: 1\nb:\n  c: 2\n", "{a: 1, b: {c: 2}}"), ("a:\n- x\n- y\nb: 1", "{a: [x, y], b: 1}"),
    ("- a: 1\n  b: 2\n- - x\n  - y\n", "[{a: 1, b: 2}, [x, y]]"),
    ("{a: [1, {b: 'c d'}], e: \"x\"}", "{a: [1, {b: c d}], e: x}"),
    ("a: {b: 1,\n    c: 2}\nd: 3", "{a: {b: 1, c: 2}, d: 3}"),
    ("a: &x {b: 1}\nc: *x\n<<: *x", "{a: {b: 1}, c: *x, <<: *x}"),
    ("# c\n---\na: 1 # d\n...\n", "{a: 1}"), ("a: |\n  b: 1\n  c\nd: 2", "{a: |\n  b: 1\n  c\n, d: 2}"),
    ("a:\nb: ~", "{a: ?, b: ~}"), ("url: http://x:1\n", "{url: http://x:1}"), ("", "{}"), ("\u{FEFF}a: 1", "{a: 1}"),
    ("a: !!str 3\r\nb: 4\r\n", "{a: 3, b: 4}"), ("x: {a: }", "{x: {a: ?}}"),
  ])
  func validYAML(text: String, expected: String) { #expect(shown(text) == expected) }

  @Test(arguments: [
    ("a: [1, 2\nb: 3", "{a: [1, 2], b: 3}"),
    ("l:\n  - A: {x: 1, y\n  - B: {z: 2}\n", "{l: [{A: {x: 1, y}}, {B: {z: 2}}]}"),
    ("l:\n  - A: {x: {y: 1}\n  - B", "{l: [{A: {x: {y: 1}}}, B]}"), ("a: \"open\nb: 1", "{a: open, b: 1}"),
    ("a:\n  b\n  c: 1\n", "{a: {b, c: 1}}"), ("a\nb: 1", "{a, b: 1}"), ("a: 1\n   b: 2\nc: 3", "{a: 1, b: 2, c: 3}"),
    ("l:\n  - \n  - x", "{l: [?, x]}"), ("x: {w: ${2 * a}, b: 1}", "{x: {w: ${2 * a}, b: 1}}"),
  ])
  func brokenYAML(text: String, expected: String) {
    #expect(shown(text) == expected)
  }

  /// Names, types and places agree with the real parser, for every spec of the repository.
  @Test(arguments: Repository.names(in: "specs", suffix: ".yaml"))
  func agreesWithTheParser(name: String) throws {
    let bytes = try #require(TestFile.bytes("\(Repository.root)/specs/\(name)"))
    var map = SourceMap()
    var bag = DiagnosticBag()
    let id = map.add(SourceFile(path: name, bytes: bytes))
    let root = try #require(parseYAML(id, in: map, bag: &bag))
    compare(root, LooseParser.parse(DocumentText(bytes)), map[id])
  }

  private func compare(_ node: Node, _ loose: LooseNode, _ file: SourceFile) {
    switch node.value {
    case .scalar(let scalar):
      guard node.uses.isEmpty, !scalar.text.isEmpty else { return }
      #expect(loose.text == scalar.text)
      #expect(loose.range == file.range(of: node.span))
    case .sequence(let nodes):
      guard node.uses.isEmpty else { return }
      #expect(loose.elements?.count == nodes.count)
      for (a, b) in zip(nodes, loose.elements ?? []) { compare(a, b, file) }
    case .mapping(let entries):
      guard node.uses.isEmpty else { return }
      #expect(loose.entries?.count == entries.count)
      for (a, b) in zip(entries, loose.entries ?? []) {
        compare(a.key, b.key, file)
        compare(a.value, b.value, file)
      }
    }
  }
}
