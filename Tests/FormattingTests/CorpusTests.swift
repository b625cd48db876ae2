import Testing

/// Ugly specs and how they are written.
@Suite struct CorpusTests {
  @Test(arguments: Case.all)
  func isWrittenCanonically(example: Case) throws {
    let formatted = Formatted(example.ugly)
    #expect(formatted.text == example.canonical)
    #expect(try formatted.faults() == [])
    #expect(example.ugly.comments == formatted.text.comments)
    #expect(Formatted(example.canonical).outcome == .unchanged)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var ugly: String
    var canonical: String
    var testDescription: String { name }

    init(_ name: String, _ ugly: String, _ canonical: String) {
      (self.name, self.ugly, self.canonical) = (name, ugly, canonical)
    }

    static let all = SpellingCases.all + CommentCases.all + SectionCases.all + YAMLCases.all
  }
}
