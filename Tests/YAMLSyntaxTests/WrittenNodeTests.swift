import Diagnostics
import Testing
import YAMLSyntax

/// The written tree keeps what the node tree resolves.
@Suite struct WrittenNodeTests {
  private func written(_ text: String) throws -> WrittenNode {
    try #require(parseWritten(SourceFile(path: "net.yaml", bytes: Array(text.utf8))))
  }

  private func value(_ node: WrittenNode, _ key: String) throws -> WrittenNode {
    try #require(node.entries?.first { $0.key.scalar?.text == key }?.value)
  }

  private func place(_ position: SourcePosition) -> String { "\(position.line):\(position.column)" }

  @Test func aliasesAndMergesAreThere() throws {
    let root = try written("a: &x {k: 1}\nb: *x\nc:\n  <<: *x\n")
    #expect(try value(root, "a").properties == "&x")
    guard case .alias("x") = try value(root, "b").value else { return #expect(Bool(false), "no alias") }
    #expect(try value(root, "c").entries?.map { $0.key.scalar?.text } == ["<<"])
  }

  @Test func propertiesLieBetweenStartAndContent() throws {
    let root = try written("a: &x !!seq # why\n  [1]\nb: !t &y\n- 1\nc: !<tag:c,2000:d> 'q'\n")
    let (a, b, c) = (try value(root, "a"), try value(root, "b"), try value(root, "c"))
    #expect((a.properties, b.properties, c.properties) == ("&x !!seq", "!t &y", "!<tag:c,2000:d>"))
    #expect(place(a.start) == "1:4" && place(a.contentStart) == "2:3" && place(a.end) == "2:6")
    #expect(place(b.start) == "3:4" && place(b.contentStart) == "4:1" && place(b.end) == "4:4")
    #expect(place(c.contentStart) == "5:20" && place(c.end) == "5:23")
  }

  @Test func blocksEndWithTheirLastChild() throws {
    let root = try written("a:\n  - b: |\n      x\n\n# end\nc: [d,\n  e]\n")
    let a = try value(root, "a")
    #expect(!a.isFlow && place(a.contentStart) == "2:3" && place(a.end) == "3:8")
    let c = try value(root, "c")
    #expect(c.isFlow && place(c.start) == "6:4" && place(c.end) == "7:5")
    #expect(place(root.end) == "7:5")
  }

  @Test func columnsCountScalarsBehindAByteOrderMark() throws {
    let root = try written("\u{FEFF}é: 入\r\nb: 1\r\n")
    #expect(place(try value(root, "é").end) == "1:5")
    #expect(place(try value(root, "b").start) == "2:4")
  }

  @Test(arguments: ["", "# nothing\n", "[", "a: *b: c", "\tx: y"])
  func noTreeWithoutADocument(text: String) {
    #expect(parseWritten(SourceFile(path: "net.yaml", bytes: Array(text.utf8))) == nil)
  }
}
