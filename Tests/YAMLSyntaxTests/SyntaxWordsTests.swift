import Testing
import YAMLSyntax

/// One N0001 per broken text, in words and at a place that help.
struct SyntaxWordsTests {
  @Test(arguments: [
    ("a: [1, 2\nb: 3\n", "2:2", "expected `,` or `]` in a list"),
    ("a: {x: 1\nb: 3\n", "2:2", "expected `,` or `}` in a mapping"),
    ("- A: {s: [1,2]\n- B: {n: x}\n", "2:1", "expected `,` or `}` in a mapping"),
    ("a: {b: 1 c: 2}\n", "1:11", "expected `,` or `}` in a mapping"),
    ("a: [1, {b: 1} 3]\n", "1:15", "expected `,` or `]` in a list"),
    ("[a, b\n", "1:6", "`[` is never closed"), ("{a: b\n\n", "2:1", "`{` is never closed"),
    ("x: {a: 1, b: [1, 2}\n", "1:19", "`}` stands where `]` is expected"),
    ("key: [a, b]]\n", "1:12", "`]` closes nothing"), ("a: }\n", "1:4", "`}` closes nothing"),
    ("{a: 1}}\n", "1:7", "unexpected text behind the end of the document"),
    ("a: [1, 2,, 3]\n", "1:10", "there is no value before this comma"),
    ("a: b: c\n", "1:5", "a `:` stands where no key can be"),
    ("a:1\nb: 2\n", "1:2", "a space is missing behind a colon"),
    ("b: 1\nd:[1,2]\n", "2:2", "a space is missing behind a colon"),
    (
      "a: 1\n  b: 2\n", "2:3",
      "this key is indented more deeply than the one above, which has a value already"
    ),
    ("a\nb: 1\n", "2:1", "a `:` stands where no key can be"),
    ("a: 1\nbcd\n", "2:1", "expected `key: value`"),
    ("a:\n    b: 1\n  c: 2\n", "3:3", "the indentation of this line fits no line above"),
    ("- C:\n    n: x\n   f: 3\n", "3:4", "the indentation of this line fits no line above"),
    ("a: 1\n- b\n", "2:1", "a list entry stands among the keys of a mapping"),
    ("- a\nb: 1\n", "2:1", "expected a list entry"),
    ("- 'a' b\n", "1:7", "unexpected text behind a list entry"),
    ("a: \"x\" y\n", "1:8", "unexpected text behind a value"),
    ("a: 'it's'\n", "1:8", "unexpected text behind a value"),
    ("a: 'x\nb: 2\n", "1:4", "a quoted text is never closed"),
    ("a: \"x\n---\nb\n", "1:4", "a quoted text is never closed"),
    ("a: \"\\q\"\n", "1:5", "unknown escape in a double-quoted text"),
    ("a: \"\\xZZ\"\n", "1:7", "malformed character escape in a double-quoted text"),
    ("a: @x\n", "1:4", "a value may not begin with `@`"),
    ("a: `x`\n", "1:4", "a value may not begin with a backtick"),
    ("a: %x\n", "1:4", "a value may not begin with `%`"),
    ("a: - b\n", "1:4", "a list may not begin here"), ("a: ? b\n", "1:4", "a key may not begin here"),
    ("a: |x\n  b\n", "1:5", "unexpected text behind `|` or `>`"),
    ("a: & 1\n", "1:4", "`&` needs a name behind it"), ("a: * \n", "1:4", "`*` needs a name behind it"),
    ("a: !e!x 1\n", "1:4", "malformed tag"), ("%YAML 1.3\n---\na: 1\n", "1:1", "malformed directive"),
    ("%FOO\na\n", "1:5", "malformed directive"),
  ])
  func words(_ text: String, _ place: String, _ message: String) {
    let loaded = Loaded(text)
    #expect(loaded.summary == ["N0001 " + place], "\(loaded.rendered)")
    #expect(loaded.diagnostics.first?.message == message, "\(loaded.rendered)")
    #expect(loaded.node == nil)
  }

  @Test func theOpeningBracketIsShown() {
    let text = "layers:\n  - Input: {shape: [null, 1, 28, 28]\n  - Dense: {num_units: 10}\n"
    #expect(
      Loaded(text).rendered == """
        error[N0001]: expected `,` or `}` in a mapping
          --> net.yaml:3:3
           |
         3 |   - Dense: {num_units: 10}
           |   ^ not part of the mapping
        note: the mapping opens here
          --> net.yaml:2:12
        help: close the mapping with `}`, or add the missing comma

        """)
  }

  @Test func tabsAreToldApart() {
    #expect(
      Loaded("layers:\n\t- Input: 1\n").rendered == """
        error[N0005]: the line is indented with a tab
          --> net.yaml:2:1
           |
         2 |     - Input: 1
           | ^^^^ a tab
        help: use spaces; YAML forbids tabs here

        """)
  }
}
