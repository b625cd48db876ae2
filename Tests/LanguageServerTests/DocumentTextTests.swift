import Diagnostics
import Exchange
import Testing

@testable import LanguageServer

@Suite struct DocumentTextTests {
  private static let text = "añ😀b\r\n\r日本 𝄞\nlast"

  /// Against Swift's own UTF-16 view.
  @Test func positionsCountCodeUnits() {
    let document = DocumentText(Self.text)
    let lines = ["añ😀b", "", "日本 𝄞", "last"]
    let starts = [0, 10, 11, Self.text.utf8.count - 4]
    for (line, text) in lines.enumerated() {
      for index in text.indices + [text.endIndex] {
        let offset = starts[line] + text.utf8.distance(from: text.startIndex, to: index)
        let units = text.utf16.distance(from: text.startIndex, to: index)
        let position = TextPosition(line: line, character: units)
        #expect(document.position(of: offset) == position)
        #expect(document.offset(of: position) == offset)
      }
    }
  }

  @Test func placesOutsideAreMoved() {
    let document = DocumentText("a😀\nb")
    #expect(document.offset(of: TextPosition(line: 0, character: 99)) == 5)
    #expect(document.offset(of: TextPosition(line: 9, character: 0)) == 7)
    // Half of a surrogate pair.
    #expect(document.offset(of: TextPosition(line: 0, character: 2)) == 1)
    #expect(document.position(of: 3) == TextPosition(line: 0, character: 1))
    #expect(document.position(of: -5) == TextPosition(line: 0, character: 0))
    #expect(document.position(of: 500) == TextPosition(line: 1, character: 1))
    #expect(DocumentText("").position(of: 0) == TextPosition(line: 0, character: 0))
  }

  /// YAML breaks lines at U+2028, the protocol does not.
  @Test func theTwoWaysOfCountingLinesMeet() {
    let text = "# 😀\u{2028}x: 1\ny: 😀2"
    let file = SourceFile(path: "a", bytes: Array(text.utf8))
    let document = DocumentText(text)
    let key = file.offset(of: SourcePosition(line: 2, column: 1))
    #expect(document.position(of: key) == TextPosition(line: 0, character: 5))
    let value = file.offset(of: SourcePosition(line: 3, column: 5))
    #expect(document.position(of: value) == TextPosition(line: 1, character: 5))
  }

  @Test func changesOfRanges() {
    func range(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> JSONValue {
      ["start": ["line": .int(a), "character": .int(b)], "end": ["line": .int(c), "character": .int(d)]]
    }
    let document = DocumentText("a😀b\nc")
    func changed(_ range: JSONValue, _ text: String) -> String {
      String(decoding: document.changed(["range": range, "text": .string(text)]).bytes, as: UTF8.self)
    }
    #expect(changed(range(0, 1, 0, 3), "é") == "aéb\nc")
    #expect(changed(range(0, 4, 1, 0), "") == "a😀bc")
    #expect(changed(range(1, 1, 1, 1), "\nd") == "a😀b\nc\nd")
    #expect(changed(range(1, 1, 0, 0), "x") == "a😀b\ncx")
    #expect(String(decoding: document.changed(["text": "new"]).bytes, as: UTF8.self) == "new")
    #expect(document.changed([:]).bytes == document.bytes)
  }
}
