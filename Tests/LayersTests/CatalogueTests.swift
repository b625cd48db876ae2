import Diagnostics
import FileTestSupport
import Layers
import Testing

/// The examples of the catalogue, run through the front end, and their copies in `specs/invalid`.
struct CatalogueTests {
  static let withExample = DiagnosticCode.allCases.filter { $0.example != nil }

  @Test(arguments: withExample)
  func theExampleHasThisFaultAlone(_ code: DiagnosticCode) throws {
    let checked = Checked(try #require(code.example))
    #expect(checked.codes == [code], "\(checked.rendered)")
    #expect((checked.network == nil) == !code.isWarning)
  }

  @Test(arguments: withExample)
  func theFixedExampleIsFree(_ code: DiagnosticCode) throws {
    let checked = Checked(try #require(code.fixed))
    #expect(checked.bag.isEmpty, "\(checked.rendered)")
    let (graph, _) = try checked.good().lowered(batch: 2)
    try graph.verify()
  }

  /// The message stands alone, and whoever made the mistake is told where.
  @Test(arguments: withExample)
  func theWordsHaveTheFormOfMessages(_ code: DiagnosticCode) throws {
    let checked = Checked(try #require(code.example))
    for diagnostic in checked.diagnostics {
      #expect(diagnostic.span != nil)
      #expect(!diagnostic.message.hasSuffix("."))
      #expect(!diagnostic.label.hasSuffix("."))
      #expect(diagnostic.message.count <= 120)
      #expect(!diagnostic.help.contains { $0.hasSuffix(".") })
    }
  }

  @Test(arguments: withExample)
  func aFileShowsTheExample(_ code: DiagnosticCode) throws {
    let example = try #require(code.example)
    let text = example.hasSuffix("\n") ? example : example + "\n"
    if Repository.isUpdating { TestFile.write(text, to: Repository.root + "/specs/invalid/" + Self.fileName(code)) }
    let bytes = Repository.bytes("specs/invalid/" + Self.fileName(code))
    #expect(bytes.map { String(decoding: $0, as: UTF8.self) } == text)
  }

  @Test func everyFileShowsAnExample() {
    #expect(Repository.names(in: "specs/invalid") == Self.withExample.map(Self.fileName).sorted())
  }

  private static func fileName(_ code: DiagnosticCode) -> String { "\(code.rawValue)-\(code.name).yaml" }
}
