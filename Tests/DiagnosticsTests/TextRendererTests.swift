import Diagnostics
import Testing

struct TextRendererTests {
  /// The example of the architecture page.
  @Test func theExampleOfTheDesign() {
    let text =
      String(repeating: "\n", count: 15) + "  - MaxPool2D:\n\n\n\n\n      filter_size: [7, 7]\n"
    let sample = Sample("specs/lenet.yaml", text)
    let diagnostic = Diagnostic(
      .filterTooLarge, "filter 7×7 does not fit the 5×5 input of `conv3`", at: sample.span(21, 20, 26),
      label: "larger than the input",
      notes: ["(input + 2·pad − filter)/stride + 1 = (5 + 0 − 7)/1 + 1 = −1"],
      related: [
        .init(
          message:
            "the 5×5 input comes from `pool2`: 32×32 → conv1 28×28 → pool1 14×14 → conv2 10×10 → pool2 5×5",
          span: sample.span(16, 5, 9))
      ],
      help: ["use `pad: same`, or a filter no larger than 5"])
    #expect(
      sample.text(diagnostic) == """
        error[N0203]: filter 7×7 does not fit the 5×5 input of `conv3`
          --> specs/lenet.yaml:21:20
           |
        21 |       filter_size: [7, 7]
           |                    ^^^^^^ larger than the input
           = note: (input + 2·pad − filter)/stride + 1 = (5 + 0 − 7)/1 + 1 = −1
        note: the 5×5 input comes from `pool2`: 32×32 → conv1 28×28 → pool1 14×14 → conv2 10×10 → pool2 5×5
          --> specs/lenet.yaml:16:5
        help: use `pad: same`, or a filter no larger than 5
        """)
  }

  /// The examples of the page on looks; the mock-up's column of the first is one less than its caret.
  @Test func theExamplesOfTheLooks() {
    let lines = [String](repeating: "", count: 2) + ["  - Conv2D: {num_filter: 8, filter_size: 3}"]
    let rest =
      [String](repeating: "", count: 10) + ["  - ElemwiseSum: {name: sum1, incomings: [skip, conv3]}"]
    let sample = Sample("net.yaml", (lines + rest).joined(separator: "\n"))
    let first = Diagnostic(
      .unknownParameter, "unknown parameter `num_filter` of Conv2D", at: sample.span(3, 14, 24),
      label: "did you mean `num_filters`?")
    let second = Diagnostic(
      .mergeShapesDiffer, "`sum1` adds 64×28×28 and 64×27×27", at: sample.span(14, 5, 16),
      label: "the heights differ, 28 and 27",
      notes: [
        "skip   64×56×56 → pool1 2×2/2 → 64×28×28", "conv3  64×56×56 → conv2 3×3/2 pad 0 → 64×27×27",
      ],
      help: ["`pad: same` on `conv2` (line 11) would give 28"])
    #expect(
      TextRenderer(map: sample.map, color: false, width: 100).render([first, second]) == """
        error[N0103]: unknown parameter `num_filter` of Conv2D
          --> net.yaml:3:14
           |
         3 |   - Conv2D: {num_filter: 8, filter_size: 3}
           |              ^^^^^^^^^^ did you mean `num_filters`?

        error[N0207]: `sum1` adds 64×28×28 and 64×27×27
          --> net.yaml:14:5
           |
        14 |   - ElemwiseSum: {name: sum1, incomings: [skip, conv3]}
           |     ^^^^^^^^^^^ the heights differ, 28 and 27
           = note: skip   64×56×56 → pool1 2×2/2 → 64×28×28
           = note: conv3  64×56×56 → conv2 3×3/2 pad 0 → 64×27×27
        help: `pad: same` on `conv2` (line 11) would give 28

        """)
  }

  @Test func placesWithoutLines() {
    let sample = Sample("a.yaml", "")
    #expect(
      sample.text(Diagnostic(.damagedNpy, "too short", at: .file("x.npy"), notes: ["10 bytes"])) == """
        error[N0508]: too short
          --> x.npy
           = note: 10 bytes
        """)
    #expect(sample.text(Diagnostic(.unusedLayer, "unused", at: .none)) == "warning[W0301]: unused")
    // A span outside of the file shows its address only.
    #expect(
      sample.text(Diagnostic(.wrongType, "x", at: sample.span(7, 1, 2))) == """
        error[N0105]: x
          --> a.yaml:7:1
        """)
  }

  @Test func longLineNumbersWidenTheGutter() {
    let sample = Sample("a.yaml", String(repeating: "\n", count: 1233) + "abc")
    #expect(
      sample.text(Diagnostic(.wrongType, "x", at: sample.span(1234, 1, 4), notes: ["n"])) == """
        error[N0105]: x
            --> a.yaml:1234:1
             |
        1234 | abc
             | ^^^
             = note: n
        """)
  }

  @Test func emptyAndMultiLineSpans() {
    let sample = Sample("a.yaml", "stride:\nb: |  \n  text\n\n")
    #expect(
      sample.snippet(sample.span(1, 8, 8), label: "expected a value") == [
        " 1 | stride:", "   |        ^ expected a value",
      ])
    var span = sample.span(2, 4, 4)
    span.end = SourcePosition(line: 3, column: 7)
    #expect(sample.snippet(span) == [" 2 | b: |  ", "   |    ^"])
    #expect(sample.snippet(sample.span(4, 1, 1)) == [" 4 |", "   | ^"])
    // Spans that lie about their columns stay harmless.
    #expect(sample.snippet(sample.span(1, 90, 95)) == [" 1 | stride:", "   |        ^"])
    #expect(sample.snippet(sample.span(1, 5, 2)) == [" 1 | stride:", "   |     ^"])
    #expect(sample.snippet(sample.span(1, 0, 3)) == [" 1 | stride:", "   | ^^"])
  }

  @Test func tabsWideAndCombiningCharacters() {
    let sample = Sample("a.yaml", "\ta\tb: x\n日本: x\ne\u{301}: x\n한: 😀 x\n")
    #expect(sample.snippet(sample.span(1, 4, 5)) == [" 1 |     a   b: x", "   |         ^"])
    #expect(sample.snippet(sample.span(1, 3, 5)) == [" 1 |     a   b: x", "   |      ^^^^"])
    #expect(sample.snippet(sample.span(2, 2, 3)) == [" 2 | 日本: x", "   |   ^^"])
    #expect(sample.snippet(sample.span(2, 5, 6)) == [" 2 | 日本: x", "   |       ^"])
    #expect(sample.snippet(sample.span(3, 5, 6)) == [" 3 | e\u{301}: x", "   |    ^"])
    #expect(sample.snippet(sample.span(4, 4, 5)) == [" 4 | 한: 😀 x", "   |     ^^"])
  }

  @Test func nothingForATerminalToActOn() {
    let sample = Sample("a\u{1B}[2J.yaml", "a: \u{1B}[31mred\u{9B}\u{202E}\n")
    let diagnostic = Diagnostic(
      .wrongType, "bad\u{1B}[0m\nvalue", at: sample.span(1, 5, 6), label: "\u{7}bell",
      notes: ["two\nlines\u{8}"], related: [.init(message: "\rhere", span: sample.span(1, 1, 2))],
      help: ["\u{1B}]0;title\u{7}"])
    #expect(
      sample.text(diagnostic) == """
        error[N0105]: bad\\u{1B}[0m\\nvalue
          --> a\\u{1B}[2J.yaml:1:5
           |
         1 | a: \\u{1B}[31mred\\u{9B}\\u{202E}
           |          ^ \\u{7}bell
           = note: two
                   lines\\u{8}
        note: \\rhere
          --> a\\u{1B}[2J.yaml:1:1
        help: \\u{1B}]0;title\\u{7}
        """)
  }

  @Test func longLinesAreCutAroundTheCarets() {
    let digits = (0..<30).map { "\($0 % 10)123456789" }.joined()
    let sample = Sample("a.yaml", digits)
    let early = sample.snippet(sample.span(1, 3, 6), width: 40)
    #expect(early == [" 1 | 0123456789112345678921234567893123…", "   |   ^^^"])
    let middle = sample.snippet(sample.span(1, 151, 154), label: "here", width: 40)
    #expect(middle == [" 1 | …941234567895123456789612345678971…", "   |             ^^^ here"])
    let late = sample.snippet(sample.span(1, 299, 301), width: 40)
    #expect(late == [" 1 | …6789712345678981234567899123456789", "   |                                  ^^"])
    for column in stride(from: 1, through: 301, by: 7) {
      for width in [40, 80, 100] {
        let lines = sample.snippet(sample.span(1, column, column + 5), label: "a label", width: width)
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= width })
        let caret = lines[1].prefix { $0 != "^" }.count
        let shown = Array(lines[0]).dropFirst(caret).first
        let wanted = Array(digits).dropFirst(column - 1).first
        #expect(shown == wanted, "column \(column) width \(width)")
      }
    }
    #expect(sample.snippet(sample.span(1, 151, 154)).allSatisfy { DisplayWidth.of($0) <= 100 })
  }

  @Test func wideCharactersAtTheCut() {
    let sample = Sample("a.yaml", String(repeating: "日", count: 100))
    for column in 1...100 {
      let lines = sample.snippet(sample.span(1, column, column + 1), width: 41)
      #expect(lines.allSatisfy { DisplayWidth.of($0) <= 41 })
      #expect(lines[1].hasSuffix("^^"))
    }
  }

  @Test func labelsThatDoNotFitGoBelow() {
    let sample = Sample("a.yaml", String(repeating: "x", count: 30) + " y")
    #expect(
      sample.snippet(sample.span(1, 32, 33), label: "a label of some length", width: 40) == [
        " 1 | " + String(repeating: "x", count: 30) + " y",
        "   | " + String(repeating: " ", count: 31) + "^",
        "   | " + String(repeating: " ", count: 13) + "a label of some length",
      ])
  }

  @Test func proseWrapsWhenTheWidthIsKnown() {
    let sample = Sample("a.yaml", "x")
    let diagnostic = Diagnostic(
      .wrongType, "x", at: .none, notes: ["one two three four five six seven eight nine ten"],
      help: ["one two three four five six seven eight nine ten"])
    #expect(
      sample.text(diagnostic, width: 40) == """
        error[N0105]: x
           = note: one two three four five six
                   seven eight nine ten
        help: one two three four five six seven
              eight nine ten
        """)
    #expect(sample.text(diagnostic).split(separator: "\n").count == 3)
  }

  @Test func coloursOnlyPaint() {
    let sample = Sample("a.yaml", "abc")
    let diagnostic = Diagnostic(
      .wrongType, "x", at: sample.span(1, 1, 2), label: "l", notes: ["n"],
      related: [.init(message: "r", span: sample.span(1, 1, 2))], help: ["h"])
    let painted = TextRenderer(map: sample.map, color: true, width: nil).render(diagnostic)
    #expect(painted.hasPrefix("\u{1B}[1;31merror[N0105]\u{1B}[0m"))
    #expect(painted.contains("\u{1B}[32mhelp\u{1B}[0m: h"))
    var bare = ""
    var isInside = false
    for letter in painted {
      if letter == "\u{1B}" { isInside = true }
      if !isInside { bare.append(letter) }
      if letter == "m" { isInside = false }
    }
    #expect(bare == sample.text(diagnostic))
    let warning = TextRenderer(map: sample.map, color: true, width: nil)
      .render(Diagnostic(.unusedLayer, "x", at: .none))
    #expect(warning.hasPrefix("\u{1B}[1;33mwarning"))
  }
}
