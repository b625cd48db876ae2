import Diagnostics
import Testing

struct SourceFileTests {
  private func lines(_ text: String) -> [String?] {
    let file = SourceFile(path: "a", bytes: Array(text.utf8))
    return (1...file.lineCount).map(file.line)
  }

  @Test func linesBreakAsInLibyaml() {
    #expect(lines("a\nb\rc\r\nd\u{85}e\u{2028}f\u{2029}g") == ["a", "b", "c", "d", "e", "f", "g"])
    #expect(lines("") == [""])
    #expect(lines("a\n") == ["a"])
    #expect(lines("\n\na") == ["", "", "a"])
    #expect(lines("\u{FEFF}a: 1\n") == ["a: 1"])
    #expect(lines("é\u{2027}ß") == ["é\u{2027}ß"])
  }

  @Test func linesOutside() {
    let file = SourceFile(path: "a", bytes: Array("x\n".utf8))
    #expect(file.line(0) == nil)
    #expect(file.line(2) == nil)
    #expect(file.line(-1) == nil)
  }

  @Test func positionsOfBytes() {
    let file = SourceFile(path: "a", bytes: Array("\u{FEFF}aé\nb日c\r\n".utf8))
    func place(_ offset: Int) -> [Int] {
      let position = file.position(ofByte: offset)
      return [position.line, position.column]
    }
    #expect(place(0) == [1, 1])
    #expect(place(4) == [1, 2])
    #expect(place(7) == [2, 1])
    #expect(place(11) == [2, 3])
    #expect(place(99) == [2, 4])
  }

  @Test func clamping() {
    let file = SourceFile(path: "a", bytes: Array("abc\nde\n".utf8))
    func clamped(_ line: Int, _ column: Int) -> [Int] {
      let position = file.clamped(SourcePosition(line: line, column: column))
      return [position.line, position.column]
    }
    #expect(clamped(3, 1) == [2, 3])
    #expect(clamped(1, 9) == [1, 4])
    #expect(clamped(0, 0) == [1, 1])
    #expect(clamped(2, 2) == [2, 2])
  }
}
