import FileTestSupport
import Glibc
import Testing

/// Compares `generated/` with what netc makes today, byte for byte. `NETC_UPDATE=1 swift test --filter GoldenTests`
/// writes it anew.
@Suite struct GoldenTests {
  private static let isUpdating = Repository.isUpdating
  private static let folder = Repository.root + "/generated"

  @Test(arguments: GoldenFile.all)
  func isUpToDate(file: GoldenFile) throws {
    let path = "\(Self.folder)/\(file.path)"
    let actual = try file.content()
    #expect(!actual.isEmpty)
    if Self.isUpdating { TestFile.write(actual, to: path) }
    guard let expected = TestFile.text(path) else {
      Issue.record("generated/\(file.path) is missing; NETC_UPDATE=1 makes it")
      return
    }
    if let difference = firstDifference(expected: expected, actual: actual) {
      Issue.record("generated/\(file.path) is out of date at \(difference); NETC_UPDATE=1 renews it")
    }
  }

  /// Made twice, a document is the same, and it says nothing of when or where it was made.
  @Test(arguments: GoldenFile.all)
  func isTheSameEverywhere(file: GoldenFile) throws {
    let content = try file.content()
    #expect(try file.content() == content)
    #expect(!content.contains(Repository.root))
    #expect(!content.contains("\u{1B}"))
    #expect(content.hasSuffix("\n"))
  }

  @Test func nothingElseLiesThere() {
    let known = Set(GoldenFile.all.map(\.path))
    #expect(known.count == GoldenFile.all.count, "two documents have the same path")
    for path in Self.files(below: "") where !known.contains(path) {
      if Self.isUpdating {
        unlink("\(Self.folder)/\(path)")
      } else {
        Issue.record("generated/\(path) is made by nothing; remove it")
      }
    }
  }

  @Test func differencesAreShownByLine() throws {
    #expect(firstDifference(expected: "a\nb\n", actual: "a\nb\n") == nil)
    let changed = try #require(firstDifference(expected: "a\nb\nc\n", actual: "a\nx\nc\n"))
    #expect(changed.contains("line 2") && changed.contains("|b|") && changed.contains("|x|"))
    let longer = try #require(firstDifference(expected: "a", actual: "a\nb"))
    #expect(longer.contains("line 2") && longer.contains("(the end)"))
    // Equal to Swift, and not the same bytes.
    #expect(firstDifference(expected: "é", actual: "e\u{301}") != nil)
  }

  private static func files(below folder: String) -> [String] {
    Repository.names(in: "generated/" + folder).flatMap { name -> [String] in
      let path = folder.isEmpty ? name : folder + "/" + name
      var info = stat()
      guard stat("\(self.folder)/\(path)", &info) == 0, info.st_mode & S_IFMT == S_IFDIR else { return [path] }
      return files(below: path)
    }
  }
}
