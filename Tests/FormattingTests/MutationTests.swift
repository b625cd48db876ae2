import Testing

/// Damaged specs are refused or formatted, and never crash netc or mean something else.
@Suite struct MutationTests {
  private static let letters = Array("{}[]:,-#&*!|>'\"%?~ \n\t$0a<é入".unicodeScalars)

  @Test(arguments: CorpusTests.Case.all)
  func damagedSpecs(example: CorpusTests.Case) {
    var chance = Respeller.Chance(state: UInt64(example.ugly.utf8.count))
    for _ in 0..<100 {
      var scalars = Array(example.ugly.unicodeScalars)
      for _ in 0...Int.random(in: 0..<2, using: &chance) {
        let place = Int.random(in: 0..<scalars.count, using: &chance)
        let letter = Self.letters.randomElement(using: &chance) ?? " "
        switch Int.random(in: 0..<3, using: &chance) {
        case 0: scalars.insert(letter, at: place)
        case 1: scalars[place] = letter
        default: scalars.remove(at: place)
        }
      }
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars)
      let formatted = Formatted(String(view))
      switch formatted.outcome {
      case .unsafe(let reason): Issue.record("\(reason):\n\(formatted.source)")
      case .changed(let text):
        let again = Formatted(text)
        #expect(again.outcome == .unchanged, "\(formatted.source)\nbecame\n\(text)\nbecame\n\(again.text)")
      default: break
      }
    }
  }
}
