import Layers
import Testing

@Suite struct TensorPatternTests {
  @Test(arguments: [
    ("conv1", "conv1", [String]()), ("features.(\\d+).weight", "features.12.weight", ["12"]),
    ("(.*)\\.weight", "a.b.weight", ["a.b"]), ("(a|bc)+(\\w*)", "abcax_1", ["a", "x_1"]), ("x?y", "y", []),
    ("[a-c]+([^a-c])", "abcd", ["d"]), ("(a*)(a*)", "aaa", ["aaa", ""]), ("a(b)?c", "ac", [""]),
    ("[]x]", "]", []), ("größe(.)", "größeé", ["é"]), ("", "", []), ("(|a)b", "b", [""]),
    ("a\\*\\(\\)\\[\\\\", "a*()[\\", []), ("((a)(b))c", "abc", ["ab", "a", "b"]),
  ])
  func fits(_ pattern: String, _ name: String, _ groups: [String]) throws {
    #expect(try TensorPattern(pattern).match(name) == groups)
  }

  /// Whole names, or not at all.
  @Test(arguments: [
    ("conv1", "conv12"), ("conv1", "xconv1"), ("a\\.b", "axb"), ("\\d+", "12a"), ("a+", ""), ("[^a]", "a"), ("a", ""),
  ])
  func doesNotFit(_ pattern: String, _ name: String) throws {
    #expect(try TensorPattern(pattern).match(name) == nil)
  }

  @Test(arguments: [
    ("(", "a `(` that is never closed"), (")", "a `)` that closes nothing"), ("[a", "a `[` that is never closed"),
    ("*a", "a `*` with nothing before it"), ("a**", "a `*` with nothing before it"), ("a\\", "a `\\` at the end"),
    ("\\q", "`\\q`, which is not known"), (String(repeating: "(", count: 50), "groups lie too deep"),
  ])
  func faults(_ pattern: String, _ message: String) {
    #expect(throws: TensorPattern.Fault(message: message)) { try TensorPattern(pattern) }
  }

  /// Every split of the letters would be tried: what takes for ever fits nothing.
  @Test func timeIsBounded() throws {
    let clock = ContinuousClock()
    let pattern = try TensorPattern("(a*)*b")
    let time = clock.measure { #expect(pattern.match(String(repeating: "a", count: 40)) == nil) }
    #expect(time < .seconds(5))
  }
}
