import Diagnostics
import Testing
import YAMLSyntax

/// Each code of the syntax phase, with its place.
struct CodesTests {
  @Test(arguments: [
    ("a: 1\nb: 2\na: 3\na: 4\n", ["N0002 3:1", "N0002 4:1"]),
    ("a: {x: 1, 'x': 2}\n", ["N0002 1:11"]),
    ("a: *b\n", ["N0003 1:4"]),
    ("a: [*b, *c]\nd: {e: 1, e: 2}\n", ["N0003 1:5", "N0003 1:9", "N0002 2:11"]),
    ("a: 1\n---\nb: 2\n", ["N0004 2:1"]),
    ("---\na: 1\n...\n---\n", ["N0004 4:1"]),
    ("a:\n\tb: 1\n", ["N0005 2:1"]),
    ("a:\n  b: 1\n\tc: 2\n", ["N0005 3:1"]),
    ("a:\n  - b\n\t- c\n", ["N0005 3:1"]),
    ("a:\n  \t- b\n", ["N0005 2:3"]),
    ("", ["N0008 1:1"]), ("# only\n\n", ["N0008 1:1"]), ("---\n", ["N0008 1:4"]), ("\n\n", ["N0008 1:1"]),
    ("a: &a [*a]\n", ["N0010 1:8"]),
    ("a: &a\n  b: {c: *a}\n", ["N0010 2:10"]),
  ])
  func codes(_ text: String, _ expected: [String]) {
    #expect(Loaded(text).summary == expected)
  }

  @Test func repeatedKeysKeepTheFirst() throws {
    let loaded = Loaded("a: 1\na: 2\n")
    #expect(loaded.node?["a"]?.resolved == .int(1))
    let related = try #require(loaded.diagnostics.first?.related.first)
    #expect(Loaded.text(related.span) == "1:1-1:2")
  }

  @Test func aSecondDocumentLeavesTheFirst() {
    #expect(Loaded("a: 1\n---\nb: 2\n").node?["a"]?.resolved == .int(1))
    #expect(Loaded("%YAML 1.2\n---\na: 1\n...\n").summary == [])
  }

  @Test func undefinedAliasesAreGuessed() throws {
    let guess = try #require(Loaded("a: &conv1 {x: 1}\nb: *conf1\n").diagnostics.first)
    guard case .source(let label) = guess.place else { return }
    #expect(label.text == "did you mean `*conv1`?")
    #expect(guess.replacement?.text == "*conv1")
    #expect(Loaded.text(guess.replacement?.span) == "2:4-2:10")
    let late = try #require(Loaded("a: *x\nb: &x 1\n").diagnostics.first)
    #expect(late.related.first?.span.start.line == 2)
  }

  @Test func encodings() {
    func summary(_ bytes: [UInt8]) -> [String] { Loaded(bytes: bytes).summary }
    let head = Array("a: 1\nbé: ".utf8)
    #expect(summary(head + [0xFF, 0x0A]) == ["N0006 2:5"])
    #expect(summary(head + [0xC3]) == ["N0006 2:5"])
    #expect(summary(head + [0xED, 0xA0, 0x80]) == ["N0006 2:5"])
    #expect(summary(head + [0xC0, 0x80]) == ["N0006 2:5"])
    #expect(summary(head + [0x00]) == ["N0006 2:5"])
    #expect(summary(head + [0x1B, 0x5B]) == ["N0006 2:5"])
    #expect(summary(head + [0xC2, 0x9B]) == ["N0006 2:5"])
    #expect(summary([0xFF, 0xFE, 0x61, 0x00]) == ["N0006"])
    #expect(summary([0x61, 0x00, 0x3A, 0x00]) == ["N0006"])
    #expect(summary(head + Array("😀\n".utf8)) == [])
  }

  @Test(arguments: ["[", "- ", "{a: "])
  func depth(_ opening: String) {
    func nested(_ count: Int) -> Loaded {
      let close = opening == "[" ? "]" : opening == "{a: " ? "}" : ""
      return Loaded(
        String(repeating: opening, count: count) + "1" + String(repeating: close, count: count) + "\n")
    }
    #expect(nested(64).summary == [])
    #expect(nested(65).diagnostics.map(\.code) == [.tooDeep])
    #expect(nested(100_000).diagnostics.map(\.code) == [.tooDeep])
  }

  @Test func depthThroughAliases() {
    let lines = (1...70).map { "k\($0): &a\($0) [*a\($0 - 1)]\n" }.joined()
    #expect(Loaded("k0: &a0 1\n" + lines).summary == ["N0007 65:12"])
  }

  @Test func anAliasBombIsCheap() throws {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    let clock = ContinuousClock()
    var loaded: Loaded?
    let time = clock.measure { loaded = Loaded(text) }
    #expect(loaded?.diagnostics.map(\.code) == [.tooDeep])
    #expect(time < .milliseconds(100))
  }

  @Test func mergeBombIsCheap() {
    var text = "a0: &a0 {x: 1, y: 2}\n"
    for level in 1...40 {
      text += "a\(level): &a\(level) {<<: [*a\(level - 1), *a\(level - 1)], k\(level): 1}\n"
    }
    let clock = ContinuousClock()
    var loaded: Loaded?
    let time = clock.measure { loaded = Loaded(text) }
    #expect(loaded?.diagnostics.map(\.code) == [.tooDeep])
    #expect(time < .milliseconds(500))
  }

  @Test func theCatalogueYieldsItsCodes() {
    for code in DiagnosticCode.allCases where code.rawValue.hasPrefix("N00") {
      guard let example = code.example, let fixed = code.fixed else { continue }
      #expect(Loaded(example).diagnostics.map(\.code) == [code], "\(code)")
      #expect(Loaded(fixed).summary == [], "\(code)")
    }
    for code in DiagnosticCode.allCases where !code.rawValue.hasPrefix("N00") {
      #expect(code.example.map { Loaded($0).summary } ?? [] == [], "\(code)")
      #expect(code.fixed.map { Loaded($0).summary } ?? [] == [], "\(code)")
    }
  }
}
